import Glibc
import Spool
import TestSupport
import Testing

@testable import Pickup

@Suite("A Samba server on the drop folder")
struct SambaTests {
    @Test(.enabled(if: SambaServer.isAvailable, "needs root, smbd and smbclient"))
    func `a slow upload is taken when it is complete, and not before`() async throws {
        let running = try await RunningPickup(PickupRules(settle: .milliseconds(100)))
        // Writers of every user: the drop folder is ours and sticky.
        #expect(chmod(running.path, 0o755) == 0 && chmod(running.drop, 0o1777) == 0)
        let server = try await SambaServer(sharing: running.drop, in: running.path)
        let size = 128 * 1024 * 1024
        let source = "\(running.path)/source"
        try writeFile(TestPickup.message.utf8, to: source)
        // Holes read fast; a tail of NULs alone would keep the file from being taken.
        #expect(truncate(source, size - 4) == 0)
        let descriptor = open(source, O_WRONLY | O_APPEND | O_CLOEXEC)
        try TestPickup.write("end\n", to: descriptor)
        close(descriptor)
        let client = try server.client("put \(source) slow.eml")
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
        try await server.process.end()
        await running.stop()
    }
}

private func fileSize(_ path: String) -> Int {
    var facts = stat()
    return stat(path, &facts) == 0 ? facts.st_size : 0
}
