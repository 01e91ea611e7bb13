import Delivery
import GRDB
import Glibc
import TestSupport
import Testing

@testable import Ledger

/// How long searches take; with `POSTCHUTE_LONG=1` among a million messages, where nothing may take
/// longer than 200 ms, else among few, where only the answers are looked at.
@Suite("Ledger at size", .serialized)
struct LedgerScaleTests {
    private static let isLong = getenv("POSTCHUTE_LONG") != nil
    private static let count = isLong ? 1_000_000 : 20_000

    @Test func `a search among a million messages takes no longer than 200 ms`() throws {
        let fixture = try LedgerFixture()
        let clock = ContinuousClock()
        let store = try fixture.store()
        let filling = try clock.measure {
            for start in stride(from: 0, to: Self.count, by: 500) {
                try store.append(
                    (start..<start + 500).flatMap { number in
                        let mail = SampleMail(number)
                        let isBad = number % 1000 == 999
                        return [
                            mail.claimed,
                            isBad
                                ? mail.failed("550 5.7.60 SendAsDenied", reason: "No.")
                                : mail.event(),
                        ]
                    }
                )
            }
        }
        var facts = stat()
        stat(fixture.path, &facts)
        print("\(Self.count) messages: filled in \(filling), \(facts.st_size / 1_000_000) MB")
        let old = SampleMail(Self.count / 50)
        let queries: [(String, Int?, (inout LedgerQuery) -> Void)] = [
            ("newest page", 50, { _ in }),
            ("common word", 50, { $0.text = "invoice" }),
            ("rare file", 1, { $0.file = old.file }),
            ("rare address", nil, { $0.address = old.recipient }),
            ("common address", 50, { $0.address = "erp@contoso.com" }),
            ("part of an address", nil, { $0.text = String(old.recipient.prefix(18)) }),
            ("domain", min(50, Self.count / 500), { $0.address = "@customer20.example" }),
            ("rare subject", 1, { $0.subject = old.subject }),
            ("Message-ID", 1, { $0.messageID = old.messageID }),
            ("id", 1, { $0.text = old.id }),
            ("reply of few", nil, { $0.reply = "5.7.60" }),
            ("queue id", 1, { $0.reply = "InternalId=\(old.number * 104_729)," }),
            ("failed", nil, { $0.kinds = [.failed] }),
            ("failed in a pickup", nil, { ($0.kinds, $0.pickup) = ([.failed], "erp") }),
            (
                "an hour long ago", 50,
                {
                    ($0.since, $0.before) = (old.at, old.at + 3_600_000_000)
                }
            ),
            ("nothing", 0, { $0.text = "no such message" }),
        ]
        for (name, expected, change) in queries {
            var query = LedgerQuery()
            change(&query)
            // A reader of its own, as a command has.
            let reader = fixture.reader
            var found = 0
            let time = try clock.measure {
                found = try reader.messages(query, limit: 50).messages.count
            }
            print("  \(name): \(found) in \(time)")
            if let expected { #expect(found == expected, "\(name)") }
            #expect(found > 0 || expected == 0, "\(name)")
            if Self.isLong { #expect(time < .milliseconds(200), "\(name)") }
        }
        let end = SampleMail(Self.count).at
        let time = try clock.measure {
            _ = try fixture.reader.activity(from: end - 86_400_000_000, to: end, span: 900)
        }
        print("  24 hours of activity: \(time)")
        if Self.isLong { #expect(time < .milliseconds(50)) }
    }
}
