import Glibc
import Spool
import TestSupport
import Testing

@testable import Pickup

@Suite("A Samba server on the drop folder")
struct SambaTests {
    @Test(.enabled(if: geteuid() == 0 && hasSamba(), "needs root, smbd and smbclient"))
    func `a slow upload is taken when it is complete, and not before`() async throws {
        let running = try await RunningPickup(PickupRules(settle: .milliseconds(100)))
        // Writers of every user: the drop folder is ours and sticky.
        #expect(chmod(running.path, 0o755) == 0 && chmod(running.drop, 0o1777) == 0)
        let (server, port) = try await startServer(sharing: running.drop, in: running.path)
        let size = 128 * 1024 * 1024
        let source = "\(running.path)/source"
        try writeFile(TestPickup.message.utf8, to: source)
        // Holes read fast; a tail of NULs alone would keep the file from being taken.
        #expect(truncate(source, size - 4) == 0)
        let descriptor = open(source, O_WRONLY | O_APPEND | O_CLOEXEC)
        try TestPickup.write("end\n", to: descriptor)
        close(descriptor)
        let upload = ["-p", "\(port)", "-N", "-c", "put \(source) slow.eml"]
        let client = try ChildProcess(["smbclient", "//127.0.0.1/drop"] + upload)
        try await waitUntil("the upload to begin; smbclient said \(client.errors)") {
            fileSize("\(running.drop)/slow.eml") > 100_000
        }
        client.send(signal: SIGSTOP)
        #expect(fileSize("\(running.drop)/slow.eml") < size, "the upload was too fast to stop")
        try running.put("other.eml")
        try await running.waitForClaims(1)
        #expect(running.claimed.map(\.original) == [FileName("other.eml")!])
        client.send(signal: SIGCONT)
        #expect(try await client.waitForExit() == .code(0))
        try await running.waitForClaims(2)
        #expect(running.claimed[1].facts.size == Int64(size))
        try await server.end()
        await running.stop()
    }

    private func startServer(
        sharing drop: String,
        in folder: String
    ) async throws -> (ChildProcess, port: Int) {
        let own = ["private", "lock", "state", "cache", "pid"]
        let port = try freePort()
        let settings =
            """
            [global]
            server role = standalone server
            map to guest = Bad User
            guest account = nobody
            interfaces = lo
            bind interfaces only = yes
            smb ports = \(port)
            log file = \(folder)/smbd.log
            private dir = \(folder)/private

            """
            + own.dropFirst().map {
                "\($0) directory = \(folder)/\($0)\n"
            }.joined() + """
                [drop]
                path = \(drop)
                guest ok = yes
                read only = no

                """
        for name in own { mkdir("\(folder)/\(name)", 0o755) }
        try writeFile(settings.utf8, to: "\(folder)/smb.conf")
        let server = try ChildProcess([
            "smbd", "-F", "--no-process-group", "-s", "\(folder)/smb.conf", "-p", "\(port)",
        ])
        try await waitUntil("smbd to answer; it said \(server.errors)") {
            if let exit = server.exit { throw WaitError("smbd ended: \(exit)") }
            let list = ["smbclient", "//127.0.0.1/drop", "-p", "\(port)", "-N", "-c", "ls"]
            return try await ChildProcess.run(list).exit == .code(0)
        }
        return (server, port)
    }
}

private func hasSamba() -> Bool {
    access("/usr/sbin/smbd", X_OK) == 0 && access("/usr/bin/smbclient", X_OK) == 0
}

private func fileSize(_ path: String) -> Int {
    var facts = stat()
    return stat(path, &facts) == 0 ? facts.st_size : 0
}
