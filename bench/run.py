"""Measures the rows that were asked for and prints one table. Started by scripts/bench."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import figures
import parts
import processes
from contest import Bench
from rows import ROWS

# What Postfix opens to one destination by default (default_destination_concurrency_limit).
SESSIONS = 20


def arguments():
    """The command line; scripts/bench explains it."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    parser.add_argument("--quick", dest="mode", action="store_const", const="quick", default="normal")
    parser.add_argument("--full", dest="mode", action="store_const", const="full")
    parser.add_argument("--folder", default=os.environ.get("TMPDIR", "/var/tmp"))
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--lf", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--tools", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--executable", required=True, help=argparse.SUPPRESS)
    given = parser.parse_args()
    unknown = [row for row in given.rows if row not in ROWS]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; rows are {', '.join(ROWS)}")
    return given


def measure(given, scratch):
    """Every row that was asked for, and where it was measured."""
    setup = parts.Setup(given.tools, given.executable, scratch, given.sessions, given.lf)
    setup.make_certificate()
    kind = processes.run(setup.tools / "fill", "-n", 0, scratch).split()[3]
    mode = "" if given.mode == "normal" else f" --{given.mode}"
    mode += f" --sessions {given.sessions}" if given.sessions != SESSIONS else ""
    mode += " --lf" if given.lf else ""
    about = figures.machine(kind, mode)
    print(f"bench: {about}", file=sys.stderr)
    print(f"bench: {setup.executable}, folder {scratch} on {kind}", file=sys.stderr)
    bench = Bench(setup, given.mode)
    lines, failed = [], []
    for name in given.rows or ROWS:
        try:
            lines += ROWS[name](bench)
        except processes.BenchError as error:
            print(f"bench: {name} failed: {error}", file=sys.stderr)
            lines.append(figures.Line(name, "failed", "", note="see above"))
            failed.append(name)
        finally:
            processes.end_all()
    return lines, about, failed


def main():
    """Exit code 0: measured and all budgets kept; 1: a budget is not kept; 70: a row failed."""
    given = arguments()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(75))
    scratch = Path(tempfile.mkdtemp(prefix="postchute-bench-", dir=given.folder))
    # Postfix's processes run as other users and must reach their files.
    scratch.chmod(0o755)
    try:
        lines, about, failed = measure(given, scratch)
    finally:
        processes.end_all()
        shutil.rmtree(scratch, ignore_errors=True)
    print(about, "", figures.table(lines), sep="\n")
    if given.json:
        figures.save(given.json, lines, about)
    if failed:
        return 70
    if given.write:
        figures.write_page(Path(__file__).parent.parent / "docs/performance.md", lines, about, given.rows)
    return 1 if any(line.met is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
