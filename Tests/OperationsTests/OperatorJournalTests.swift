import Delivery
import Glibc
import Ledger
import Settings
import Spool
import TestSupport
import Testing

@testable import Operations

struct OperatorJournalTests {
    private static let actor = "anna (uid 1001)"

    private static func reader(_ relay: TestRelay) -> LedgerReader {
        LedgerReader(stateDirectory: relay.settings.state.directory)
    }

    @Test(arguments: [
        (MessageVerb.retry, MessageEvent.Kind.retried), (.hold, .setAside), (.remove, .removed),
    ])
    func `what an operator did stands in the ledger with who it was`(
        verb: MessageVerb,
        kind: MessageEvent.Kind
    ) throws {
        let relay = try TestRelay()
        _ = try LedgerStore(stateDirectory: relay.settings.state.directory)
        let name = try relay.failed()
        let actions = try MessageActions(verb, relay.folders, actor: Self.actor)
        #expect(actions.run(["invoice.eml"]).status == .done)
        let events = try Self.reader(relay).events(of: name.id.text)
        #expect(events.map(\.kind) == [kind])
        #expect(events.map(\.actor) == [Self.actor])
        #expect(events.map(\.file) == ["invoice.eml"])
        #expect(events.map(\.at) == [TestRelay.noon])
    }

    @Test func `with privacy and without its key nobody is written down`() throws {
        let relay = try TestRelay()
        relay.settings.isPrivate = true
        _ = try LedgerStore(stateDirectory: relay.settings.state.directory)
        let name = try relay.failed("to anna@contoso.com.eml")
        let actions = try MessageActions(.hold, relay.folders, actor: Self.actor)
        #expect(actions.run([name.id.text]).status == .done)
        let events = try Self.reader(relay).events(of: name.id.text)
        #expect(events.map(\.file) == ["to a~masked@contoso.com.eml"])
    }

    @Test func `every message of a bulk verb is told`() throws {
        let relay = try TestRelay()
        _ = try LedgerStore(stateDirectory: relay.settings.state.directory)
        let names = try (0..<5).map { try relay.failed("\($0).eml") }
        _ = try BulkActions(.retry, relay.folders, actor: Self.actor, MessageSelection()).run()
        for name in names {
            #expect(try Self.reader(relay).events(of: name.id.text).map(\.kind) == [.retried])
        }
    }

    @Test func `what was not done is not told`() throws {
        let relay = try TestRelay()
        _ = try LedgerStore(stateDirectory: relay.settings.state.directory)
        let name = try relay.failed()
        let actions = try MessageActions(.remove, relay.folders, actor: Self.actor)
        _ = actions.run(["invoice.eml"]) { _ in false }
        #expect(try Self.reader(relay).events(of: name.id.text).isEmpty)
    }

    @Test func `a ledger that is not there yet gets a note and no verb waits`() throws {
        let relay = try TestRelay()
        let directory = relay.settings.state.directory
        let name = try relay.failed()
        _ = try MessageActions(.hold, relay.folders, actor: Self.actor).run(["invoice.eml"])
        #expect(access("\(directory)/ledger.sqlite", F_OK) != 0)
        let writer = LedgerWriter(
            stateDirectory: directory,
            keep: nil,
            now: { TestRelay.noon },
            tell: { _ in }
        )
        writer.start()
        #expect(writer.flush(seconds: 20))
        writer.stop()
        let events = try Self.reader(relay).events(of: name.id.text)
        #expect(events.map(\.kind) == [.setAside])
        #expect(events.map(\.actor) == [Self.actor])
    }

    @Test func `who it is comes from sudo, the login or the process`() {
        let root = "root (uid 0)"
        func name(_ user: String?, _ id: String?, _ login: UInt32?, _ process: UInt32) -> String {
            OperatorActor.name(sudoUser: user, sudoID: id, loginID: login, user: process)
        }
        #expect(name("anna", "1001", nil, 0) == Self.actor)
        #expect(name("anna", "1001", 1002, 0) == Self.actor)
        #expect(name(nil, nil, 0, 7) == root)
        #expect(name(nil, nil, nil, 0) == root)
        #expect(name("", "1001", nil, 0) == root)
        #expect(name("anna", "x", nil, 0) == root)
    }

    @Test func `a new ledger is filled from the folders`() throws {
        let relay = try TestRelay()
        let failed = try relay.failed("bad.eml")
        let waiting = try relay.claimed("waiting.eml")
        let rebuilt = LedgerRebuild(relay.settings)
        #expect(try rebuilt.run().get().messages == 2)
        let message = try #require(try Self.reader(relay).message(failed.id.text))
        #expect(message.last == "failed")
        #expect(message.file == "bad.eml")
        #expect(message.subject == "Invoice")
        #expect(message.firstAt == failed.id.microseconds)
        #expect(message.reason?.isEmpty == false)
        #expect(
            try Self.reader(relay).events(of: waiting.id.text).map(\.kind) == [.claimed]
        )
        let known = try #require(try Self.reader(relay).message(waiting.id.text))
        #expect(known.recipients.map(\.address) == ["office@example.com", "shop@example.com"])
        // Again, nothing is new.
        #expect(try rebuilt.run().get().messages == 0)
    }
}
