"""The programs of a benchmark, each with its settings and its folder."""

import os
import shutil
import signal
import struct
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import processes
from processes import BenchError, Cost, descendants, finish, memory, run, start, wait_until

STALL_LIMIT = 120.0
"""Seconds without a message after which a run has failed."""

TALLY_FIELDS = "messages octets digest first last sessions open refused protected cut".split()


class Setup:
    """Where the programs and the scratch folder are, how many sessions and which line ends there shall be."""

    def __init__(self, tools, executable, scratch, sessions, line_feeds):
        self.tools = Path(tools)
        self.executable = Path(executable)
        self.scratch = Path(scratch)
        self.sessions = sessions
        self.line_feeds = line_feeds
        self.certificate = self.scratch / "certificate.pem"
        self.key = self.scratch / "key.pem"

    def make_certificate(self):
        """Makes the sink's certificate."""
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", self.key, "-out", self.certificate, "-days", "7", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1")

    def folder(self, name):
        """A new, empty folder."""
        path = self.scratch / name
        remove(path)
        path.mkdir()
        return path


def remove(path):
    """Removes a folder with all it holds, if it is there."""
    if path.exists():
        shutil.rmtree(path)


@dataclass(frozen=True)
class Messages:
    """How many messages there are, and what a sink must say about them."""

    count: int
    octets: int
    digest: int


def fill(setup, folder, count, size, first=1, claimed=False):
    """Writes messages and waits until they are on the disk."""
    flags = ["-q"] * claimed + ["-l"] * setup.line_feeds
    words = run(setup.tools / "fill", "-n", count, "-s", size, "-b", first, *flags, folder).split()
    if words[3] in ("tmpfs", "overlay", "other"):
        raise BenchError(f"{folder} lies on {words[3]}, where fsync costs nothing it should: name another --folder")
    run("sync", "-f", folder)
    return Messages(int(words[0]), int(words[1]), int(words[2], 16))


class Sink:
    """The server that swallows mail."""

    def __init__(self, setup, protected=False):
        self.path = setup.scratch / "tally"
        options = ["-c", setup.certificate, "-k", setup.key] if protected else []
        self.process = start([setup.tools / "sink", "-t", self.path, *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def tally(self):
        """What has arrived."""
        words = struct.unpack("=10Q", self.path.read_bytes())
        return dict(zip(TALLY_FIELDS, words))

    def wait(self, count, alive=lambda: None, pause=0.02):
        """Waits until `count` messages have arrived; `alive` raises when their sender is gone."""
        seen, since = -1, time.monotonic()
        while (tally := self.tally())["messages"] < count:
            if tally["messages"] != seen:
                seen, since = tally["messages"], time.monotonic()
            if time.monotonic() - since > STALL_LIMIT:
                raise BenchError(f"{seen} of {count} messages had arrived when nothing more came")
            alive()
            time.sleep(pause)
        return tally

    def end(self, expected=None, count=None):
        """Ends the sink; returns its tally, which must be what was sent."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        finish(self.process)
        tally = self.tally()
        if expected:
            wanted = (expected.count, expected.octets, expected.digest)
            if wanted != (tally["messages"], tally["octets"], tally["digest"]):
                raise BenchError(f"arrived is not what was sent: {wanted} sent, {tally}")
        elif count is not None and tally["messages"] != count:
            raise BenchError(f"{count} messages were sent, {tally['messages']} arrived")
        return tally


def seconds(tally):
    """From the first MAIL to the latest final dot."""
    return (tally["last"] - tally["first"]) / 1e9


SETTINGS = """\
[pickup.bench]
path = "{root}/drop"
route = "sink"
max_size = "200 MB"

[route.sink]
service = "smtp"
host = "127.0.0.1"
port = {port}
{tls}
auth = "none"
connections = {sessions}
pipelining = "envelope"
ehlo = "bench.example.com"

[state]
directory = "{root}/state"

[log]
style = "plain"
"""


class Postchute:
    """The daemon with a drop folder of its own; its log, at level info, lies beside it."""

    def __init__(self, setup, sink_port=0, protected=False, environment=None):
        self.setup = setup
        self.root = setup.folder("postchute")
        self.drop = self.root / "drop"
        self.drop.mkdir(mode=0o700)
        (self.root / "state").mkdir(mode=0o700)
        self.environment = environment or {}
        self.process = None
        self.protected = protected
        self.use_port(sink_port)

    def use_port(self, port):
        """Writes the settings."""
        tls = f'tls = "starttls"\nca_file = "{self.setup.certificate}"' if self.protected else 'tls = "none"'
        text = SETTINGS.format(root=self.root, port=port, tls=tls, sessions=self.setup.sessions)
        (self.root / "postchute.toml").write_text(text)

    def start(self):
        """Starts the daemon; returns the time of CLOCK_MONOTONIC just before."""
        log = open(self.root / "log", "ab")
        began = time.monotonic_ns()
        self.process = start([self.setup.executable, "run", "--config", self.root / "postchute.toml"],
                             stderr=log, env={**os.environ, **self.environment})
        log.close()
        return began

    def log(self):
        """The log so far."""
        return (self.root / "log").read_text(errors="replace")

    def wait_for(self, words):
        """Waits until the log says something."""
        wait_until(f"the log to say {words}", lambda: words in self.log())

    def time_of(self, words):
        """When the log said something, in seconds since 1970."""
        line = next(line for line in self.log().splitlines() if words in line)
        return datetime.fromisoformat(line.split()[0].removeprefix("time=").replace("Z", "+00:00")).timestamp()

    def check(self):
        """Raises if the daemon has ended."""
        if self.process.poll() is not None:
            raise BenchError(f"the daemon ended: {self.log()[-2000:]}")

    def cost(self):
        """What the daemon and its helper have used."""
        return processes.cost_of(self.process.pid)

    def resident(self, field="VmRSS"):
        """The memory of the daemon and its helper."""
        return sum(memory(pid, field) for pid in descendants(self.process.pid))

    def stop(self):
        """Ends the daemon, which must end well."""
        code = finish(self.process, 60.0)
        if code != 0:
            raise BenchError(f"the daemon ended with exit {code}: {self.log()[-2000:]}")

    def count_sent(self):
        """How many files lie in sent/."""
        sent = self.drop / "sent"
        return sum(len(os.listdir(day)) for day in sent.iterdir()) if sent.exists() else 0

    def put_back(self):
        """Moves what was sent back into the drop folder, under its first name."""
        for day in (self.drop / "sent").iterdir():
            for name in os.listdir(day):
                os.rename(day / name, self.drop / name.split(".", 1)[1])
        run("sync", "-f", self.drop)


def yardstick(setup, sink, folder, protected=False, environment=None):
    """Drains a folder by the plain C loop; returns its cost."""
    flags = ["-t"] if protected else []
    process = start([setup.tools / "yardstick", "-p", sink.port, "-c", setup.sessions, *flags, folder],
                    stdout=subprocess.PIPE, env={**os.environ, **(environment or {})})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    finish(process)
    if process.returncode != 0:
        raise BenchError(f"the yardstick ended with exit {process.returncode}")
    return Cost(usage.ru_utime, usage.ru_stime)
