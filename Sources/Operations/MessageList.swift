internal import Delivery
internal import Settings
internal import Spool

/// What `list` shows: messages with what is known of them at a glance.
package struct MessageList: Sendable {
    /// One message.
    struct Row: Sendable {
        let pickup: String
        let entry: SpoolEntry
        /// Octets of its file or files; `nil` when it was moved while the list was made.
        let size: Int64?
        /// When it was claimed, or last written where it has no id yet; microseconds since 1970.
        let since: Int64?
        /// What happened, of a message that has a reason beside it.
        let happened: String?
        /// When it is due, of a message that was tried before.
        let due: Int64?
        /// Whether it may have been sent already, of a message that waits.
        let isUncertain: Bool
    }

    private(set) var rows: [Row] = []
    package private(set) var isCut = false
    private var complaints: [String] = []
    private let now: Int64
    private let limit: Int
    private let folders: [ListedFolder]

    /// How many messages are listed unless something else is asked for.
    package static let standardLimit = 1000

    /// Lists the latest messages of one folder, or of all but `sent/`, of one pickup or all.
    ///
    /// - Throws: When there is no such pickup.
    package init(
        _ relay: RelayFolders,
        folder: ListedFolder? = nil,
        pickup: String? = nil,
        limit: Int = standardLimit
    ) throws(CommandRefusal) {
        now = relay.now()
        self.limit = max(limit, 1)
        folders = folder.map { [$0] } ?? [.queue, .sending, .failed, .held]
        for pickup in try relay.pickups(named: pickup) {
            do throws(SpoolError) {
                try read(try relay.spool(of: pickup), pickup.name)
            } catch {
                complaints.append("pickup \(pickup.name): \(error.fullSentence)")
            }
        }
    }

    private mutating func read(_ spool: OperatorSpool, _ pickup: String) throws(SpoolError) {
        for folder in folders {
            var latest = LatestEntries(limit: limit)
            for place in try folder.places(in: spool) {
                // Days come latest first: older ones have nothing to add.
                if latest.isFull {
                    isCut = true
                    break
                }
                do throws(SpoolError) {
                    try spool.list(place) { entry in
                        latest.add(entry)
                        return true
                    }
                } catch {
                    // An operator lists what an operator may see.
                    guard error.kind == .denied, folders.count > 1 else { throw error }
                }
            }
            let entries = latest.take()
            if latest.isCut { isCut = true }
            for entry in entries { rows.append(row(entry, spool, pickup)) }
        }
    }

    /// A message that is moved meanwhile, or whose history is closed to us, is listed with less.
    private func row(_ entry: SpoolEntry, _ spool: OperatorSpool, _ pickup: String) -> Row {
        let facts = (try? spool.facts(entry)) ?? nil
        var happened: String?
        var due: Int64?
        var isUncertain = false
        switch entry.place {
        case .failed, .held:
            let reason = (try? spool.reason(of: entry)) ?? nil
            happened = reason.flatMap(ReasonFile.happened)
        case .queue:
            due = entry.id.flatMap { (try? spool.nextAttempt(of: $0)) ?? nil }
            if let id = entry.id, due != nil, let state = (try? spool.state(of: id)) ?? nil {
                isUncertain = state.uncertainCount > 0
            }
        case .sending, .sent, .state:
            break
        }
        return Row(
            pickup: pickup,
            entry: entry,
            size: facts.flatMap { facts in
                facts.isFolder ? ((try? spool.bundle(entry)) ?? nil)?.size : facts.size
            },
            since: entry.id?.microseconds ?? facts.map { $0.modified / 1000 },
            happened: happened,
            due: due,
            isUncertain: isUncertain
        )
    }

    /// 0, or 69 when a pickup could not be read.
    private var status: ExitStatus { complaints.isEmpty ? .done : .unavailable }
}

extension MessageList {
    /// The list as a person reads it.
    package var text: CommandResult {
        if rows.isEmpty {
            let names = folders.map(\.rawValue).joined(separator: ", ")
            let lines = complaints.isEmpty ? ["No messages in \(names)."] : []
            return CommandResult(lines, complaints: complaints, status: status)
        }
        var table = TextTable([
            .init(heading: "ID"), .init(heading: "PICKUP"), .init(heading: "FOLDER"),
            .init(heading: "AGE", isNumber: true), .init(heading: "SIZE", isNumber: true),
            .init(heading: "FILE"), .init(heading: "NOTE"),
        ])
        for row in rows {
            table.add([
                row.entry.id?.text ?? Readable.unknown, row.pickup, row.entry.place.word,
                row.since.map { Readable.span(from: $0, to: now) } ?? Readable.unknown,
                row.size.map(Readable.size) ?? Readable.unknown,
                row.entry.original.display, row.note(at: now),
            ])
        }
        var lines = table.lines
        if isCut { lines.append("There are more; --limit lists more than \(limit) of a folder.") }
        return CommandResult(lines, complaints: complaints, status: status)
    }

    /// The list for programs; docs/operations.md has the meaning of each member.
    package var json: CommandResult {
        let document = JSONValue.members([
            "messages": .array(rows.map { $0.json(at: now) }),
            "is_cut": .bool(isCut),
        ])
        return CommandResult(document.lines, complaints: complaints, status: status)
    }
}

extension MessageList.Row {
    fileprivate func note(at now: Int64) -> String {
        if let happened { return happened }
        guard let due else { return "" }
        let next = due > now ? "next attempt in \(Readable.span(from: now, to: due))" : "due"
        return isUncertain ? "possible duplicate; \(next)" : next
    }

    fileprivate func json(at now: Int64) -> JSONValue {
        .members([
            "id": .optional(entry.id?.text),
            "pickup": .string(pickup),
            "folder": .string(entry.place.word),
            "file": .name(entry.original.octets),
            "size": .optional(size),
            "claimed_at": .time(entry.id?.microseconds),
            "age_seconds": .optional(
                since.map { Readable.microseconds(from: $0, to: now) / 1_000_000 }
            ),
            "due_at": .time(due.map { max($0, now) }),
            "is_uncertain": .bool(isUncertain),
            "happened": .optional(happened),
        ])
    }
}
