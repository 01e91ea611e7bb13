"""Postfix as a peer: a private instance that drains a queue filled before."""

import os
import pwd
import socket
import subprocess
from pathlib import Path

import processes

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.example.com
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
smtp_dns_support_level = disabled
smtp_host_lookup = native
default_destination_concurrency_limit = {sessions}
initial_destination_concurrency = {sessions}
smtpd_client_event_limit_exceptions = static:all
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_PRELOAD SYNC_DELAY SYNC_COUNT
export_environment = TZ MAIL_CONFIG LANG LD_PRELOAD SYNC_DELAY SYNC_COUNT
maillog_file = {folder}/mail.log
maillog_file_prefixes = /var, /tmp, {folder}
relayhost = [127.0.0.1]:{port}
defer_transports = {deferred}
message_size_limit = 0
"""


class Postfix:
    """The instance; needs root, as Postfix does."""

    def __init__(self, setup, environment=None):
        self.setup = setup
        self.folder = setup.folder("postfix")
        self.environment = {**os.environ, **(environment or {})}
        (self.folder / "spool").mkdir()
        (self.folder / "data").mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(self.folder / "data", owner.pw_uid, owner.pw_gid)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        (self.folder / "master.cf").write_text(self._services())
        self._settings(port=9, deferred="smtp")
        self.process = processes.start(["postfix", "-c", self.folder, "start-fg"], env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        processes.at_end.append(self.stop)
        processes.wait_until("Postfix to listen", self._listens)

    def _services(self):
        lines = []
        for line in Path("/usr/share/postfix/master.cf.dist").read_text().splitlines():
            words = line.split()
            if not line or line[0] in "# " or len(words) < 8:
                lines.append(line)
            elif words[:2] != ["smtp", "inet"]:
                words[4] = "n"
                lines.append(" ".join(words))
        return "\n".join([*lines, f"127.0.0.1:{self.port} inet n - n - - smtpd"]) + "\n"

    def _settings(self, port, deferred):
        text = MAIN.format(folder=self.folder, sessions=self.setup.sessions, port=port, deferred=deferred)
        (self.folder / "main.cf").write_text(text)

    def _listens(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def _command(self, *words):
        processes.run(*words, env=self.environment)

    def _master(self):
        return int((self.folder / "spool/pid/master.pid").read_text())

    def _deferred(self):
        return sum(len(names) for _, _, names in os.walk(self.folder / "spool/deferred"))

    def inject(self, count, size):
        """Fills the queue, whose messages wait until `drain`."""
        self._settings(port=9, deferred="smtp")
        self._command("postfix", "-c", self.folder, "reload")
        processes.run("smtp-source", "-d", "-l", size, "-m", count, "-s", "16", "-f", "erp@example.com",
                  "-t", "accounts@example.net", f"127.0.0.1:{self.port}")
        processes.wait_until("Postfix to defer all", lambda: self._deferred() >= count, limit=600, pause=0.2)
        processes.run("sync", "-f", self.folder)

    def drain(self, sink, count):
        """Lets the queue go and waits for the last message; returns what it cost."""
        self._settings(port=sink.port, deferred="")
        self._command("postfix", "-c", self.folder, "reload")
        before = processes.cost_of(self._master())
        self._command("postqueue", "-c", self.folder, "-f")
        sink.wait(count)
        processes.wait_until("Postfix to forget what it sent", lambda: self._left() == 0)
        return processes.cost_of(self._master()) - before

    def _left(self):
        queues = ("incoming", "active", "deferred")
        return sum(len(names) for queue in queues for _, _, names in os.walk(self.folder / "spool" / queue))

    def stop(self):
        """Ends the instance."""
        if self.stop in processes.at_end:
            processes.at_end.remove(self.stop)
        if self.process.poll() is None:
            subprocess.run(["postfix", "-c", str(self.folder), "stop"], env=self.environment, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        processes.finish(self.process)
