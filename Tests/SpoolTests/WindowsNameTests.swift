import Glibc
import TestSupport
import Testing

@testable import Spool

@Suite("Names on Windows")
struct WindowsNameTests {
    @Test(arguments: [
        ("invoice.eml", "invoice.eml"),
        ("Grüße, 2. Mahnung.eml", "Grüße, 2. Mahnung.eml"),
        ("10:15?.eml", "10_15_.eml"),
        ("<a>|\"b\"*\\c", "_a___b___c"),
        ("a\u{1}\n\u{7F}b", "a___b"),
        ("dot.", "dot_"),
        ("space ", "space_"),
        ("CON", "CON"),
        ("...", ".._"),
    ])
    func `what Windows cannot have is replaced`(_ name: String, _ legal: String) {
        #expect(WindowsName.legal(Array(name.utf8)) == Array(legal.utf8))
        #expect(WindowsName.legal(Array(legal.utf8)) == Array(legal.utf8))
    }

    @Test func `octets that are no text are replaced, and no name grows`() {
        let name: [UInt8] = [0x61, 0xFF, 0xC3, 0x28, 0xE2, 0x82, 0x62]
        let legal = WindowsName.legal(name)
        #expect(String(validating: legal, as: UTF8.self) == "a__(_b")
        #expect(legal.count <= name.count)
    }

    @Test func `a failed message has a legal name, its reason beside it, and comes back as itself`()
        throws
    {
        let spool = try TestSpool()
        let name = try spool.claimed("10:15?.eml")
        #expect(spool.names("queue") == [name.text])
        _ = try spool.spool.fail(name, from: .queue, reason: [0x61], state: nil)
        let legal = "\(name.id).10_15_.eml"
        #expect(spool.names("failed") == [legal, "\(legal).txt"])
        #expect(try spool.spool.state(of: name.id)?.originalName == name.original)
        try rename(spool, "failed/\(legal)", legal)
        let back = try spool.claim(legal)
        #expect(back == name)
        #expect(spool.names("queue") == [name.text])
        #expect(spool.names("failed").isEmpty)
    }

    @Test
    func `a message that is put into the queue by hand under its legal name keeps its history`()
        throws
    {
        let spool = try TestSpool()
        let name = try spool.claimed("a:b.eml")
        var state = DeliveryState(name)
        state.recipients = [RecipientRecord(address: "b@x", outcome: .accepted(reply: "250 ok"))]
        _ = try spool.spool.fail(name, from: .queue, reason: [0x61], state: state)
        let legal = name.legalOnWindows
        try rename(spool, "failed/\(legal.text)", "queue/\(legal.text)")
        let opened = try spool.spool.open(queued: legal)
        #expect(opened.name == legal)
        #expect(opened.state?.recipients == state.recipients)
        #expect(spool.names("failed").isEmpty)
    }

    @Test func `the start removes a reason that was left behind, and no other`() throws {
        let spool = try TestSpool()
        let (gone, here) = (try spool.claimed("a:b.eml"), try spool.claimed("c:d.eml"))
        for name in [gone, here] {
            _ = try spool.spool.fail(name, from: .queue, reason: [0x61], state: nil)
        }
        unlink(spool.scratch.path("drop/failed/\(gone.legalOnWindows.text)"))
        let again = try spool.restarted()
        #expect(try again.recover().removedReasons == 1)
        #expect(spool.names("failed").count == 2)
        #expect(spool.names("failed").allSatisfy { $0.hasPrefix(here.id.text) })
    }

    @Test func `what is held before it is claimed has a legal name, and release keeps its folder`()
        throws
    {
        let spool = try TestSpool()
        try spool.put("a:b.eml")
        let drop = try spool.spool.dropDirectory()
        let file = try #require(FileName("a:b.eml"))
        let descriptor = try drop.open(file)
        defer { close(descriptor) }
        let held = try spool.spool.hold(
            unclaimed: file,
            in: drop,
            descriptor: descriptor,
            facts: try FileFacts(descriptor: descriptor),
            reason: [0x61]
        )
        #expect(spool.names("held") == [held.text, "\(held.text).txt"])
        #expect(held.text == "\(held.id).a_b.eml")
        try rename(spool, "held/\(held.text)", "queue/\(held.text)")
        let opened = try spool.spool.open(queued: held)
        #expect(opened.name == held)
        #expect(opened.state?.originalName == file)
    }

    private func rename(_ spool: TestSpool, _ from: String, _ to: String) throws {
        let result = Glibc.rename(
            spool.scratch.path("drop/\(from)"),
            spool.scratch.path("drop/\(to)")
        )
        #expect(result == 0)
    }
}
