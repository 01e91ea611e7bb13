import Glibc
import MailMessage
import SafeText
import Settings
import Spool
import Submission
import TestSupport
import Testing

@testable import Operations

@Suite("Erasure")
struct ErasureTests {
    private let lastLine =
        "Not reached: backups, the journal and other copies of the log, and the mailboxes themselves."

    private func relay() throws -> TestRelay {
        let relay = try TestRelay()
        _ = try relay.sent("1.eml")
        let other = TestRelay.content.replacing("shop@example.com", with: "workshop@example.com")
        let name = try relay.claimed("2.eml", other)
        try relay.spool.beginSending(name)
        _ = try relay.spool.settleSent(name)
        _ = try relay.failed("3.eml")
        _ = try relay.held("4.eml")
        return relay
    }

    @Test func `what would go is said before anything goes`() throws {
        let relay = try relay()
        let erasure = try Erasure(relay.folders, "Shop@example.com")
        #expect(
            erasure.text.output == [
                "failed/: 1 message, would stay; --all removes them too.",
                "held/: 1 message, would stay; --all removes them too.",
                "sent/: 1 message, would be removed.",
                "Nothing was changed; --yes does it.",
                lastLine,
            ]
        )
        #expect(erasure.text.status == .done)
        #expect(relay.scratch.names("drop/sent/2026-11-23").count == 2)
    }

    @Test func `messages go that name the address, and no others`() throws {
        let relay = try relay()
        var erasure = try Erasure(relay.folders, "shop@example.com")
        erasure.erase()
        #expect(
            erasure.text.output == [
                "1 message removed.",
                "2 messages with it still in failed/ and held/; --all removes them too.",
                lastLine,
            ]
        )
        let left = relay.scratch.names("drop/sent/2026-11-23")
        #expect(left.count == 1 && left[0].hasSuffix("2.eml"))
    }

    @Test func `with all of them failed and held messages go with their texts`() throws {
        let relay = try relay()
        var erasure = try Erasure(relay.folders, "erp@example.com", takesAll: true)
        erasure.erase()
        #expect(erasure.text.output == ["4 messages removed.", lastLine])
        #expect(relay.scratch.names("drop/failed").isEmpty)
        #expect(relay.scratch.names("drop/held").isEmpty)
    }

    @Test func `what waits stays and is named`() throws {
        let relay = try TestRelay()
        let name = try relay.deferred()
        var erasure = try Erasure(relay.folders, "office@example.com", takesAll: true)
        erasure.erase()
        #expect(
            erasure.text.output == [
                "0 messages removed.",
                "1 message with it still to be sent; to erase one, run postchute remove with its id:",
                "  \(name.id)",
                lastLine,
            ]
        )
        #expect(relay.scratch.names("drop/queue").contains { $0.hasSuffix("invoice.eml") })
        #expect(erasure.json.output.contains("    \"\(name.id)\""))
    }

    @Test(arguments: ["", "anna", "@example.com", "anna@", "an na@example.com"])
    func `what is no address is refused`(words: String) throws {
        let relay = try TestRelay()
        #expect(throws: CommandRefusal("\"\(words)\" is not an address.", .usage)) {
            try Erasure(relay.folders, words)
        }
    }

    @Test(arguments: [
        ("anna@example.com", AddressSearch.Verdict.named), ("ANNA@example.com", .named),
        ("nna@example.com", .unclear), ("anna@example.co", .unclear), ("ben@example.com", .absent),
        ("\"an na\"@example.com", .unclear), ("änna@example.com", .unclear),
    ])
    func `an address counts only by itself, and only in the header`(
        address: String,
        verdict: AddressSearch.Verdict
    ) {
        let head = Array("To: <Anna@Example.com>\r\n\r\nben@example.com".utf8)
        #expect(AddressSearch(address).verdict(on: head, isWhole: true) == verdict)
    }

    @Test func `where the octets of a header tell nothing the message is taken apart`() {
        let search = AddressSearch("ben@example.com")
        #expect(search.verdict(on: [], isWhole: true) == .absent)
        #expect(
            search.verdict(on: Array("To: anna@example.com\n".utf8), isWhole: false) == .unclear
        )
        #expect(
            search.verdict(on: Array("To: \"b\\en\"@example.com\n\n".utf8), isWhole: true)
                == .unclear
        )
        #expect(
            search.verdict(on: [0xFF, 0xFE, 0x54, 0, 0x0A, 0, 0x0A, 0], isWhole: true) == .unclear
        )
    }

    @Test func `addresses are found that no octets of the header spell`() throws {
        for to in ["ben (the one)\r\n @ (not\r\n here) example.com", "\"b\\en\"@example.com"] {
            let relay = try TestRelay()
            _ = try relay.sent("1.eml", TestRelay.content.replacing("shop@example.com", with: to))
            let found = try Erasure(relay.folders, "ben@example.com").text.output
            #expect(found.contains("sent/: 1 message, would be removed."), "\(to)")
        }
        let relay = try TestRelay()
        relay.settings.pickups[0].messages.envelope.alwaysBcc = [
            try MailAddress(exactly: "archive@example.com")
        ]
        _ = try relay.sent("1.eml")
        let found = try Erasure(relay.folders, "archive@example.com").text.output
        #expect(found.contains("sent/: 1 message, would be removed."))
    }

    @Test func `our own mail goes that names the address, wherever it lies`() throws {
        let relay = try TestRelay()
        let id = "20261123T101530123456-7h3k9q2mzx4wp"
        let text = "To: erp@example.com\r\n\r\nFinal-Recipient: rfc822; ben@example.com\r\n"
        for folder in ["queue", "sent/2026-11-23", "failed", "state"] {
            try relay.scratch.makeFolder("state/alerts/bounce.erp/\(folder)")
            if folder == "state" { continue }
            try relay.scratch.write(text, to: "state/alerts/bounce.erp/\(folder)/\(id).a.eml")
        }
        var some = try Erasure(relay.folders, "ben@example.com")
        some.erase()
        #expect(
            some.text.output == [
                "1 message removed.",
                "1 message with it still in failed/ and held/; --all removes them too.", lastLine,
            ]
        )
        var all = try Erasure(relay.folders, "ben@example.com", takesAll: true)
        all.erase()
        #expect(all.text.output == ["2 messages removed.", lastLine])
        for folder in ["queue", "sent/2026-11-23", "failed"] {
            #expect(relay.scratch.names("state/alerts/bounce.erp/\(folder)").isEmpty)
        }
    }

    @Test func `a ledger that was set aside is named`() throws {
        let relay = try TestRelay()
        let path = try relay.scratch.write("x", to: "state/ledger.sqlite.damaged-20261123T101530")
        let lines = try Erasure(relay.folders, "ben@example.com").text.output
        #expect(lines.contains("Not looked into: \(path), a damaged ledger; remove it."))
    }
}

@Suite("Privacy key")
struct PrivacyKeyTests {
    @Test func `a key is made once, and nobody else may read it`() throws {
        let scratch = try ScratchFolder("privacy")
        let key = PrivacyKey(StateSettings(directory: scratch.path))
        if try key.mask() != nil { Issue.record("there is a key") }
        let first = try #require(try key.mask(creating: true)).address("anna@example.com")
        #expect(try #require(try key.mask(creating: true)).address("anna@example.com") == first)
        #expect(try #require(try key.mask()).address("anna@example.com") == first)
        var status = stat()
        #expect(stat(scratch.path("privacy-key"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(scratch.names("") == ["privacy-key"])
    }

    @Test func `a spoiled key is refused rather than replaced`() throws {
        let scratch = try ScratchFolder("privacy")
        try scratch.write("short", to: "privacy-key")
        let key = PrivacyKey(StateSettings(directory: scratch.path))
        let sentence =
            "\(scratch.path("privacy-key")) is not a key of 32 octets; restore it, or remove it to "
            + "begin with new pseudonyms"
        #expect(throws: PrivacyKeyError(sentence: sentence)) { try key.mask(creating: true) }
    }
}
