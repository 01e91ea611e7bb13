internal import Delivery
internal import MailMessage
internal import SafeText
internal import Spool
internal import Submission

extension MessageDetails {
    /// The message as a person reads it.
    package var text: CommandResult {
        var lines = [message.label]
        lines += LabelledFacts.lines(fileFacts + contentFacts + deliveryFacts)
        if !recipients.isEmpty { lines += ["", "Recipients"] + recipientTable.indented }
        if let attempts = state?.attempts, attempts.count > 0 {
            lines += ["", "Attempts"] + attemptTable(attempts).indented
            let missing = attempts.count - attempts.records.count
            if missing > 0 {
                lines.append("  \(missing) between the first and the last are not kept")
            }
        }
        if !reason.isEmpty {
            lines += ["", "The reason beside it"] + reason.map { $0.isEmpty ? "" : "  \($0)" }
        }
        return CommandResult(lines, complaints: complaints, status: status)
    }

    private var fileFacts: [(label: String, value: String)] {
        var facts = [
            ("Pickup", message.pickup),
            ("Folder", message.entry.place.word),
            ("Path", SafeText.line(octets: message.spool.path(of: message.entry))),
        ]
        if let size = octets { facts.append(("Size", Readable.size(size))) }
        if let claimed = message.entry.id?.microseconds {
            let age = Readable.span(from: claimed, to: now)
            facts.append(("Claimed", "\(WallTime.text(claimed)), \(age) ago"))
        }
        return facts
    }

    private var contentFacts: [(label: String, value: String)] {
        switch preparation {
        case nil: return []
        case .failure(let defect):
            return [("Defect", "\(defect.sentence) \(defect.advice)")]
        case .success(let prepared):
            let inspected = prepared.inspected
            var facts = [
                ("From", inspected.from), ("Subject", inspected.subject ?? "(none)"),
                ("Message-ID", inspected.messageID),
                ("Sender", inspected.envelope.sender?.text ?? "<>"),
            ]
            facts += prepared.outgoing.repairs.map {
                ("Changed", "\($0.rawValue): \($0.sentence)")
            }
            return facts
        }
    }

    private var deliveryFacts: [(label: String, value: String)] {
        guard let state else { return [] }
        var facts: [(label: String, value: String)] = []
        if message.entry.place == .queue {
            let due = state.nextAttempt
            let wait = Readable.span(from: now, to: due)
            facts.append(("Next", due > now ? "\(WallTime.text(due)), in \(wait)" : "due"))
        }
        facts.append(("Waited", Readable.span(seconds: state.waited / 1_000_000)))
        if state.uncertainCount > 0 {
            facts.append(("Uncertain", "\(state.uncertainCount) ×: a possible duplicate"))
        }
        return facts
    }

    private var recipientTable: TextTable {
        var table = TextTable([
            .init(heading: "ADDRESS"), .init(heading: "OUTCOME"), .init(heading: "REPLY"),
        ])
        for recipient in recipients {
            table.add([recipient.address, recipient.outcome, recipient.reply])
        }
        return table
    }

    private func attemptTable(_ attempts: AttemptHistory) -> TextTable {
        var table = TextTable([
            .init(heading: "STARTED"), .init(heading: "MS", isNumber: true),
            .init(heading: "ROUTE"), .init(heading: "OUTCOME"), .init(heading: "PEER"),
            .init(heading: "DETAIL"),
        ])
        for attempt in attempts.records {
            table.add([
                WallTime.text(attempt.started), String(attempt.duration / 1000), attempt.route,
                attempt.outcome.rawValue, attempt.peer, attempt.sentence,
            ])
        }
        return table
    }

    /// The message for programs; docs/operations.md has the meaning of each member.
    package var json: CommandResult {
        let entry = message.entry
        let document = JSONValue.members([
            "id": .optional(entry.id?.text),
            "pickup": .string(message.pickup),
            "folder": .string(entry.place.word),
            "path": .name(message.spool.path(of: entry)),
            "file": .name(entry.original.octets),
            "size": .optional(octets),
            "claimed_at": .time(entry.id?.microseconds),
            "content": content,
            "recipients": .array(
                recipients.map {
                    .members([
                        "address": .string($0.address), "outcome": .string($0.outcome),
                        "reply": .string($0.reply),
                    ])
                }
            ),
            "delivery": delivery,
            "reason": .array(reason.map { .string($0) }),
        ])
        return CommandResult(document.lines, complaints: complaints, status: status)
    }

    private var content: JSONValue {
        switch preparation {
        case nil: .null
        case .failure(let defect):
            .members([
                "defect": .string(defect.sentence), "advice": .string(defect.advice),
            ])
        case .success(let prepared):
            .members([
                "from": .string(prepared.inspected.from),
                "subject": .optional(prepared.inspected.subject),
                "message_id": .string(prepared.inspected.messageID),
                "sender": .string(prepared.inspected.envelope.sender?.text ?? ""),
                "repairs": .array(prepared.outgoing.repairs.map { .string($0.rawValue) }),
            ])
        }
    }

    private var delivery: JSONValue {
        guard let state else { return .null }
        return .members([
            "next_attempt_at": message.entry.place == .queue
                ? .time(max(state.nextAttempt, now)) : .null,
            "waited_seconds": .integer(state.waited / 1_000_000),
            "uncertain": .integer(Int64(state.uncertainCount)),
            "attempt_count": .integer(Int64(state.attempts.count)),
            "attempts": .array(
                state.attempts.records.map {
                    .members([
                        "started_at": .time($0.started), "ms": .integer($0.duration / 1000),
                        "route": .string($0.route), "outcome": .string($0.outcome.rawValue),
                        "peer": .string($0.peer), "detail": .string($0.sentence),
                    ])
                }
            ),
        ])
    }
}

extension TextTable {
    /// The lines of a table below a heading.
    fileprivate var indented: [String] { lines.map { "  \($0)" } }
}
