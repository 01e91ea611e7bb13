internal import Delivery
internal import Ledger
internal import SafeText

/// What somebody looks for in the list of messages.
struct MessageFilter: Hashable {
    /// Where messages stand, in groups.
    enum State: String, CaseIterable {
        case waiting, retrying, unknown, accepted, failed, held, gone

        var word: String {
            switch self {
            case .waiting: "Waiting"
            case .retrying: "To be retried"
            case .unknown: "Not known"
            case .accepted: "Accepted"
            case .failed: "Failed"
            case .held: "Held"
            case .gone: "Removed"
            }
        }

        /// The last event is one of these.
        var kinds: [MessageEvent.Kind] {
            switch self {
            case .waiting: [.dropped, .claimed, .returned, .retried, .released]
            case .retrying: [.deferred]
            case .unknown: [.uncertain]
            case .accepted: [.sent, .partSent]
            case .failed: [.failed]
            case .held: [.held, .setAside]
            case .gone: [.taken, .removed, .expired]
            }
        }

        /// The folders in which these lie, as commands name them.
        var folders: [String] {
            switch self {
            case .waiting: ["queue", "sending"]
            case .retrying, .unknown: ["queue"]
            case .failed: ["failed"]
            case .held: ["held"]
            case .accepted, .gone: []
            }
        }
    }

    /// How far back.
    enum Age: String, CaseIterable {
        case hour = "1h"
        case day = "24h"
        case week = "7d"
        case month = "30d"

        var word: String {
            switch self {
            case .hour: "the last hour"
            case .day: "the last 24 hours"
            case .week: "the last 7 days"
            case .month: "the last 30 days"
            }
        }

        var microseconds: Int64 {
            switch self {
            case .hour: 3_600_000_000
            case .day: 86_400_000_000
            case .week: 7 * 86_400_000_000
            case .month: 30 * 86_400_000_000
            }
        }
    }

    var text: String?
    var pickup: String?
    var route: String?
    var state: State?
    var age: Age?
    var after: LedgerCursor?

    /// How many messages a page has.
    static let pageSize = 50
    /// The longest text that is looked for, in scalars.
    private static let maximumText = 200

    /// Reads the filter from an address; what it does not understand it does not ask for.
    init(_ query: FormFields) {
        text = query["text"].map {
            String(String.UnicodeScalarView($0.unicodeScalars.prefix(Self.maximumText)))
        }
        pickup = query["pickup"]
        route = query["route"]
        state = query["state"].flatMap(State.init)
        age = query["since"].flatMap(Age.init)
        after = query["after"].flatMap(LedgerCursor.init)
    }

    /// The filter in pseudonyms, as the ledger has them and pages may show it.
    func masked(by mask: PrivacyMask?) -> MessageFilter {
        guard let mask else { return self }
        var filter = self
        filter.text = text.map(mask.text)
        return filter
    }

    /// Whether anything is asked for.
    var isEmpty: Bool {
        text == nil && pickup == nil && route == nil && state == nil && age == nil
    }

    /// The question to the ledger.
    func query(now: Int64) -> LedgerQuery {
        var query = LedgerQuery()
        query.text = text
        query.pickup = pickup
        query.route = route
        query.kinds = state?.kinds ?? []
        query.since = age.map { now - $0.microseconds }
        return query
    }

    /// The address of a page with this filter.
    func path(after cursor: LedgerCursor?) -> String {
        let fields = [
            ("text", text), ("pickup", pickup), ("route", route), ("state", state?.rawValue),
            ("since", age?.rawValue), ("after", cursor.map { "\($0.lastAt).\($0.id)" }),
        ]
        let pairs = fields.compactMap { name, value in
            value.map { "\(name)=\(Address.encoded($0))" }
        }
        return pairs.isEmpty ? "/messages" : "/messages?" + pairs.joined(separator: "&")
    }
}

extension LedgerCursor {
    /// Reads what ``MessageFilter/path(after:)`` wrote.
    fileprivate init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let at = Int64(parts[0]), parts[1].utf8.count <= 64 else {
            return nil
        }
        self.init(lastAt: at, id: String(parts[1]))
    }
}

/// Parts of addresses.
enum Address {
    /// The text with everything escaped but letters, digits, `-`, `_`, `.` and `~` (RFC 3986 §2.3).
    static func encoded(_ text: String) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                result += "%" + (octet < 16 ? "0" : "") + digits
            }
        }
        return result
    }
}
