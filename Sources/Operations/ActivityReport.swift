internal import Delivery
internal import Ledger
internal import SafeText

/// What `report` adds up from the ledger.
package struct ActivityReport: Sendable {
    /// What there is a line for.
    package enum Grouping: String, Hashable, Sendable, CaseIterable {
        case day, pickup, route, failure

        fileprivate var sums: LedgerGrouping? {
            switch self {
            case .day: .day
            case .pickup: .pickup
            case .route: .route
            case .failure: nil
            }
        }
    }

    let grouping: Grouping
    let sums: [LedgerSum]
    let failures: [LedgerFailure]
    let complaints: [String]

    /// Adds up what happened since a point in time, as ``TimeReference`` reads it.
    ///
    /// - Throws: When the ledger cannot be read, or for a question that makes no sense.
    package init(
        _ relay: RelayFolders,
        by grouping: Grouping,
        since: String,
        until: String? = nil,
        pickup: String? = nil
    ) throws(CommandRefusal) {
        let now = relay.now()
        let start = try TimeReference(since, now: now).microseconds
        let end = try until.map { (text) throws(CommandRefusal) in
            try TimeReference(text, now: now).microseconds
        }
        if let pickup { _ = try relay.pickups(named: pickup) }
        let reader = try relay.ledger()
        self.grouping = grouping
        sums = try relay.ask {
            try grouping.sums.map {
                try reader.sums(by: $0, from: start, to: end ?? .max, pickup: pickup)
            } ?? []
        }
        failures = try relay.ask {
            guard grouping == .failure else { return [] }
            return try reader.failures(from: start, to: end ?? .max, pickup: pickup)
        }
        let lost = try relay.ask { try reader.lostEvents(since: start) }
        complaints = relay.ledgerComplaints(lost: lost)
    }

    private var isEmpty: Bool { sums.isEmpty && failures.isEmpty }

    /// The report as a person reads it.
    package var text: CommandResult {
        if isEmpty {
            let sentence =
                grouping == .failure
                ? "Nothing failed in that time." : "Nothing happened in that time."
            return CommandResult([sentence], complaints: complaints)
        }
        return CommandResult(
            grouping == .failure ? failureTable.lines : sumTable.lines,
            complaints: complaints
        )
    }

    private var sumTable: TextTable {
        var table = TextTable(
            [.init(heading: grouping.rawValue.uppercased())]
                + [
                    "CLAIMED", "SENT", "FAILED", "DEFERRED", "HELD", "UNCERTAIN", "RECIPIENTS",
                    "SIZE", "MS EACH",
                ].map { TextTable.Column(heading: $0, isNumber: true) }
        )
        for sum in sums {
            table.add(
                [sum.name(in: grouping)] + sum.counts.map { String($0.value) } + [
                    Readable.size(sum.octets),
                    sum.sent == 0 ? Readable.unknown : String(sum.milliseconds / Int64(sum.sent)),
                ]
            )
        }
        return table
    }

    private var failureTable: TextTable {
        var table = TextTable([
            .init(heading: "MESSAGES", isNumber: true), .init(heading: "LAST"),
            .init(heading: "FOR EXAMPLE"), .init(heading: "REASON"),
        ])
        for failure in failures {
            table.add([
                String(failure.count), Readable.timestamp(failure.lastAt), failure.id,
                failure.sentence,
            ])
        }
        return table
    }

    /// The report for programs; docs/ledger.md has the meaning of each member.
    package var json: CommandResult {
        let rows: [JSONValue] =
            sums.map { $0.json(in: grouping) } + failures.map(\.json)
        let document = JSONValue.members([
            "by": .string(grouping.rawValue), "rows": .array(rows),
        ])
        return CommandResult(document.lines, complaints: complaints)
    }

    /// The report for spreadsheets (RFC 4180).
    package var csv: CommandResult {
        let lines: [String]
        if grouping == .failure {
            lines =
                ["messages,last_at,example,reason"]
                + failures.map {
                    [
                        String($0.count), Readable.timestamp($0.lastAt), SafeText.csvCell($0.id),
                        SafeText.csvCell($0.sentence),
                    ].joined(separator: ",")
                }
        } else {
            let keys = LedgerSum.keys.joined(separator: ",")
            lines =
                ["\(grouping.rawValue),\(keys),octets,milliseconds"]
                + sums.map { sum in
                    ([SafeText.csvCell(sum.name(in: grouping))]
                        + sum.counts.map { String($0.value) }
                        + [String(sum.octets), String(sum.milliseconds)]).joined(separator: ",")
                }
        }
        return CommandResult(lines, complaints: complaints)
    }
}

extension LedgerSum {
    fileprivate static let keys = [
        "claimed", "sent", "failed", "deferred", "held", "uncertain", "recipients",
    ]

    /// What is counted, in the order of the columns.
    fileprivate var counts: [(key: String, value: Int)] {
        let values = [claimed, sent, failed, deferred, held, uncertain, recipients]
        return Array(zip(Self.keys, values)).map { (key: $0.0, value: $0.1) }
    }

    /// What the line is about.
    fileprivate func name(in grouping: ActivityReport.Grouping) -> String {
        switch grouping {
        case .day: Int64(key).map(Readable.day) ?? key
        case .route where key.isEmpty: "(none yet)"
        case .pickup, .route, .failure: key
        }
    }

    fileprivate func json(in grouping: ActivityReport.Grouping) -> JSONValue {
        var members = [JSONValue.Member(key: grouping.rawValue, value: .string(name(in: grouping)))]
        members += counts.map { .init(key: $0.key, value: .integer(Int64($0.value))) }
        members.append(.init(key: "octets", value: .integer(octets)))
        members.append(.init(key: "milliseconds", value: .integer(milliseconds)))
        return .object(members)
    }
}

extension LedgerFailure {
    /// Why, in the words of the log.
    fileprivate var sentence: String {
        if !reason.isEmpty { return reason }
        return reply ?? "for a reason that is not known"
    }

    fileprivate var json: JSONValue {
        .members([
            "messages": .integer(Int64(count)), "last_at": .time(lastAt), "example": .string(id),
            "reason": .string(sentence), "reply": .optional(reply),
        ])
    }
}
