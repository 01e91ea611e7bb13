import Glibc
import TestSupport
import Testing

/// A server that takes seven bits only, played by Postfix's `smtp-sink`.
@Suite("Server without 8BITMIME", .serialized)
struct SevenBitTests {
    /// Runs a relay whose route ends in the sink, which keeps each message in a file.
    private func withSink(
        _ label: String,
        _ body: (RelayHarness, String) async throws -> Void
    ) async throws {
        let port = try freePort()
        var plan = RelayPlan()
        plan.route = ["port = \(port)", "rate = 'unlimited'"]
        try await withIdleRelay(label, plan) { relay in
            try relay.scratch.makeFolder("sink")
            let folder = relay.scratch.path("sink")
            let sink = try ChildProcess(
                // Root must name a user, and the folder is root's.
                ["/usr/sbin/smtp-sink", "-8"] + (geteuid() == 0 ? ["-u", "root"] : [])
                    + ["-d", "\(folder)/", "127.0.0.1:\(port)", "10"],
                folder: folder
            )
            do {
                try await waitUntil("the sink listens") { PostfixServer.canConnect(port) }
                try await relay.startDaemon()
                try await body(relay, folder)
            } catch {
                try await sink.end()
                throw error
            }
            try await sink.end()
        }
    }

    private func received(in folder: String) throws -> String {
        try folderNames(folder)
            .map { String(decoding: try readFile("\(folder)/\($0)"), as: UTF8.self) }.joined()
    }

    @Test func `parts outside ASCII are encoded and the log says so`() async throws {
        try await withSink("sevenbit") { relay, folder in
            let long = String(repeating: "größer ", count: 40_000)
            for (name, text) in [("small.eml", "für alle"), ("large.eml", long)] {
                try relay.drop(
                    name,
                    """
                    From: a@example.com
                    To: b@example.org
                    Date: Mon, 23 Nov 2026 10:15:30 +0000
                    Message-ID: <\(name)@example.com>
                    MIME-Version: 1.0
                    Content-Type: text/plain; charset=utf-8
                    Content-Transfer-Encoding: 8bit

                    \(text)
                    """
                )
                try await relay.waitFor(.sent, name)
            }
            let mail = try received(in: folder)
            #expect(mail.contains("Content-Transfer-Encoding: quoted-printable\n"))
            #expect(mail.contains("\nf=C3=BCr alle\n"))
            #expect(mail.split(separator: "gr=C3=B6=C3=9Fer").count > 30_000)
            #expect(mail.utf8.allSatisfy { $0 < 0x80 })
            #expect(relay.log.contains("changes=line-ends,8bit"))
            #expect(relay.log.contains("changes=line-ends,long-lines"))
        }
    }

    @Test func `what is signed goes to failed with the reason`() async throws {
        try await withSink("sevenbit-signed") { relay, folder in
            try relay.drop(
                "signed.eml",
                """
                DKIM-Signature: v=1; h=From
                From: a@example.com
                To: b@example.org

                für alle
                """
            )
            try await relay.waitFor(.failed, "signed.eml")
            #expect(try relay.reason("signed.eml").contains("8BITMIME"))
            #expect(try !received(in: folder).contains("alle"))
        }
    }
}
