"""The contestants: one run of each, verified, and what it gave."""

import os
import shutil
import statistics
import sys
import time

import parts
from parts import Postchute, Sink, fill, seconds
from processes import BenchError

SMALL = 4096
"""Octets of an ordinary message."""


class Bench:
    """What all rows share: the set-up, the counts, and how often each is repeated."""

    def __init__(self, setup, mode):
        self.setup = setup
        self.mode = mode
        self.rounds = 3 if mode == "quick" else 5

    def count(self, quick, normal, full):
        """The count for this mode."""
        return {"quick": quick, "normal": normal, "full": full}[self.mode]

    def say(self, text):
        """Tells on standard error how far it is."""
        print(f"bench: {text}", file=sys.stderr, flush=True)

    @property
    def can_run_postfix(self):
        """Postfix starts as root only."""
        return os.geteuid() == 0 and shutil.which("postfix") and shutil.which("smtp-source")

    # One run of each contestant. All return the rate, the cost of a message, and the tally.

    def postchute(self, count, size=SMALL, protected=False, environment=None, claimed=False):
        """Drains a full drop folder, or a full queue, with the daemon."""
        sink = Sink(self.setup, protected)
        daemon = Postchute(self.setup, sink.port, protected, environment)
        folder = daemon.drop
        if claimed:
            daemon.start()
            daemon.wait_for("event=watching")
            daemon.stop()
            folder = daemon.drop / "queue"
        messages = fill(self.setup, folder, count, size, claimed=claimed)
        return self.drained(daemon, sink, messages)

    def drained(self, daemon, sink, messages):
        """Starts the daemon on its full folders, and verifies what arrived."""
        settle = 1.2
        time.sleep(settle)
        began = daemon.start()
        daemon.wait_for("event=started")
        sink.wait(messages.count, daemon.check)
        cost, peak = daemon.cost(), daemon.resident("VmHWM")
        daemon.stop()
        tally = sink.end(messages)
        if daemon.count_sent() != messages.count:
            raise BenchError(f"{messages.count} messages were sent, {daemon.count_sent()} lie in sent/")
        return Run(messages.count, tally, cost, peak, (tally["first"] - began) / 1e9)

    def yardstick(self, count, size=SMALL, protected=False, environment=None):
        """Drains a full drop folder with the C loop."""
        folder = self.setup.folder("yardstick")
        messages = fill(self.setup, folder, count, size)
        sink = Sink(self.setup, protected)
        cost = parts.yardstick(self.setup, sink, folder, protected, environment)
        return Run(count, sink.end(messages), cost)

    def postfix(self, instance, count, size=SMALL):
        """Drains a full queue with Postfix, which adds a line to each message: only counted."""
        instance.inject(count, size)
        sink = Sink(self.setup)
        cost = instance.drain(sink, count)
        return Run(count, sink.end(count=count), cost)


class Run:
    """What one run gave."""

    def __init__(self, count, tally, cost, peak=0, first_send=0.0):
        self.count = count
        self.octets = tally["octets"]
        self.seconds = seconds(tally)
        self.rate = count / self.seconds
        self.cost = cost
        self.peak = peak
        self.first_send = first_send

    @property
    def microseconds(self):
        """Processor time of a message."""
        return self.cost.total / self.count * 1e6

    @property
    def megabytes(self):
        """Millions of octets in a second."""
        return self.octets / self.seconds / 1e6


def ratios(left, right):
    """One run against the other of the same round."""
    return [a / b for a, b in zip(left, right)]


def rates(runs):
    """Messages in a second."""
    return [run.rate for run in runs]


def cost_note(runs):
    """Where the processor time of a message goes."""
    user = statistics.median(run.cost.user / run.count for run in runs) * 1e6
    kernel = statistics.median(run.cost.kernel / run.count for run in runs) * 1e6
    return f"CPU {user:.0f} µs user + {kernel:.0f} µs kernel each"
