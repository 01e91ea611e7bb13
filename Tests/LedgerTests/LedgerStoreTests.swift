import Delivery
import GRDB
import Glibc
import TestSupport
import Testing

@testable import Ledger

@Suite("Ledger")
struct LedgerStoreTests {
    @Test func `a message stands where its last event left it`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(7)
        try fixture.store().append([mail.claimed, mail.event(.deferred)])
        try fixture.store().append([mail.event()])
        let message = try #require(try fixture.reader.message(mail.id))
        #expect(message.last == "sent")
        #expect(message.file == mail.file)
        #expect(message.route == "m365")
        #expect(message.sender == "erp@contoso.com")
        #expect(message.recipients == [.init(mail.recipient, .accepted)])
        #expect(message.subject == mail.subject)
        #expect(message.messageID == mail.messageID)
        #expect(message.octets == 20_007)
        #expect(message.reply == "250 \(mail.reply)")
        #expect(message.attempts == 2)
        #expect(message.firstAt == mail.at)
        #expect(message.lastAt == mail.at + 1_000_000)
    }

    @Test func `every event comes back as it was`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(3)
        var held = MessageEvent(
            .setAside,
            at: mail.at + 5_000_000,
            id: mail.id,
            pickup: "erp",
            file: mail.file
        )
        held.actor = "anna (uid 1001)"
        let failed = mail.failed("550 5.1.10 RESOLVER\n550 5.1.10 not found", reason: "Nobody.")
        try fixture.store().append([held, mail.claimed, mail.event(.deferred), failed])
        let events = try fixture.reader.events(of: mail.id)
        #expect(events.map(\.kind) == [.claimed, .deferred, .failed, .setAside])
        #expect(events[1].recipients == [.init(mail.recipient, .pending)])
        #expect(events[1].peer == "smtp.office365.com [40.99.1.2]:587 TLS 1.3")
        #expect(events[1].session == "m365-17")
        #expect(events[1].milliseconds == 120)
        #expect(events[2].reply == "550 5.1.10 RESOLVER\n550 5.1.10 not found")
        #expect(events[2].reason == "Nobody.")
        #expect(events[2].advice == "Ask the recipient.")
        #expect(
            events[2].recipients == [
                .init(mail.recipient, .refused, reply: "550 5.1.10 RESOLVER 550 5.1.10 not found")
            ]
        )
        #expect(events[3].actor == "anna (uid 1001)")
        // An event that was written late changes nothing about where the message stands.
        #expect(try fixture.reader.message(mail.id)?.last == "set-aside")
    }

    @Test(arguments: [true, false])
    func `a move that an operator is known for is not told twice`(isJournalFirst: Bool) throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(1)
        var byHand = mail.claimed
        (byHand.kind, byHand.at, byHand.actor) = (.removed, mail.at + 60_000_000, "anna")
        var noticed = mail.claimed
        (noticed.kind, noticed.at) = (.taken, mail.at + 60_500_000)
        try fixture.store().append([mail.claimed])
        try fixture.store().append([isJournalFirst ? byHand : noticed])
        try fixture.store().append([isJournalFirst ? noticed : byHand])
        #expect(try fixture.reader.events(of: mail.id).map(\.kind) == [.claimed, .removed])
    }

    @Test func `a retry whose attempt is told first is the operator's all the same`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(1)
        var again = mail.event(.failed)
        again.at = mail.at + 60_500_000
        var byHand = mail.claimed
        (byHand.kind, byHand.at, byHand.actor) = (.retried, mail.at + 60_000_000, "anna")
        try fixture.store().append([mail.claimed, mail.event(.failed)])
        try fixture.store().append([again])
        try fixture.store().append([byHand])
        let events = try fixture.reader.events(of: mail.id)
        #expect(events.map(\.kind) == [.claimed, .failed, .retried, .failed])
        #expect(events[2].actor == "anna")
        #expect(try fixture.reader.message(mail.id)?.last == "failed")
    }

    @Test func `a claim that is written after an operator's action is kept, once`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(1)
        var retried = mail.claimed
        (retried.kind, retried.at, retried.actor) = (.retried, mail.at + 60_000_000, "anna")
        try fixture.store().append([retried])
        var (dropped, claimed) = (mail.claimed, mail.claimed)
        (dropped.kind, dropped.at) = (.dropped, mail.at - 1_000_000)
        // The id's time is read before the event's.
        claimed.at = mail.at + 300
        try fixture.store().append([dropped, claimed, mail.failed("550 no", reason: "Nobody.")])
        // As the folders tell it.
        try fixture.store().append([mail.claimed])
        let events = try fixture.reader.events(of: mail.id)
        #expect(events.map(\.kind) == [.dropped, .claimed, .failed, .retried])
        #expect(try fixture.reader.message(mail.id)?.last == "retried")
    }

    @Test func `a move that nobody is known for stays unattributed`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(1)
        var noticed = mail.claimed
        (noticed.kind, noticed.at) = (.taken, mail.at + 60_500_000)
        try fixture.store().append([mail.claimed, noticed])
        let events = try fixture.reader.events(of: mail.id)
        #expect(events.map(\.kind) == [.claimed, .taken])
        #expect(events[1].actor == nil)
    }

    @Test func `what a server says without an end is cut`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(1)
        var event = mail.event(.failed)
        event.reply = String(repeating: "ä", count: 1_000_000)
        event.subject = "a\0b\u{202E}c\r\nd"
        try fixture.store().append([event])
        let message = try #require(try fixture.reader.message(mail.id))
        #expect((message.reply?.utf8.count ?? 0) <= 4010)
        #expect(message.subject == "a\u{FFFD}b\u{202E}c\r\nd")
    }

    @Test func `the file is for its group to read and for nobody else`() throws {
        let fixture = try LedgerFixture()
        umask(0o077)
        defer { umask(0o022) }
        let store = try fixture.store()
        try store.append([SampleMail(1).claimed])
        for suffix in ["", "-wal", "-shm"] {
            var facts = stat()
            #expect(stat(fixture.path + suffix, &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o640)
        }
    }

    @Test func `a ledger of a later form is left alone`() throws {
        let fixture = try LedgerFixture()
        try fixture.store().append([SampleMail(1).claimed])
        try fixture.store().queue.inDatabase { try $0.execute(sql: "PRAGMA user_version = 201") }
        let error = LedgerError.newer(path: fixture.path)
        #expect(throws: error) { try fixture.store() }
        #expect(throws: error) { try fixture.reader.message("x") }
        #expect(error.sentence.hasSuffix("was written by a later version of Postchute."))
    }

    @Test func `a ledger that a later version added to is read and written`() throws {
        let fixture = try LedgerFixture()
        try fixture.store().append([SampleMail(1).claimed])
        try fixture.store().queue.inDatabase {
            try $0.execute(
                sql: """
                    ALTER TABLE message ADD COLUMN mood TEXT; CREATE TABLE more(x);
                    ALTER TABLE event ADD COLUMN mood TEXT; PRAGMA user_version = 199
                    """
            )
        }
        try fixture.store().append([SampleMail(1).event(), SampleMail(2).claimed])
        #expect(try fixture.reader.message(SampleMail(1).id)?.last == "sent")
        #expect(try fixture.reader.message(SampleMail(2).id)?.last == "claimed")
    }

    @Test func `without a ledger there is a sentence and what to do`() throws {
        let fixture = try LedgerFixture()
        let error = #expect(throws: LedgerError.self) { try fixture.reader.message("x") }
        #expect(error == .missing(path: fixture.path))
        #expect(error?.sentence == "There is no ledger \(fixture.path).")
    }

    @Test func `what is older than it is kept for is forgotten`() throws {
        let fixture = try LedgerFixture()
        let mails = (0..<20).map { SampleMail($0) }
        let store = try fixture.store()
        try store.append(mails.flatMap { [$0.claimed, $0.event()] })
        #expect(try store.forget(before: mails[10].at + 1_000_000, limit: 4) == 4)
        #expect(try store.forget(before: mails[10].at + 1_000_000, limit: 100) == 6)
        let left = try fixture.reader.messages(LedgerQuery(), limit: 100).messages
        #expect(left.map(\.id) == mails[10...].reversed().map(\.id))
        for table in ["event", "address"] {
            let count = try store.queue.inDatabase {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)")
            }
            #expect(count == 20, "\(table)")
        }
        // The index is true: what it had of a forgotten message is gone from it.
        try store.queue.inDatabase {
            let words = try Int.fetchOne(
                $0,
                sql: "SELECT count(*) FROM search WHERE search MATCH '\"con\"'"
            )
            #expect(words == 10)
        }
    }

    @Test func `an address that is erased is found nowhere in the file`() throws {
        let fixture = try LedgerFixture()
        let store = try fixture.store()
        let name = "zoe.quixley@customer.example"
        var mail = SampleMail(5).event(.deferred)
        mail.recipients = [.init("Zoe.Quixley@customer.example", .pending, reply: "<\(name)> busy")]
        mail.subject = "For Zoe Quixley"
        mail.file = "quixley.eml"
        mail.reply = "451 4.7.0 <ZOE.quixley@customer.example> is busy"
        mail.reason = "The server said: \(name)."
        try store.append([mail, SampleMail(6).event()])
        #expect(try store.count(matching: name) == 1)
        #expect(try store.erase(matching: "ZOE.Quixley@customer.example") == 1)
        #expect(try store.erase(matching: name) == 0)
        var octets = ""
        for suffix in ["", "-wal"] {
            let file = try? readFile(fixture.path + suffix)
            octets += String(decoding: file ?? [], as: UTF8.self).lowercased()
        }
        #expect(octets.contains("user186@customer6.example"))
        #expect(!octets.contains("quixley"))
        let message = try #require(try fixture.reader.message(mail.id))
        #expect(message.recipients.map(\.address) == ["erased"])
        #expect(message.reply == "451 4.7.0 <erased> is busy")
        #expect(message.last == "deferred")
    }

    /// The octets of the ledger and of its log, in small letters.
    private func octets(_ fixture: borrowing LedgerFixture) -> String {
        ["", "-wal"].map { suffix in
            String(decoding: (try? readFile(fixture.path + suffix)) ?? [], as: UTF8.self)
        }.joined().lowercased()
    }

    @Test func `what others' messages quote of an address goes, and nothing else of them`() throws {
        let fixture = try LedgerFixture()
        let store = try fixture.store()
        let name = "zoe.quixley@customer.example"
        var other = SampleMail(5).event(.failed)
        other.subject = "Invoice"
        other.file = "to Zoe.Quixley@customer.example.eml"
        other.reply = "550 5.1.1 see \(name)"
        try store.append([other, SampleMail(6).event()])
        #expect(try store.count(matching: name) == 1)
        #expect(try store.erase(matching: name) == 1)
        #expect(try store.count(matching: name) == 0)
        #expect(!octets(fixture).contains("quixley"))
        let message = try #require(try fixture.reader.message(other.id))
        #expect(message.subject == "Invoice" && message.file == "to erased.eml")
        #expect(message.reply == "550 5.1.1 see erased")
        #expect(!message.recipients.isEmpty)
        var query = LedgerQuery()
        query.text = "to erased"
        let found = try fixture.reader.messages(query, after: nil, limit: 5).messages
        #expect(found.map(\.id) == [other.id])
    }

    private func store(_ fixture: borrowing LedgerFixture, full name: String) throws -> LedgerStore
    {
        let store = try fixture.store()
        let mail = (1...450).map { number -> MessageEvent in
            var event = SampleMail(number).event(.failed)
            event.recipients = [.init(name, .refused, reply: "550 <\(name)>")]
            event.subject = "For Zoe Quixley"
            return event
        }
        try store.append(mail)
        return store
    }

    @Test func `an erasure that was cut off between two transactions can be repeated`() throws {
        let fixture = try LedgerFixture()
        let name = "zoe.quixley@customer.example"
        let store = try store(fixture, full: name)
        try store.write {
            try $0.execute(
                sql: """
                    CREATE TRIGGER cut BEFORE UPDATE ON message WHEN OLD.number = 300
                    BEGIN SELECT RAISE(ABORT, 'cut off'); END
                    """
            )
        }
        #expect(throws: LedgerError.self) { try store.erase(matching: name) }
        try store.write { try $0.execute(sql: "DROP TRIGGER cut") }
        #expect(try store.count(matching: name) == 250)
        #expect(octets(fixture).contains("quixley"))
        #expect(try fixture.store().erase(matching: name) == 250)
        #expect(!octets(fixture).contains("quixley"))
    }

    @Test func `an erasure that was cut off before the end forgets what it had deleted`() throws {
        let fixture = try LedgerFixture()
        let name = "zoe.quixley@customer.example"
        let store = try store(fixture, full: name)
        while try store.write({ try store.eraseSome(name, $0) }) > 0 {}
        #expect(octets(fixture).contains("quixley"))
        #expect(try fixture.store().erase(matching: name) == 0)
        #expect(!octets(fixture).contains("quixley"))
        #expect(!octets(fixture).contains("uix"), "the index has its letters by threes")
    }
}
