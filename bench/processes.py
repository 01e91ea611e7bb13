"""Processes: starting and ending them, and what they use."""

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
_started: list[subprocess.Popen] = []
at_end: list = []
"""What `end_all` calls first."""

_libc = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """What went wrong, in a sentence."""


def start(command, **options):
    """Starts a process that `end_all` ends, and the kernel if this program is killed."""
    parent_death_signal = 1
    process = subprocess.Popen(
        [str(word) for word in command],
        preexec_fn=lambda: _libc.prctl(parent_death_signal, signal.SIGTERM),
        **options,
    )
    _started.append(process)
    return process


def finish(process, limit=30.0):
    """Ends a process by SIGTERM, at last by SIGKILL; returns its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process in _started:
        _started.remove(process)
    return process.returncode


def end_all():
    """Ends everything that was started."""
    while at_end:
        at_end.pop()()
    for process in list(_started):
        finish(process, 10.0)


def run(*command, **options):
    """Runs a program to its end; what it prints is returned, a failure is an error."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def wait_until(what, condition, limit=60.0, pause=0.01):
    """Waits for a condition; what is awaited is named when it does not come."""
    end = time.monotonic() + limit
    while not (value := condition()):
        if time.monotonic() > end:
            raise BenchError(f"waited {limit:.0f} s in vain for {what}")
        time.sleep(pause)
    return value


@dataclass(frozen=True)
class Cost:
    """Processor seconds, in user space and in the kernel."""

    user: float
    kernel: float

    @property
    def total(self):
        """Both."""
        return self.user + self.kernel

    def __sub__(self, other):
        return Cost(self.user - other.user, self.kernel - other.kernel)


def _stat(pid):
    text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return text[text.rindex(")") + 2 :].split()


def cost_of(pid):
    """What a process has used, and those descendants of it that live or were reaped."""
    parents, own = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            fields = _stat(name)
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(fields[1]), []).append(int(name))
        own[int(name)] = [int(field) / TICK for field in fields[11:15]]
    user = kernel = 0.0
    waiting = [pid]
    while waiting:
        each = waiting.pop()
        times = own.get(each, [0.0] * 4)
        user += times[0] + times[2]
        kernel += times[1] + times[3]
        waiting += parents.get(each, [])
    return Cost(user, kernel)


def memory(pid, field):
    """A size in /proc/PID/status, such as VmRSS, in octets."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise BenchError(f"process {pid} tells no {field}")


def forget_peak(pid):
    """Lets VmHWM begin at what the process has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def descendants(pid):
    """The process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [int(child) for child in children]
