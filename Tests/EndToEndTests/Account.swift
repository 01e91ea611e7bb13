import Glibc
import TestSupport

/// Users and groups that need no entry in `/etc/passwd`.
enum Account {
    static let daemon: UInt32 = 64_001
    static let writer: UInt32 = 64_002
    static let stranger: UInt32 = 64_003
    static let writers: UInt32 = 64_010

    /// Whether a test may become them.
    static var canChange: Bool { geteuid() == 0 }

    /// What runs a command as a user with one group and nothing else.
    static func launcher(_ user: UInt32, _ group: UInt32, _ options: [String] = []) -> [String] {
        ["setpriv", "--reuid", "\(user)", "--regid", "\(group)", "--clear-groups"] + options + [
            "--"
        ]
    }

    /// The options that leave a daemon CAP_LEASE.
    static let withLeases = ["--inh-caps", "+lease", "--ambient-caps", "+lease"]
}

extension RelayHarness {
    /// Hands everything to the daemon's user, the drop folder also to the writers' group.
    func handOver() throws {
        chmod(scratch.path, 0o711)
        try scratch.makeFolder("state", mode: 0o700)
        for path in [drop, scratch.path("state"), scratch.path("password")] {
            try must("chown", chown(path, Account.daemon, Account.writers))
        }
        chmod(drop, plan.dropMode)
    }

    /// Writes a file into the drop folder as a program of another user, in place.
    func writeAsWriter(
        _ name: String,
        _ text: String,
        umask: String = "0027",
        rename: Bool = false
    ) async throws {
        let source = try scratch.write(text, to: "for-\(name)")
        chmod(source, 0o644)
        let target = rename ? ".\(name).tmp" : name
        let script =
            "umask \(umask) && cat '\(source)' > '\(target)'"
            + (rename ? " && mv '\(target)' '\(name)'" : "")
        let run = try await ChildProcess.run(
            Account.launcher(Account.writer, Account.writers) + ["sh", "-c", script],
            folder: drop
        )
        guard run.exit == .code(0) else { throw WaitError("\(script): \(run.errors)") }
    }

    /// Runs a command line an error message advises.
    func cure(_ command: String) async throws {
        let run = try await ChildProcess.run(["sh", "-c", command])
        guard run.exit == .code(0) else { throw WaitError("\(command): \(run.errors)") }
    }
}
