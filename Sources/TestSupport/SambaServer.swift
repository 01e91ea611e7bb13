import Glibc

/// A private Samba server with one share, `drop`, which everybody may write to as `nobody`.
///
/// Needs root. Ended with its last reference, or when the test process ends.
package final class SambaServer: Sendable {
    /// Whether server and client are installed and this process may start one.
    package static let isAvailable =
        geteuid() == 0 && access("/usr/sbin/smbd", X_OK) == 0
        && access("/usr/bin/smbclient", X_OK) == 0

    /// The port on 127.0.0.1.
    package let port: Int
    /// The server's process.
    package let process: ChildProcess

    /// Starts a server that keeps its own files in `folder`, and waits until it answers.
    ///
    /// `options` are more lines of the share, such as `kernel oplocks = yes`. Others must be able to
    /// enter `folder`, and `drop` must be open to every user.
    package init(sharing drop: String, in folder: String, options: [String] = []) async throws {
        port = try freePort()
        let own = ["private", "lock", "state", "cache", "pid"]
        for name in own { mkdir("\(folder)/\(name)", 0o755) }
        let settings =
            [
                "[global]", "server role = standalone server", "map to guest = Bad User",
                "guest account = nobody", "interfaces = lo", "bind interfaces only = yes",
                "smb ports = \(port)", "log file = \(folder)/smbd.log",
                "private dir = \(folder)/private",
            ]
            + own.dropFirst().map { "\($0) directory = \(folder)/\($0)" }
            + ["[drop]", "path = \(drop)", "guest ok = yes", "read only = no"] + options
        let file = "\(folder)/smb.conf"
        try writeFile((settings.joined(separator: "\n") + "\n").utf8, to: file)
        process = try ChildProcess(
            ["smbd", "-F", "--no-process-group", "-s", file, "-p", "\(port)"]
        )
        try await waitUntil("smbd to answer; it said \(process.errors)") {
            if let exit = process.exit { throw WaitError("smbd ended: \(exit)") }
            return try await run("ls").exit == .code(0)
        }
    }

    /// Starts a client that carries out commands, such as `put FILE NAME`, one after another.
    package func client(_ commands: String...) throws -> ChildProcess {
        try ChildProcess(arguments(commands))
    }

    /// Runs a client to its end.
    package func run(
        _ commands: String...
    ) async throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
        try await ChildProcess.run(arguments(commands))
    }

    private func arguments(_ commands: [String]) -> [String] {
        let share = ["smbclient", "//127.0.0.1/drop", "-p", "\(port)", "-N", "-c"]
        return share + [commands.joined(separator: "; ")]
    }
}
