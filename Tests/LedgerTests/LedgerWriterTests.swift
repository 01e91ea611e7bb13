import Delivery
import GRDB
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Ledger

/// The writer against files that are locked, full, damaged and gone.
@Suite("Ledger writer")
struct LedgerWriterTests {
    /// What a writer said.
    private final class Notices: Sendable {
        private let list = Mutex<[LedgerWriter.Notice]>([])

        func add(_ notice: LedgerWriter.Notice) { list.withLock { $0.append(notice) } }
        var all: [LedgerWriter.Notice] { list.withLock { $0 } }
    }

    private static func writer(
        _ directory: String,
        _ notices: Notices,
        capacity: Int = 1000,
        keep: Int64? = nil
    ) -> LedgerWriter {
        LedgerWriter(
            stateDirectory: directory,
            keep: keep,
            capacity: capacity,
            now: { LedgerFixture.noon },
            tell: notices.add
        )
    }

    private static func ids(_ fixture: borrowing LedgerFixture) throws -> [String] {
        try fixture.reader.messages(LedgerQuery(), limit: 10_000).messages.map(\.id).sorted()
    }

    @Test func `what was noted before the end is written`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        let writer = Self.writer(fixture.directory, notices, capacity: 100_000)
        writer.start()
        let mails = (0..<3000).map { SampleMail($0) }
        for mail in mails { writer.note(mail.claimed) }
        for mail in mails { writer.note(mail.event()) }
        writer.stop()
        #expect(try Self.ids(fixture) == mails.map(\.id))
        #expect(notices.all == [.begun])
        #expect(writer.trouble == nil)
    }

    @Test func `a locked ledger is said once and written when it is free`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        _ = try fixture.store()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let writer = Self.writer(fixture.directory, notices)
        writer.start()
        writer.note(SampleMail(1).claimed)
        #expect(!writer.flush(seconds: 1))
        writer.note(SampleMail(2).claimed)
        #expect(!writer.flush(seconds: 3))
        let error = LedgerError.locked(path: fixture.path)
        #expect(writer.trouble == error)
        #expect(notices.all == [.trouble(error)])
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        #expect(writer.flush(seconds: 20))
        #expect(writer.trouble == nil)
        #expect(notices.all == [.trouble(error), .recovered])
        #expect(try Self.ids(fixture) == [SampleMail(1).id, SampleMail(2).id])
        writer.stop()
    }

    @Test func `a damaged ledger is put aside and a new one begun`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        try fixture.store().append((0..<500).map { SampleMail($0).event() })
        try writeFile([UInt8](repeating: 0x5A, count: 300_000), to: fixture.path)
        let writer = Self.writer(fixture.directory, notices)
        writer.start()
        writer.note(SampleMail(1).claimed)
        #expect(writer.flush(seconds: 20))
        let aside = "\(fixture.path).damaged-\(LedgerFixture.noon / 1_000_000)"
        #expect(access(aside, F_OK) == 0)
        let said = notices.all
        #expect(said.count == 2)
        if case .setAside(let path, .damaged)? = said.first {
            #expect(path == aside)
        } else {
            Issue.record("said \(said)")
        }
        // It is mended before anybody can ask: no trouble, and no end of one.
        #expect(said.last == .begun)
        #expect(writer.trouble == nil)
        #expect(try Self.ids(fixture) == [SampleMail(1).id])
        writer.stop()
    }

    @Test func `no more than three damaged ledgers are kept`() throws {
        let fixture = try LedgerFixture()
        let file = LedgerFile(stateDirectory: fixture.directory)
        for number in 0..<5 {
            try writeFile("no ledger".utf8, to: fixture.path)
            #expect((file.setAside(at: Int64(number)) != nil) == (number < 3))
            #expect(access(fixture.path, F_OK) != 0)
        }
    }

    @Test func `a ledger that somebody removed is begun anew`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        let writer = Self.writer(fixture.directory, notices)
        writer.start()
        writer.note(SampleMail(1).claimed)
        #expect(writer.flush(seconds: 20))
        for suffix in ["", "-wal", "-shm"] { unlink(fixture.path + suffix) }
        writer.note(SampleMail(2).claimed)
        #expect(writer.flush(seconds: 20))
        #expect(try Self.ids(fixture) == [SampleMail(2).id])
        #expect(notices.all == [.begun, .begun])
        writer.stop()
    }

    @Test func `a state directory that comes late is waited for`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        let directory = "\(fixture.directory)/late"
        let writer = Self.writer(directory, notices)
        writer.start()
        writer.note(SampleMail(1).claimed)
        #expect(!writer.flush(seconds: 1))
        #expect(writer.trouble != nil)
        #expect(mkdir(directory, 0o700) == 0)
        #expect(writer.flush(seconds: 20))
        writer.stop()
        let reader = LedgerReader(stateDirectory: directory)
        #expect(try reader.message(SampleMail(1).id)?.last == "claimed")
    }

    @Test func `what does not fit into memory is counted and told`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        let writer = Self.writer(fixture.directory, notices, capacity: 10)
        for number in 0..<25 { writer.note(SampleMail(number).claimed) }
        writer.start()
        #expect(writer.flush(seconds: 20))
        let (since, until) = (SampleMail(10).at, SampleMail(24).at)
        #expect(notices.all == [.begun, .lost(15, since: since, until: until)])
        #expect(try Self.ids(fixture) == (0..<10).map { SampleMail($0).id })
        #expect(try fixture.reader.lostEvents(since: since) == 15)
        #expect(try fixture.reader.lostEvents(since: until + 1) == 0)
        writer.stop()
    }

    @Test func `a note an operator left is taken up once`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        let mail = SampleMail(4)
        var event = mail.claimed
        (event.kind, event.at, event.actor) = (.removed, mail.at + 5_000_000, "anna (uid 1001)")
        #expect(OperatorNote.leave([event], in: fixture.directory))
        try writeFile("{ no note".utf8, to: "\(fixture.directory)/ledger-notes/0-0.json")
        let writer = Self.writer(fixture.directory, notices)
        writer.start()
        #expect(writer.flush(seconds: 20))
        writer.stop()
        let events = try fixture.reader.events(of: mail.id)
        #expect(events.map(\.kind) == [.removed])
        #expect(events.map(\.actor) == ["anna (uid 1001)"])
        #expect(OperatorNote.waiting(in: fixture.directory).isEmpty)
    }

    @Test func `the writer forgets what is too old`() throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        let day: Int64 = 86_400_000_000
        var old = SampleMail(1).claimed
        old.at = LedgerFixture.noon - 2 * day
        try fixture.store().append([old, SampleMail(2).claimed])
        let writer = Self.writer(fixture.directory, notices, keep: day)
        writer.start()
        #expect(writer.flush(seconds: 20))
        #expect(try Self.ids(fixture) == [SampleMail(2).id])
        writer.stop()
    }

    @Test func `the writer forgets by another time once that is said`() async throws {
        let fixture = try LedgerFixture()
        let notices = Notices()
        let day: Int64 = 86_400_000_000
        var old = SampleMail(1).claimed
        old.at = LedgerFixture.noon - 2 * day
        try fixture.store().append([old, SampleMail(2).claimed])
        let writer = Self.writer(fixture.directory, notices)
        writer.start()
        #expect(writer.flush(seconds: 20))
        #expect(try Self.ids(fixture) == [SampleMail(1).id, SampleMail(2).id])
        writer.adjust(keep: 3 * day)
        #expect(writer.flush(seconds: 20))
        #expect(try Self.ids(fixture) == [SampleMail(1).id, SampleMail(2).id])
        // Nobody asks for it: the change by itself has the old looked for.
        writer.adjust(keep: day)
        try await waitUntil("the old is forgotten") {
            try Self.ids(fixture) == [SampleMail(2).id]
        }
        writer.stop()
    }

    @Test func `a message that comes back by hand is put back by nobody known`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(3)
        var again = mail.event()
        again.at += 60_000_000
        try fixture.store().append([
            mail.claimed, mail.failed("550 5.7.60 no", reason: "No."),
        ])
        try fixture.store().append([again])
        let events = try fixture.reader.events(of: mail.id)
        #expect(events.map(\.kind) == [.claimed, .failed, .retried, .sent])
        #expect(events[2].actor == nil)
        #expect(events[2].at == again.at - 120_000)
        #expect(try fixture.reader.message(mail.id)?.last == "sent")
    }

    @Test func `a message that is dropped again with its id was put back`() throws {
        let fixture = try LedgerFixture()
        let mail = SampleMail(3)
        var again = mail.claimed
        again.at += 60_000_000
        try fixture.store().append([mail.claimed, mail.event(.held), again])
        #expect(
            try fixture.reader.events(of: mail.id).map(\.kind) == [.claimed, .held, .released]
        )
    }
}
