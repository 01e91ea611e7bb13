import Glibc
import TestSupport
import Testing

/// Files that end before their message does.
@Suite("Truncated files", .serialized)
struct TruncatedTests {
    private static let header = """
        From: a@example.com
        To: b@example.org
        Message-ID: <x@example.com>

        """

    private static let multipart =
        header + """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="sep"

            --sep
            Content-Type: text/plain

            Only the beginning.

            """

    @Test(arguments: [
        (header, "The file ends before the empty line that ends the header."),
        (multipart, "The file ends before the line “--sep--” that ends its parts."),
    ])
    func `what stays truncated is held with its reason, and release sends it`(
        text: String,
        reason: String
    ) async throws {
        try await withRelay("truncated") { relay in
            try relay.drop("x.eml", text)
            let path = try await relay.waitFor(.held, "x.eml")
            let words = try relay.reason("x.eml")
            let happened =
                "\u{FEFF}This message was not sent: the file looks as if its end is missing.\n"
                + "\(reason) It had not changed for 1 s.\n"
            #expect(words.hasPrefix(happened), "\(words)")
            #expect(try await relay.waitForLine("held")["reason"] == reason)
            #expect(try relay.received().isEmpty)
            let id = try #require(path.split(separator: "/").last?.prefix(35))
            let run = try await relay.command("release", String(id))
            #expect(run.code == 0)
            #expect(run.output == "\(id) (x.eml) is back in the queue, due at once.\n")
            try await relay.waitFor(.sent, "x.eml")
            #expect(relay.places("x.eml") == [.sent])
            #expect(folderNames("\(relay.drop)/held").isEmpty)
            #expect(try relay.receivedOnce("x").recipients == ["b@example.org"])
        }
    }

    @Test func `what is completed within patience is sent whole`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["patience = '10 min'"]
        try await withRelay("completed", plan) { relay in
            let path = "\(relay.drop)/x.eml"
            try writeFile(Self.multipart.utf8, to: path)
            try await relay.passOver(path)
            #expect(relay.places("x.eml") == [.drop])
            let writer = try FileWriter(path, flags: O_APPEND)
            try writer.write("And the end.\n--sep--\n")
            writer.close()
            try await relay.waitFor(.sent, "x.eml")
            let text = try relay.receivedOnce("x").text
            #expect(text.hasSuffix("Only the beginning.\r\nAnd the end.\r\n--sep--\r\n"))
        }
    }

    @Test func `with truncated = "send" it is sent as it is`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["truncated = 'send'", "patience = '200ms'"]
        try await withRelay("sent-truncated", plan) { relay in
            try relay.drop("x.eml", Self.multipart)
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedOnce("x").text.hasSuffix("Only the beginning.\r\n"))
        }
    }
}
