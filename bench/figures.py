"""Figures, their table, and where the table is kept."""

import json
import os
import platform
import statistics
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

BEGIN = "<!-- Measured by scripts/bench --write; do not edit. -->"
END = "<!-- End of what was measured. -->"


@dataclass
class Line:
    """One figure: all its values, and the bound its median must keep, if there is one."""

    row: str
    what: str
    unit: str
    values: list = field(default_factory=list)
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def median(self):
        """The middle value; None when nothing could be measured."""
        return statistics.median(self.values) if self.values else None

    @property
    def met(self):
        """Whether the median keeps its bound; None without one, or without a value."""
        if not self.values or (self.least is None and self.most is None):
            return None
        return (self.least is None or self.median >= self.least) and (self.most is None or self.median <= self.most)

    def cells(self):
        """The line as cells of the table."""
        if not self.values:
            return [self.row, self.what, "–", "", self._budget(), "", self.note]
        spread = f"{number(min(self.values))} – {number(max(self.values))}" if len(self.values) > 1 else ""
        verdict = {None: "", True: "yes", False: "**no**"}[self.met]
        return [self.row, self.what, f"{number(self.median)} {self.unit}".strip(), spread, self._budget(), verdict, self.note]

    def _budget(self):
        if self.least is not None:
            return f"≥ {number(self.least)}"
        return f"≤ {number(self.most)}" if self.most is not None else ""


def number(value):
    """A figure as people read it: three digits that mean something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.1e}"


HEAD = ["row", "what", "median", "lowest – highest", "budget", "met", "note"]


def table(lines):
    """All lines as one table of Markdown, aligned."""
    return aligned([line.cells() for line in lines])


def aligned(cells):
    """Rows of cells as a table of Markdown, with its head."""
    rows = [HEAD, *cells]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    text = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows]
    rule = " | ".join("-" * width for width in widths)
    return "\n".join(f"| {line} |" for line in [text[0], rule, *text[1:]])


def machine(folder_kind, mode):
    """Where and when this was measured, in a sentence."""
    model = "unknown processor"
    memory = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal"):
            memory = f"{int(line.split()[1]) / 1024 / 1024:.0f} GB"
    load = os.getloadavg()[0]
    date = time.strftime("%Y-%m-%d", time.gmtime())
    return (f"Measured on {date} by `scripts/bench{mode}` on {os.cpu_count()} cores of {model}, {memory}, {folder_kind}, "
            f"Linux {platform.release()}; load average {load:.1f} when it began.")


def save(path, lines, about):
    """Writes everything that was measured, every value of it, as JSON."""
    content = {"about": about, "lines": [{**asdict(line), "median": line.median, "met": line.met} for line in lines]}
    Path(path).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def abouts_of(present, abouts, rows, about):
    """The sentences above a table of the `present` rows once `rows` are measured anew: each row is in one of them."""
    named = []
    for line in abouts:
        names, sentence = line.split(": ", 1) if line[0] == "`" else ("", line)
        named.append(([name.strip("`") for name in names.split(", ") if name], sentence))
    known = [name for names, _ in named for name in names]
    others = [row for row in dict.fromkeys(present) if row not in known]
    kept = [([row for row in names or others if row not in rows], sentence) for names, sentence in named]
    kept.append((rows, about))
    return [f"{', '.join(f'`{row}`' for row in names)}: {sentence[0].lower()}{sentence[1:]}" for names, sentence in kept if names]


def write_page(path, lines, about, rows):
    """Puts the table into the page, between its two comments; with `rows` only these, in the place they had or at the end."""
    page = Path(path).read_text()
    before, rest = page.split(BEGIN, 1)
    old, after = rest.split(END, 1)
    if not rows:
        text = f"{about}\n\n{table(lines)}"
    else:
        kept = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in old.splitlines() if line.startswith("| ")]
        cells = [row + [""] * (len(HEAD) - len(row)) for row in kept[2:]]
        for row in rows:
            place = next((number for number, each in enumerate(cells) if each[0] == row), len(cells))
            cells = [each for each in cells if each[0] != row]
            cells[place:place] = [line.cells() for line in lines if line.row == row]
        abouts = [line for line in old.splitlines() if line and line[0] != "|"]
        text = "\n\n".join([*abouts_of([each[0] for each in cells], abouts, rows, about), aligned(cells)])
    Path(path).write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
