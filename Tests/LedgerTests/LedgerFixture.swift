import Delivery
import GRDB
import Spool
import TestSupport

@testable import Ledger

/// A state directory for one test.
struct LedgerFixture: ~Copyable {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder("ledger") }

    var directory: String { folder.path }
    var path: String { "\(folder.path)/ledger.sqlite" }
    var reader: LedgerReader { LedgerReader(stateDirectory: directory) }

    func store() throws -> LedgerStore { try LedgerStore(stateDirectory: directory) }

    /// 2026-11-23 10:15:30 UTC.
    static let noon: Int64 = 1_795_428_930_000_000

    /// The id of the n-th message, claimed n seconds after ``noon``.
    static func id(_ number: Int) -> String {
        SampleMail(number).id
    }
}

/// A message as many a system drops it, the n-th.
struct SampleMail {
    let number: Int
    let id: String
    let at: Int64

    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
    private static let words = [
        "invoice", "report", "statement", "order", "delivery", "reminder", "payment", "scan",
    ]

    init(_ number: Int) {
        self.number = number
        at = LedgerFixture.noon + Int64(number) * 1_000_000
        id = SpoolID(microseconds: at, random: UInt64(number) &* 0x9E37_79B9_7F4A_7C15).text
    }

    var word: String { Self.words[number % Self.words.count] }
    var pickup: String { number % 10 == 0 ? "scans" : "erp" }
    var file: String { "\(word)-\(number * 7919 % 1_000_000).eml" }
    var recipient: String { "user\(number * 31 % 50_000)@customer\(number % 500).example" }
    var subject: String { "Re \(word) \(number) for customer \(number % 500)" }
    var messageID: String { "\(id)@contoso.com" }
    var reply: String {
        "2.0.0 OK <\(messageID)> [InternalId=\(number * 104_729), Hostname="
            + "AM0PR\(number % 20)MB\(number % 9999).eurprd\(number % 30).prod.outlook.com] "
            + "Queued mail for delivery"
    }

    /// Its claim.
    var claimed: MessageEvent {
        MessageEvent(.claimed, at: at, id: id, pickup: pickup, file: file)
    }

    /// What became of it a second later.
    func event(_ kind: MessageEvent.Kind = .sent) -> MessageEvent {
        var event = MessageEvent(kind, at: at + 1_000_000, id: id, pickup: pickup, file: file)
        event.route = "m365"
        event.sender = "erp@contoso.com"
        event.recipients = [.init(recipient, kind == .sent ? .accepted : .pending)]
        event.subject = subject
        event.messageID = messageID
        event.octets = 20_000 + number % 1000
        event.reply = "250 \(reply)"
        event.peer = "smtp.office365.com [40.99.1.2]:587 TLS 1.3"
        event.session = "m365-17"
        event.milliseconds = 120
        return event
    }

    /// A failure of it.
    func failed(_ reply: String, reason: String) -> MessageEvent {
        var event = event(.failed)
        (event.reply, event.reason, event.advice) = (reply, reason, "Ask the recipient.")
        event.recipients = [.init(recipient, .refused, reply: reply)]
        return event
    }
}
