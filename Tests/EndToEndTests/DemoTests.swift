import Glibc
import TestSupport
import Testing

@Suite("Demonstration")
struct DemoTests {
    @Test func `shows where every example went, also to somebody who is not root`() async throws {
        try await withScratchFolder("demo") { folder in
            let executable = try await copyExecutables(to: folder)
            let examples = try await copyExamples(to: folder)
            let words = [executable, "demo", "--messages", examples]
            // User and group nobody; whoever runs the tests without being root is somebody else
            // already.
            let drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let demo = try await ChildProcess.run(getuid() == 0 ? drop + words : words)
            #expect(demo.exit == .code(0))
            #expect(demo.errors == "")
            let lines = demo.output.split(separator: "\n").map(String.init)
            #expect(lines.last == "32 messages: 23 sent, 8 failed, 1 held.")
            for (file, words) in Self.expected {
                let line = lines.first { $0.hasPrefix(file) }
                #expect(line?.contains(words) == true, "\(file)")
            }
        }
    }

    private static let expected = [
        ("invoice.eml", "the server accepted it for every recipient"),
        ("no-recipient.eml", "No recipient is named in To, Cc, Bcc or X-Receiver."),
        ("unknown-recipient.eml", "The server refused 550-5.1.10@fault.test: 550 5.1.10"),
        ("partly-refused.eml", "The server accepted this message for 1 of 2 recipients."),
        ("truncated.eml", "The file ends before the line"),
    ]

    /// Copies the programs to where everybody can reach them, unlike a checkout in somebody's home.
    private func copyExecutables(to folder: ScratchFolder) async throws -> String {
        try #require(chmod(folder.path, 0o755) == 0)
        let original = try Executables.postchute
        let copied = try await ChildProcess.run(
            ["cp", original, "\(original)-watch", folder.path]
        )
        try #require(copied.exit == .code(0))
        return folder.path("postchute")
    }

    private func copyExamples(to folder: ScratchFolder) async throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let copied = try await ChildProcess.run(
            ["cp", "-r", "/\(root)/examples/messages", folder.path]
        )
        try #require(copied.exit == .code(0))
        let opened = try await ChildProcess.run(["chmod", "-R", "a+rX", folder.path("messages")])
        try #require(opened.exit == .code(0))
        return folder.path("messages")
    }
}
