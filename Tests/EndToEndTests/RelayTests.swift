import TestSupport
import Testing

@Suite("Relay")
struct RelayTests {
    @Test func `a dropped file is accepted, kept in sent and reported in one line`() async throws {
        try await withRelay("sent") { relay in
            try relay.drop("invoice.eml", RelayHarness.message("invoice"))
            try await relay.waitFor(.sent, "invoice.eml")
            #expect(relay.places("invoice.eml") == [.sent])
            let line = try await relay.waitForLine("sent")
            #expect(line["file"] == "invoice.eml")
            #expect(line["reply"]?.hasPrefix("250 2.0.0 OK <invoice@example.com>") == true)
            let message = try relay.receivedOnce("invoice")
            #expect(message.envelope.sender == "a@example.com")
            #expect(message.recipients == ["b@example.org"])
        }
    }

    @Test func `a password goes to a server that proved who it is`() async throws {
        try await withRelay("signed-in", .signedIn) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            let envelope = try relay.receivedOnce("x").envelope
            #expect(envelope.mechanism == "LOGIN")
            #expect(envelope.mailbox == "sandbox@example.com")
            #expect(envelope.tls?.hasPrefix("TLSv1.3") == true)
        }
    }
}
