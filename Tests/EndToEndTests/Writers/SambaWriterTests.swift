import Glibc
import TestSupport
import Testing

/// Programs on other machines that write by way of a real Samba server.
@Suite(
    "Writers by way of Samba",
    .serialized,
    .enabled(if: SambaServer.isAvailable, "needs root, smbd and smbclient")
)
struct SambaWriterTests {
    /// How a share may be set up.
    private static let shares = [
        ["kernel oplocks = yes"], [], ["oplocks = no", "strict sync = yes"],
    ]

    /// A message of about 35 MB: long enough in transfer to be stopped in the middle.
    private static func large(_ id: String, isMultipart: Bool = false) -> NumberedMessage {
        NumberedMessage(id: id, lineCount: 38_000, isMultipart: isMultipart, padding: 900)
    }

    /// Starts an upload and stops it in the middle, with all that the server has of it in the file.
    ///
    /// A server whose client is killed ends in the middle of a write too. Once in eighty times such a
    /// file had the length of the whole write, 8 MB, and NULs from its third megabyte on: it is left
    /// for that, rightly, and is no longer the cut-off text that these tests are about. Its length is
    /// asked for without opening it, which would break the oplock of a client that cannot answer.
    private static func stopInTheMiddle(
        of message: NumberedMessage,
        _ relay: RelayHarness,
        _ server: SambaServer
    ) async throws -> ChildProcess {
        let source = try relay.scratch.write(message.text, to: "\(message.id).source")
        let target = "\(relay.drop)/\(message.id).eml"
        let client = try server.client("put \(source) \(message.id).eml")
        try await waitUntil("the upload to begin; smbclient said \(client.errors)") {
            size(target) > 100_000
        }
        client.send(signal: SIGSTOP)
        var length = 0
        var sameLooks = 0
        try await waitUntil("the server to write what it has") {
            let now = size(target)
            sameLooks = now == length ? sameLooks + 1 : 0
            length = now
            return sameLooks == 20
        }
        guard length < size(source) else { throw WaitError("the upload was too fast") }
        return client
    }

    private static func size(_ path: String) -> Int {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_size : 0
    }

    @Test(arguments: LongRun.isOn ? shares : [shares[0]])
    func `an upload that pauses longer than quiet is sent when it is complete`(
        options: [String]
    ) async throws {
        try await withSamba("slow", options: options) { relay, server in
            let message = Self.large("slow")
            let client = try await Self.stopInTheMiddle(of: message, relay, server)
            try await relay.passOver("\(relay.drop)/slow.eml")
            #expect(relay.places("slow.eml") == [.drop])
            client.send(signal: SIGCONT)
            #expect(try await client.waitForExit() == .code(0))
            try await relay.waitFor(.sent, "slow.eml")
            #expect(try relay.receivedWhole() == ["slow"])
        }
    }

    @Test func `an upload that breaks off is held where the message says how it ends`() async throws
    {
        try await withSamba("broken-off", options: []) { relay, server in
            let message = Self.large("half", isMultipart: true)
            let client = try await Self.stopInTheMiddle(of: message, relay, server)
            client.send(signal: SIGKILL)
            try await relay.waitFor(.held, "half.eml")
            #expect(
                try await relay.waitForLine("held")["reason"]
                    == "The file ends before the line “--sep--” that ends its parts."
            )
            #expect(try relay.received().isEmpty)
            // The program that was interrupted tries again under the same name.
            let source = relay.scratch.path("half.source")
            #expect(try await server.run("put \(source) half.eml").exit == .code(0))
            try await relay.waitFor(.sent, "half.eml")
            #expect(try relay.received("half").count == 1)
        }
    }

    /// The server closes the file as if it were finished, and plain text has no end of its own: this
    /// is what cannot be known, and why docs/reliability.md asks for a rename.
    @Test
    func `of a plain message that breaks off nobody can tell, unless it is renamed when done`()
        async throws
    {
        try await withSamba("plain", options: []) { relay, server in
            let message = Self.large("plain")
            let client = try await Self.stopInTheMiddle(of: message, relay, server)
            client.send(signal: SIGKILL)
            try await relay.waitFor(.sent, "plain.eml")
            let half = try relay.receivedOnce("plain").text
            #expect(message.wire.utf8.starts(with: half.utf8.dropLast(2)))

            let source = try relay.scratch.write(NumberedMessage(id: "x").text, to: "x.source")
            let upload = try await server.run("put \(source) x.tmp")
            #expect(upload.exit == .code(0))
            try await relay.settle()
            #expect(relay.files(.drop, "x.tmp").count == 1)
            #expect(try await server.run("rename x.tmp x.eml").exit == .code(0))
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.received("x").map { try NumberedMessage($0).id } == ["x"])
        }
    }

    @Test func `of a name that is used again and again each version that was taken is sent whole`()
        async throws
    {
        try await withSamba("again", options: []) { relay, server in
            let count = LongRun.count(60, long: 1000)
            var commands: [String] = []
            for number in 1...count {
                let message = NumberedMessage(id: "v\(number)", lineCount: 200 + number % 7 * 300)
                let source = try relay.scratch.write(message.text, to: "source-\(number)")
                commands.append("put \(source) x.eml")
            }
            for start in stride(from: 0, to: count, by: 20) {
                let part = commands[start..<min(start + 20, count)].joined(separator: "; ")
                let run = try await server.run(part)
                #expect(run.exit == .code(0), "\(run.errors)\(run.output)")
                try await waitUntil("a version to be taken") { relay.places("x.eml") == [.sent] }
            }
            try await waitUntil("the last version") { try relay.received("v\(count)").count == 1 }
            try await waitUntil("its file to be settled") {
                relay.places("x.eml") == [.sent]
            }
            let sent = relay.files(.sent, "x.eml").count
            #expect(try relay.receivedWhole().count == sent)
            #expect(sent > 1)
            print("\(sent) of \(count) versions were taken before the next replaced them")
        }
    }
}
