import Delivery
import GRDB
import TestSupport
import Testing

@testable import Ledger

/// What a search finds has to be what looking at every message would find.
@Suite("Ledger search")
struct LedgerSearchTests {
    private static let mails = (0..<400).map { SampleMail($0) }
    private static let special = "20261124T000000000000-0000000000000"

    private static func filled() throws -> LedgerFixture {
        let fixture = try LedgerFixture()
        var events: [MessageEvent] = []
        for mail in mails {
            events.append(mail.claimed)
            switch mail.number % 50 {
            case 49: events.append(mail.failed("550 5.7.60 SendAsDenied", reason: "Not allowed."))
            case 48: events.append(mail.event(.deferred))
            default: events.append(mail.event())
            }
        }
        var odd = SampleMail(0).event()
        (odd.id, odd.at, odd.file) = (special, SampleMail(1000).at, "100%_Äpfel\\*.eml")
        odd.recipients = [.init("Ända@Bücher.example", .accepted), .init("b@x.example", .accepted)]
        (odd.subject, odd.route) = ("ÜBER \"quotes\" and 'more'; DROP TABLE message", "other")
        odd.messageID = "odd@x"
        events.append(odd)
        try fixture.store().append(events)
        return fixture
    }

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let query: LedgerQuery
        let isMatch: (SampleMail) -> Bool
        let takesSpecial: Bool

        init(
            _ name: String,
            special: Bool = false,
            _ change: (inout LedgerQuery) -> Void,
            _ isMatch: @escaping (SampleMail) -> Bool
        ) {
            var query = LedgerQuery()
            change(&query)
            (testDescription, self.query, self.isMatch) = (name, query, isMatch)
            takesSpecial = special
        }
    }

    nonisolated(unsafe) private static let cases: [Case] = [
        Case("everything", special: true, { _ in }) { _ in true },
        Case("text in a file name", { $0.text = "invoice-" }) { $0.word == "invoice" },
        Case("text of any case", { $0.text = "INVOICE-" }) { $0.word == "invoice" },
        Case("text of an address", { $0.text = "user31@" }) { $0.number == 1 },
        Case("text of a subject", { $0.text = "Order 11 FOR" }) { $0.number == 11 },
        Case("text of a Message-ID", { $0.text = mails[9].messageID }) { $0.number == 9 },
        Case("text of an id", { $0.text = mails[9].id }) { $0.number == 9 },
        Case("two letters", { $0.text = "zz" }) { $0.id.contains("zz") },
        Case("a part of a file", { $0.file = "79190" }) { $0.file.contains("79190") },
        Case("a pattern of files", { $0.file = "order*9.eml" }) {
            $0.word == "order" && $0.file.hasSuffix("9.eml")
        },
        Case("an address", { $0.address = "USER62@customer2.example" }) { $0.number == 2 },
        Case("a sender", special: true, { $0.address = "erp@contoso.com" }) { _ in true },
        Case("a domain", { $0.address = "@customer31.example" }) { $0.number == 31 },
        Case("no part of a domain", { $0.address = "@customer3" }) { _ in false },
        Case("a subject", { $0.subject = "for CUSTOMER 77" }) { $0.number == 77 },
        Case("a Message-ID", { $0.messageID = "<\(mails[3].messageID)>" }) { $0.number == 3 },
        Case("a reply", { $0.reply = "5.7.60" }) { $0.number % 50 == 49 },
        Case("a queue id", { $0.reply = "InternalId=\(12 * 104_729)," }) { $0.number == 12 },
        Case("a pickup", { $0.pickup = "erp" }) { $0.number % 10 != 0 },
        Case("a route", special: true, { $0.route = "other" }) { _ in false },
        Case("two kinds", { $0.kinds = [.failed, .deferred] }) { $0.number % 50 > 47 },
        Case("since", special: true, { $0.since = mails[390].at + 1_000_000 }) {
            $0.number >= 390
        },
        Case("before", { $0.before = mails[20].at + 1_000_000 }) { $0.number < 20 },
        Case(
            "all of them",
            {
                ($0.text, $0.kinds, $0.pickup) = ("scan", [.failed], "erp")
                ($0.since, $0.reply) = (mails[100].at, "SendAs")
            }
        ) { $0.word == "scan" && $0.number % 50 == 49 && $0.number >= 100 },
        Case("nothing that is written", { $0.text = "no such thing" }) { _ in false },
        Case("signs that mean something to SQL", special: true, { $0.text = "100%_" }) { _ in false
        },
        Case("quotation marks", special: true, { $0.text = "\"quotes\" and 'more';" }) { _ in false
        },
        Case("a backslash", special: true, { $0.file = "\\" }) { _ in false },
        Case("letters beyond ASCII", special: true, { $0.text = "äPFEL" }) { _ in false },
        Case("an address beyond ASCII", special: true, { $0.address = "ända@bücher.example" }) {
            _ in false
        },
    ]

    @Test(arguments: cases.indices)
    func `finds what every message would be found by`(index: Int) throws {
        let test = Self.cases[index]
        let fixture = try Self.filled()
        var expected = Self.mails.filter(test.isMatch).reversed().map(\.id)
        if test.takesSpecial { expected.insert(Self.special, at: 0) }
        let page = try fixture.reader.messages(test.query, limit: 1000)
        #expect(page.messages.map(\.id) == expected, "\(test.testDescription)")
        #expect(page.next == nil)
        // The index leads to the same, where there are words for it.
        for candidate in LedgerCondition.candidates(of: test.query) {
            let numbers = try fixture.reader.read { database in
                try Int64.fetchAll(database, sql: candidate.sql, arguments: candidate.arguments)
            }
            let ids = try fixture.reader.read { database in
                try String.fetchAll(
                    database,
                    sql: "SELECT id FROM message WHERE number IN (\(candidate.sql))",
                    arguments: candidate.arguments
                )
            }
            #expect(Set(expected).isSubset(of: ids), "\(test.testDescription): \(numbers.count)")
        }
    }

    @Test(arguments: [[], [MessageEvent.Kind.sent, .failed, .deferred]])
    func `pages follow one another without a gap`(kinds: [MessageEvent.Kind]) throws {
        let fixture = try Self.filled()
        var query = LedgerQuery()
        query.kinds = kinds
        var ids: [String] = []
        var cursor: LedgerCursor?
        repeat {
            let page = try fixture.reader.messages(query, after: cursor, limit: 37)
            ids += page.messages.map(\.id)
            cursor = page.next
        } while cursor != nil
        #expect(ids == [Self.special] + Self.mails.reversed().map(\.id))
    }

    @Test func `what happened is counted by the span`() throws {
        let fixture = try Self.filled()
        let start = LedgerFixture.noon / 300_000_000 * 300_000_000
        let all = try fixture.reader.activity(
            from: LedgerFixture.noon,
            to: LedgerFixture.noon + 3_600_000_000,
            span: 300
        )
        #expect(
            all.map(\.start) == (0..<2).map { start + $0 * 300_000_000 } + [start + 900_000_000]
        )
        #expect(all.map(\.claimed).reduce(0, +) == 400)
        #expect(all.map(\.sent).reduce(0, +) == 385)
        #expect(all.map(\.failed).reduce(0, +) == 8)
        #expect(all.map(\.deferred).reduce(0, +) == 8)
        let one = try fixture.reader.activity(
            from: LedgerFixture.noon,
            to: LedgerFixture.noon + 3_600_000_000,
            span: 3600,
            pickup: "scans",
            route: "m365"
        )
        #expect(one.map(\.sent) == [40])
        #expect(one.map(\.claimed) == [0])
    }
}
