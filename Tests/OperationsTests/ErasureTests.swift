import Glibc
import SafeText
import Settings
import Spool
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

    @Test func `an address counts only by itself, and only in the header`() {
        let head = Array("To: <Anna@Example.com>\r\n\r\nben@example.com".utf8)
        #expect(Erasure.names("anna@example.com", in: head))
        #expect(!Erasure.names("nna@example.com", in: head))
        #expect(!Erasure.names("anna@example.co", in: head))
        #expect(!Erasure.names("ben@example.com", in: head))
        #expect(!Erasure.names("ben@example.com", in: []))
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
