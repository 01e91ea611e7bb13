import Glibc
import MailMessage
import Settings
import TestSupport
import Testing

@testable import Operations

@Suite("Check of a message file")
struct FileCheckTests {
    private let message =
        "From: a@b.c\nTo: d@e.f\nBcc: g@h.i\nDate: x\nMessage-ID: <1@b>\nSubject: für\n\nbody\n"

    private func check(
        _ content: String,
        _ relay: TestRelay,
        pickup: String? = nil
    ) throws -> FileCheck {
        let path = try relay.scratch.write(content, to: "x.eml")
        return try FileCheck(relay.settings, path, pickup: pickup)
    }

    @Test func `a good file would be sent, and this is how`() throws {
        let relay = try TestRelay()
        let result = try check(message, relay).text
        #expect(
            result.output.map { $0.replacing(relay.scratch.path, with: "") } == [
                "/x.eml: would be sent.",
                "  Pickup:    erp",
                "  Route:     m365",
                "  Sender:    a@b.c",
                "  Recipient: d@e.f",
                "  Recipient: g@h.i",
                "  Change:    line-ends: Bare LF or CR line ends became CRLF.",
                "  Change:    header-text: Letters outside ASCII in header fields became encoded words.",
                "  Size:      91 octets",
            ]
        )
        #expect(result.status == .done)
        #expect(access(relay.scratch.path("x.eml"), F_OK) == 0)
    }

    @Test func `JSON says the same`() throws {
        let relay = try TestRelay()
        let output = try check(message, relay).json.output
            .map { $0.replacing(relay.scratch.path, with: "") }
        #expect(
            output.joined(separator: "\n") == """
                {
                  "file": "/x.eml",
                  "pickup": "erp",
                  "verdict": "sent",
                  "routes": [
                    "m365"
                  ],
                  "sender": "a@b.c",
                  "recipients": [
                    "d@e.f",
                    "g@h.i"
                  ],
                  "repairs": [
                    "line-ends",
                    "header-text"
                  ],
                  "octets": 91
                }
                """
        )
    }

    @Test func `a file that would be refused says why and what to do`() throws {
        let relay = try TestRelay()
        let refused = try check("From: a@b.c\n\nx", relay)
        #expect(
            refused.text.output.map { $0.replacing(relay.scratch.path, with: "") } == [
                "/x.eml: would go to failed/: No recipient is named in To, Cc, Bcc or X-Receiver.",
                "  What to do: Add a line such as “To: office@example.com” to the header.",
            ]
        )
        #expect(refused.text.status == .data)
        #expect(refused.json.status == .data)
        #expect(refused.json.output.contains("  \"verdict\": \"failed\","))
    }

    @Test func `a file that looks cut off would be held, unless the pickup sends such files`()
        throws
    {
        let relay = try TestRelay()
        let cut = "From: a@b.c\nTo: d@e.f\n"
        let result = try check(cut, relay).text
        #expect(
            result.output.map { $0.replacing(relay.scratch.path, with: "") } == [
                "/x.eml: would be held as cut off: The file ends before the empty line that ends "
                    + "the header."
            ]
        )
        #expect(result.status == .data)
        #expect(try check(cut, relay).json.output.contains("  \"verdict\": \"held\","))
        relay.settings.pickups[0].truncated = .send
        #expect(try check(cut, relay).text.status == .done)
    }

    @Test func `a pickup's rules count`() throws {
        let relay = try TestRelay()
        relay.settings.pickups[0].messages.envelope.origin = .replay
        let result = try check(message, relay).text
        #expect(result.output[0].hasSuffix("No X-Receiver stands above all other header fields."))
    }

    @Test func `of several pickups the one with the folder is meant, or one is named`() throws {
        let relay = try TestRelay()
        let other = PickupSettings(name: "crm", path: relay.scratch.path, routes: ["m365"])
        relay.settings.pickups.append(other)
        #expect(try check(message, relay).text.output.contains("  Pickup:    crm"))
        #expect(try check(message, relay, pickup: "erp").text.output.contains("  Pickup:    erp"))
        relay.settings.pickups[1].path = "/elsewhere"
        #expect(
            throws: CommandRefusal("Name one of the pickups with --pickup: erp, crm.", .usage)
        ) { try check(message, relay) }
    }

    @Test func `a file that is not there is no verdict`() throws {
        let relay = try TestRelay()
        let result = try FileCheck(relay.settings, "/nowhere/x.eml").text
        #expect(
            result.complaints == ["/nowhere/x.eml: cannot be read: No such file or directory"]
        )
        #expect(result.status == .unavailable)
        let folder = try FileCheck(relay.settings, relay.scratch.path).json
        #expect(folder.status == .unavailable)
    }
}
