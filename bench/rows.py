"""The rows of the table: what each measures, and the budget it must keep."""

import os
import random
import statistics
import struct
import time

import parts
import processes
from contest import SMALL, Run, cost_note, rates, ratios
from figures import Line
from parts import Postchute, Sink, fill
from peer import Postfix
from processes import BenchError

LARGE = 10_000_000
HUGE = 150_000_000
MEGABYTE = 1024 * 1024


def drain(bench):
    """4 KB messages from a full drop folder, against Postfix and against the C loop."""
    count = bench.count(3_000, 20_000, 50_000)
    postfix = Postfix(bench.setup) if bench.can_run_postfix else None
    peers, own, loops = [], [], []
    for turn in range(bench.rounds):
        bench.say(f"drain, round {turn + 1} of {bench.rounds}: {count} messages each")
        if postfix:
            peers.append(bench.postfix(postfix, count))
        own.append(bench.postchute(count))
        loops.append(bench.yardstick(count))
    if postfix:
        postfix.stop()
    without = "" if postfix else "needs root and Postfix"
    each = f"{count:,} messages of 4 KB, {bench.setup.sessions} sessions"
    return [
        Line("drain", "Postchute", "msg/s", rates(own), note=f"{each}; {cost_note(own)}"),
        Line("drain", "Postfix", "msg/s", rates(peers), note=without or cost_note(peers)),
        Line("drain", "C loop", "msg/s", rates(loops), note=cost_note(loops)),
        Line("drain", "Postchute ÷ Postfix", "", ratios(rates(own), rates(peers)), least=4, note=without),
        Line("drain", "Postchute ÷ C loop", "", ratios(rates(own), rates(loops)), least=0.6),
    ]


def sync_time(folder):
    """How long the fsync of a 4 KB file takes, in milliseconds."""
    descriptor = os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, bytes(SMALL))
    began = time.monotonic_ns()
    os.fsync(descriptor)
    took = time.monotonic_ns() - began
    os.close(descriptor)
    os.unlink(folder / "probe")
    return took / 1e6


def percentile(values, share):
    """The value that `share` of all are not above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def latency(bench):
    """From the rename into the drop folder to the final dot, on a session that is open."""
    count = bench.count(100, 300, 1_000)
    bench.say(f"latency: {count} messages, one after the other, {bench.rounds} times")
    halves, tails, syncs, excess = [], [], [], []
    for _ in range(bench.rounds):
        took, sync = _one_by_one(bench, count)
        halves.append(percentile(took, 0.5))
        tails.append(percentile(took, 0.99))
        syncs.append(percentile(sync, 0.5))
        excess.append(halves[-1] - 3 * syncs[-1])
    return [
        Line("latency", "drop → accepted, p50", "ms", halves, note=f"{count} messages each time"),
        Line("latency", "drop → accepted, p99", "ms", tails),
        Line("latency", "fsync of a 4 KB file, p50", "ms", syncs, note="between the messages"),
        Line("latency", "p50 less 3 fsync", "ms", excess, most=3),
    ]


def _one_by_one(bench, count):
    sink = Sink(bench.setup)
    daemon = Postchute(bench.setup, sink.port)
    daemon.start()
    daemon.wait_for("event=watching")
    aside = bench.setup.folder("aside")
    messages = fill(bench.setup, aside, count + 1, SMALL)
    pauses = random.Random(1)
    took, sync = [], []
    for number, name in enumerate(sorted(os.listdir(aside))):
        began = time.monotonic_ns()
        os.rename(aside / name, daemon.drop / name)
        tally = sink.wait(number + 1, daemon.check, pause=0.0005)
        # The first one opened the session.
        if number > 0:
            took.append((tally["last"] - began) / 1e6)
        time.sleep(pauses.uniform(0.005, 0.03))
        sync.append(sync_time(aside))
    daemon.stop()
    sink.end(messages)
    return took, sync


def memory(bench):
    """What the daemon holds when it has nothing to do, and how much a large message adds."""
    idle, growth = [], []
    for turn in range(bench.rounds):
        bench.say(f"memory, round {turn + 1} of {bench.rounds}")
        sink = Sink(bench.setup)
        daemon = Postchute(bench.setup, sink.port)
        daemon.start()
        daemon.wait_for("event=watching")
        time.sleep(5)
        idle.append(daemon.resident() / MEGABYTE)
        aside = bench.setup.folder("aside")
        fill(bench.setup, aside, 1, SMALL)
        _drop_all(aside, daemon, sink, 1)
        fill(bench.setup, aside, 1, HUGE, first=2)
        before = daemon.resident()
        processes.forget_peak(daemon.process.pid)
        _drop_all(aside, daemon, sink, 2)
        growth.append((daemon.resident("VmHWM") - before) / MEGABYTE)
        daemon.stop()
        sink.end(count=2)
    return [
        Line("memory", "idle, daemon and helper", "MB", idle, most=40, note="5 s after start"),
        Line("memory", "a message of 150 MB adds", "MB", growth, most=16, note="at its peak"),
    ]


def _drop_all(aside, daemon, sink, count):
    for name in os.listdir(aside):
        os.rename(aside / name, daemon.drop / name)
    sink.wait(count, daemon.check)
    processes.wait_until("the message to lie in sent/", lambda: daemon.count_sent() == count)


def backlog(bench):
    """Ever larger backlogs: cost of a message, memory, and how soon the first one goes."""
    sizes = {"quick": [1_000, 10_000], "normal": [1_000, 10_000, 100_000], "full": [1_000, 10_000, 100_000, 1_000_000]}
    runs = {size: [] for size in sizes[bench.mode]}
    start_cost, start_time = _idle_start(bench)
    for turn in range(bench.rounds):
        for size in runs:
            # A round of a million takes minutes, and is long enough to be its own median.
            if size > 10_000 and turn >= (3 if size < 1_000_000 else 1):
                continue
            bench.say(f"backlog, round {turn + 1} of {bench.rounds}: {size:,} files")
            runs[size].append(bench.postchute(size))
    lines = []
    walls, costs = [], []
    for size, done in runs.items():
        # What is done before the first MAIL counts too: claims run ahead, and of a thousand files most
        # are claimed by then.
        wall = [(run.first_send + run.seconds - start_time) / size * 1e6 for run in done]
        cost = [(run.cost.total - start_cost) / size * 1e6 for run in done]
        walls.append(statistics.median(wall))
        costs.append(statistics.median(cost))
        lines.append(Line("backlog", f"{size:,} files, each", "µs", wall, note="less an idle start"))
        lines.append(Line("backlog", f"{size:,} files, CPU each", "µs", cost, note="less an idle start"))
    flat = 1.2
    lines.append(Line("backlog", "time each, the most ÷ that of 1,000", "", [max(walls) / walls[0]], most=flat))
    lines.append(Line("backlog", "CPU each, the most ÷ that of 1,000", "", [max(costs) / costs[0]], most=flat))
    last = max(runs)
    peak = [run.peak / MEGABYTE for run in runs[last]]
    first = [run.first_send for run in runs[last]]
    lines.append(Line("backlog", f"{last:,} files, memory", "MB", peak, most=150, note="daemon and helper, peak"))
    lines.append(Line("backlog", f"{last:,} files, first send after start", "s", first, most=5))
    return lines


def _idle_start(bench):
    """Processor seconds of a daemon that starts and finds nothing, and seconds until it says that it has started."""
    costs, times = [], []
    for _ in range(3):
        daemon = Postchute(bench.setup, 9)
        began = time.time()
        daemon.start()
        daemon.wait_for("event=watching")
        time.sleep(1)
        costs.append(daemon.cost().total)
        times.append(daemon.time_of("event=started") - began)
        daemon.stop()
    return statistics.median(costs), statistics.median(times)


def queue(bench):
    """A daemon that finds its own queue/ full when it starts."""
    count = bench.count(10_000, 100_000, 1_000_000)
    runs = []
    for turn in range(1 if bench.mode == "full" else 3):
        bench.say(f"queue, round {turn + 1}: {count:,} claimed messages")
        runs.append(bench.postchute(count, claimed=True))
    return [
        Line("queue", f"{count:,} in queue/ at the start", "msg/s", rates(runs), note=cost_note(runs)),
        Line("queue", "memory", "MB", [run.peak / MEGABYTE for run in runs], most=150, note="daemon and helper, peak"),
        Line("queue", "first send after start", "s", [run.first_send for run in runs], most=5),
    ]


def slow(bench):
    """Every fsync and fdatasync takes 5 ms longer."""
    count = bench.count(500, 2_000, 10_000)
    counter = bench.setup.scratch / "syncs"
    environment = {"LD_PRELOAD": str(bench.setup.tools / "slow-sync.so"), "SYNC_DELAY": "5000", "SYNC_COUNT": str(counter)}
    postfix = Postfix(bench.setup, environment) if bench.can_run_postfix else None
    results = {"Postchute": [], "C loop": [], "Postfix": []}
    syncs = {name: [] for name in results}

    def measure(name, body):
        counter.write_bytes(bytes(8))
        counter.chmod(0o666)
        results[name].append(body())
        syncs[name].append(struct.unpack("=Q", counter.read_bytes()[:8])[0] / count)

    for turn in range(bench.rounds):
        bench.say(f"slow, round {turn + 1} of {bench.rounds}: {count} messages each")
        measure("Postchute", lambda: bench.postchute(count, environment=environment))
        measure("C loop", lambda: bench.yardstick(count, environment=environment))
        if postfix:
            results["Postfix"].append(bench.postfix(postfix, count))
    if postfix:
        postfix.stop()
    own, loops = rates(results["Postchute"]), rates(results["C loop"])
    if min(syncs["Postchute"]) == 0 or min(syncs["C loop"]) == 0:
        raise BenchError("no fsync was slowed: the program makes the call in another way")
    note = {name: f"{statistics.median(each):.2f} syncs each" for name, each in syncs.items() if each}
    return [
        Line("slow", "Postchute, fsync 5 ms slower", "msg/s", own, note=note["Postchute"]),
        Line("slow", "Postfix, likewise", "msg/s", rates(results["Postfix"]),
             note="syncs when it takes mail, not when it sends" if postfix else "needs root and Postfix"),
        Line("slow", "C loop, likewise", "msg/s", loops, note=note["C loop"]),
        Line("slow", "Postchute ÷ C loop", "", ratios(own, loops), least=0.6),
    ]


def tls(bench):
    """4 KB messages over STARTTLS and plain."""
    count = bench.count(3_000, 20_000, 50_000)
    plain, protected, loops = [], [], []
    for turn in range(bench.rounds):
        bench.say(f"tls, round {turn + 1} of {bench.rounds}: {count} messages each")
        plain.append(bench.postchute(count))
        protected.append(bench.postchute(count, protected=True))
        loops.append(bench.yardstick(count, protected=True))
    return [
        Line("tls", "Postchute, plain", "msg/s", rates(plain), note=cost_note(plain)),
        Line("tls", "Postchute, STARTTLS", "msg/s", rates(protected), note=cost_note(protected)),
        Line("tls", "C loop, STARTTLS", "msg/s", rates(loops), note=cost_note(loops)),
        Line("tls", "STARTTLS ÷ plain", "", ratios(rates(protected), rates(plain)), least=0.75),
        Line("tls", "Postchute ÷ C loop", "", ratios(rates(protected), rates(loops)), least=0.6),
    ]


def large(bench):
    """Messages of 10 MB, plain and over STARTTLS, against octets out of memory by OpenSSL."""
    count = bench.count(20, 60, 100)
    lines = []
    for name, protected in (("plain", False), ("STARTTLS", True)):
        own, raws = [], []
        for turn in range(bench.rounds):
            bench.say(f"large, {name}, round {turn + 1} of {bench.rounds}: {count} messages")
            own.append(bench.postchute(count, LARGE, protected))
            raws.append(_raw(bench, count, protected))
        mine, theirs = [run.megabytes for run in own], [run.megabytes for run in raws]
        share = [max(ratio / 0.6, rate / 600) for ratio, rate in zip(ratios(mine, theirs), mine)]
        lines += [
            Line("large", f"Postchute, 10 MB, {name}", "MB/s", mine, note=f"{count} messages"),
            Line("large", f"raw transfer, {name}", "MB/s", theirs, note="out of memory, no file read"),
            Line("large", f"Postchute ÷ raw, {name}", "", ratios(mine, theirs)),
            Line("large", f"the better of ÷ 600 MB/s and ÷ 0.6 raw, {name}", "", share, least=1),
        ]
    return lines


def _raw(bench, count, protected):
    sink = Sink(bench.setup, protected)
    flags = ["-t"] if protected else []
    processes.run(bench.setup.tools / "raw", "-p", sink.port, "-n", count, "-s", LARGE, "-c", bench.setup.sessions, *flags)
    return Run(count, sink.end(count=count), processes.Cost(0, 0))


def scan(bench):
    """Reading, inspecting and encoding on one core, against memcpy of the same octets."""
    lines = []
    for name, most in (("CRLF", 4), ("LF", 8)):
        bench.say(f"scan, {name}")
        said = processes.run(bench.setup.tools / "scan", name.lower(), 4 * bench.rounds + 1)
        pairs = [[int(word) for word in line.split()] for line in said.splitlines()]
        own, copies = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        lines += [
            Line("scan", f"Postchute, {name}", "MB/s", own, note="64 MB, multipart"),
            Line("scan", f"memcpy, {name}", "MB/s", copies, note="by turns"),
            Line("scan", f"memcpy ÷ Postchute, {name}", "", ratios(copies, own), most=most),
        ]
    return lines


ROWS = {row.__name__: row for row in (drain, latency, memory, backlog, queue, slow, tls, large, scan)}
