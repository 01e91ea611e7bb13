import Glibc
import TestSupport
import Testing

/// A scanner as offices have them: it saves page after page to a share, each in place, with pauses.
@Suite(
    "A scanner by way of Samba",
    .serialized,
    .enabled(if: SambaServer.isAvailable, "needs root, smbd and smbclient")
)
struct ScannerTests {
    private static func withScanner(
        _ label: String,
        _ plan: RelayPlan,
        _ body: (RelayHarness, SambaServer) async throws -> Void
    ) async throws {
        let options = ["kernel oplocks = yes", "force create mode = 0644"]
        try await withSamba(label, plan, options: options, body)
    }

    /// Waits until the server has something of a file; asked for without opening it, which would break
    /// the oplock of a client that cannot answer.
    private static func waitForUpload(_ path: String) async throws {
        try await waitUntil("the upload to begin") {
            var facts = stat()
            return stat(path, &facts) == 0 && facts.st_size > 100_000
        }
    }

    @Test func `one JPEG for each page, into the folder of a user, becomes one message`()
        async throws
    {
        try await Self.withScanner("scanner", .folders("bundle = '3 s'")) { relay, server in
            try relay.makeDropFolder("anna@example.org")
            chmod("\(relay.drop)/anna@example.org", 0o1777)
            for page in 1...5 {
                let source = relay.scratch.path("source-\(page)")
                try writeFile(ScannedFile.jpeg(page: page, octets: 2_000_000), to: source)
                // A session for each page, as a device does between two sheets.
                let upload = try await server.run(
                    "cd anna@example.org; put \(source) SCAN000\(page).JPG"
                )
                #expect(upload.exit == .code(0), "\(upload)")
            }
            let message = try #require(try await relay.waitForMessages().first)
            #expect(message.recipients == ["anna@example.org"])
            #expect(
                try message.attachments.map(\.name)
                    == (1...5).map { "filename=\"SCAN000\($0).JPG\"" }
            )
            for (index, page) in try message.attachments.enumerated() {
                #expect(page.octets == ScannedFile.jpeg(page: index + 1, octets: 2_000_000))
            }
            #expect(try relay.received().count == 1)
        }
    }

    @Test func `a PDF document that grows for a while is sent when it is complete`() async throws {
        try await Self.withScanner("growing", .documents("max_size = '150 MB'")) { relay, server in
            let pdf = ScannedFile.pdf(octets: 40_000_000)
            let source = relay.scratch.path("source")
            try writeFile(pdf, to: source)
            let client = try server.client("put \(source) scan.pdf")
            try await Self.waitForUpload("\(relay.drop)/scan.pdf")
            client.send(signal: SIGSTOP)
            // One that comes later and is finished is sent before it.
            try relay.drop(Array("later.pdf".utf8), ScannedFile.pdf())
            try await relay.waitFor(.sent, "later.pdf")
            #expect(relay.places("scan.pdf") == [.drop])
            client.send(signal: SIGCONT)
            #expect(try await client.waitForExit() == .code(0))
            let message = try #require(try await relay.waitForMessages(2).last)
            #expect(try message.attachments.map(\.octets) == [pdf])
        }
    }

    @Test func `a scan that breaks off is held, and a new one of its name is sent`() async throws {
        try await Self.withScanner("broken", .documents("max_size = '150 MB'")) { relay, server in
            let source = relay.scratch.path("source")
            try writeFile(ScannedFile.pdf(octets: 40_000_000), to: source)
            let client = try server.client("put \(source) scan.pdf")
            try await Self.waitForUpload("\(relay.drop)/scan.pdf")
            client.send(signal: SIGKILL)
            try await relay.waitFor(.held, "scan.pdf")
            #expect(try relay.received().isEmpty)
            #expect(try await server.run("put \(source) scan.pdf").exit == .code(0))
            try await relay.waitFor(.sent, "scan.pdf")
            #expect(try relay.received().count == 1)
        }
    }
}
