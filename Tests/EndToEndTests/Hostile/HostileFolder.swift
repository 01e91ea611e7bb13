import FoundationEssentials
import Glibc
import TestSupport

/// A drop folder with an adversary in its writers' group, canaries outside it, and a relay on it.
struct HostileFolder {
    let relay: RelayHarness
    /// The compiled adversary.
    let program: String
    /// Says in every canary what must never be seen elsewhere.
    let marker = "CANARY-\(UInt64.random(in: 0 ... .max))"

    /// The folder with the canaries.
    private var outside: String { relay.scratch.path("outside") }
    private var canaries: [String] { ["\(outside)/secret.eml", "\(outside)/theirs.eml"] }

    /// Compiles the adversary and lays out the canaries: one that only the daemon may read, and one
    /// of the adversary's own, of which the kernel lets it make hard links.
    init(_ relay: RelayHarness, source: String = #filePath) async throws {
        self.relay = relay
        program = relay.scratch.path("adversary")
        let folder = source[..<(source.lastIndex(of: "/") ?? source.startIndex)]
        let options = ["-O2", "-Wall", "-Werror", "-Wno-unused-result", "-Wno-format-truncation"]
        let command = ["cc"] + options + ["-pthread", "-o", program, "\(folder)/adversary.c"]
        let run = try await ChildProcess.run(command)
        guard run.exit == .code(0) else { throw WaitError("cc: \(run.errors)") }
        try relay.scratch.makeFolder("outside", mode: 0o711)
        chmod(outside, 0o711)
        for (path, owner) in zip(canaries, [Account.daemon, Account.writer]) {
            try writeFile(RelayHarness.message(marker, body: marker).utf8, to: path)
            try must("chown", chown(path, owner, owner))
            // Theirs is open to the daemon: whether it is read must be its decision.
            chmod(path, owner == Account.daemon ? 0o600 : 0o644)
            // Older than its last change, so that reading it would set the access time (relatime).
            var old = [1_000_000, 1_000_001].map { timespec(tv_sec: $0, tv_nsec: 0) }
            try must("utimensat", utimensat(AT_FDCWD, path, &old, 0))
        }
    }

    /// Starts the adversary; without leases it leaves out what nobody could notice then.
    func attack(
        seconds: Int,
        seed: Int,
        hasLeases: Bool = true,
        only attack: String = "all",
        ids: [String] = []
    ) throws -> ChildProcess {
        let numbers = ["\(seconds)", "\(seed)", hasLeases ? "1" : "0"]
        let arguments = ["attack", relay.drop, outside] + numbers + [attack]
        return try run(as: Account.writer, arguments + ids)
    }

    /// Starts a writer who means no harm, as a user of its own.
    func writeHonestly(_ count: Int, seconds: Int) throws -> ChildProcess {
        try run(as: Account.stranger, ["honest", relay.drop, "\(count)", "\(seconds)"])
    }

    private func run(as user: UInt32, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(Account.launcher(user, Account.writers) + [program] + arguments)
    }

    /// What became of the canaries, one sentence for each change; empty when all is well.
    func harm() async throws -> [String] {
        var harm: [String] = []
        for path in canaries {
            var facts = stat()
            try must("stat", lstat(path, &facts))
            if facts.st_atim.tv_sec != 1_000_000 { harm.append("\(path) was read") }
            if facts.st_mtim.tv_sec != 1_000_001 { harm.append("\(path) was written") }
            let text = String(decoding: try readFile(path), as: UTF8.self)
            if text != RelayHarness.message(marker, body: marker) { harm.append("\(path) differs") }
        }
        if relay.log.contains(marker) { harm.append("the log has the marker") }
        let folders = ["sandbox", "drop/failed", "drop/held", "drop/sent", "drop/queue", "state"]
        let grep = try await ChildProcess.run(
            ["grep", "-r", "-l", marker] + folders.map(relay.scratch.path)
        )
        if !grep.output.isEmpty { harm.append("the marker is in \(grep.output)") }
        return harm
    }

    /// Every message the sandbox has, with the recipient its own header names; mixtures throw.
    func checkReceived() async throws -> [(file: String, recipient: String)] {
        let folder = relay.scratch.path("sandbox")
        let run = try await ChildProcess.run([program, "check", folder])
        guard run.exit == .code(0) else { throw WaitError("check: \(run.errors)") }
        return try run.output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            // The test's own have no digest.
            guard words[1].contains("-honest-") || words[1].contains("-adversary-") else {
                return nil
            }
            guard words.first == "whole" else { throw WaitError("\(folder)/\(words[1]) is mixed") }
            let json = try readFile("\(folder)/\(words[1].dropLast(4)).json")
            let envelope = try JSONDecoder().decode(ReceivedEnvelope.self, from: Data(json))
            guard envelope.recipients.map(\.address) == [words[2]] else {
                throw WaitError("\(words[1]) went to \(envelope.recipients.map(\.address))")
            }
            return (words[1], words[2])
        }
    }

    /// Removes what an adversary left in the drop folder; what the spool owns stays.
    func tidyUp() async throws {
        let run = try await ChildProcess.run(
            ["find", relay.drop, "-mindepth", "1", "-maxdepth", "1", "!", "-user"]
                + ["\(Account.daemon)", "-exec", "rm", "-rf", "--", "{}", "+"]
        )
        guard run.exit == .code(0) else { throw WaitError("find: \(run.errors)") }
    }
}
