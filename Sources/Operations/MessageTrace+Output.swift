internal import Delivery
internal import Ledger
internal import SafeText

extension MessageTrace {
    /// What was found as a person reads it: a table, or everything about the only message.
    package var text: CommandResult {
        guard !messages.isEmpty else {
            return CommandResult(
                ["The ledger has no such message."],
                complaints: complaints,
                status: status
            )
        }
        if let only = messages.first, messages.count == 1 {
            return CommandResult(lines(about: only), complaints: complaints)
        }
        var table = TextTable([
            .init(heading: "LAST EVENT"), .init(heading: "STATE"), .init(heading: "ID"),
            .init(heading: "PICKUP"), .init(heading: "FILE"), .init(heading: "FROM"),
            .init(heading: "TO"), .init(heading: "SUBJECT"),
        ])
        for message in messages {
            table.add([
                Readable.timestamp(message.lastAt), message.last, message.id, message.pickup,
                Self.short(message.file), message.sender.map(Self.sender) ?? "",
                Self.recipients(message), Self.short(message.subject ?? ""),
            ])
        }
        var lines = table.lines
        if isCut { lines.append("There are more; --limit lists more than \(limit).") }
        return CommandResult(lines, complaints: complaints)
    }

    private func lines(about message: LedgerMessage) -> [String] {
        var facts: [(label: String, value: String)] = [
            ("File", message.file), ("Pickup", message.pickup), ("State", message.last),
        ]
        if let route = message.route { facts.append(("Route", route)) }
        if let sender = message.sender { facts.append(("From", Self.sender(sender))) }
        facts += message.recipients.map { ("To", "\($0.address): \($0.outcome.rawValue)") }
        if let subject = message.subject { facts.append(("Subject", subject)) }
        if let id = message.messageID { facts.append(("Message-ID", id)) }
        if let octets = message.octets { facts.append(("Size", Readable.size(Int64(octets)))) }
        return ["\(message.id) (\(message.file))"] + LabelledFacts.lines(facts) + [""]
            + events.flatMap(\.lines)
    }

    private static func sender(_ address: String) -> String { address.isEmpty ? "<>" : address }

    private static func recipients(_ message: LedgerMessage) -> String {
        guard let first = message.recipients.first else { return "" }
        let rest = message.recipients.count - 1
        return rest == 0 ? first.address : "\(first.address) and \(rest) more"
    }

    private static func short(_ text: String) -> String {
        text.count > 40 ? "\(text.prefix(39))…" : text
    }
}

extension MessageEvent {
    /// The event for a person: when and what, and below it what is known.
    fileprivate var lines: [String] {
        var head = "\(Readable.timestamp(at))  \(kind.rawValue)"
        if let actor {
            head += " by \(actor)"
        } else if kind.isByHand {
            head += ", unattributed: somebody with a file manager"
        }
        if let route { head += " through \(route)" }
        if let milliseconds { head += " in \(milliseconds) ms" }
        var facts: [(label: String, value: String)] = []
        if let reason { facts.append(("Reason", reason)) }
        if let advice { facts.append(("Advice", advice)) }
        if let reply {
            facts += reply.split(separator: "\n").map { ("Reply", String($0)) }
        }
        facts += recipients.compactMap { recipient in
            recipient.reply.map {
                ("To \(recipient.address)", "\(recipient.outcome.rawValue): \($0)")
            }
        }
        if let peer { facts.append(("Peer", session.map { "\(peer), session \($0)" } ?? peer)) }
        return [head] + LabelledFacts.lines(facts)
    }
}

extension MessageEvent.Kind {
    /// Whether only people do it.
    var isByHand: Bool {
        switch self {
        case .taken, .retried, .released, .setAside, .removed: true
        case .dropped, .claimed, .sent, .partSent, .deferred, .uncertain, .returned, .failed, .held,
            .expired:
            false
        }
    }
}

extension MessageTrace {
    /// What was found for programs; docs/ledger.md has the meaning of each member.
    package var json: CommandResult {
        let document = JSONValue.members([
            "messages": .array(
                messages.map { $0.json(events: messages.count == 1 ? events : nil) }
            ),
            "is_cut": .bool(isCut),
        ])
        return CommandResult(document.lines, complaints: complaints, status: status)
    }

    /// What was found for spreadsheets, a line for each message (RFC 4180).
    package var csv: CommandResult {
        let heading = [
            "id", "last_at", "last", "pickup", "route", "file", "sender", "recipients", "subject",
            "message_id", "octets", "attempts", "reply", "reason", "claimed_at",
        ].joined(separator: ",")
        return CommandResult(
            [heading] + messages.map(\.csv),
            complaints: complaints,
            status: status
        )
    }
}

extension LedgerMessage {
    fileprivate func json(events: [MessageEvent]?) -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ key: String, _ value: JSONValue) {
            members.append(JSONValue.Member(key: key, value: value))
        }
        add("id", .string(id))
        add("pickup", .string(pickup))
        add("file", .string(file))
        add("last", .string(last))
        add("last_at", .time(lastAt))
        add("claimed_at", .time(firstAt))
        add("route", .optional(route))
        add("sender", .optional(sender))
        add("recipients", .array(recipients.map(\.json)))
        add("subject", .optional(subject))
        add("message_id", .optional(messageID))
        add("octets", .optional(octets))
        add("attempts", .integer(Int64(attempts)))
        add("reply", .optional(reply))
        add("reason", .optional(reason))
        if let events { add("events", .array(events.map(\.json))) }
        return .object(members)
    }

    fileprivate var csv: String {
        let numbers = [octets.map(String.init) ?? "", String(attempts)]
        let to = recipients.map(\.address).joined(separator: " ")
        let texts = [
            last, pickup, route ?? "", file, sender ?? "", to, subject ?? "", messageID ?? "",
        ].map(SafeText.csvCell)
        let ends = [reply ?? "", reason ?? ""].map(SafeText.csvCell)
        return
            ([SafeText.csvCell(id), Readable.timestamp(lastAt)] + texts + numbers + ends
            + [Readable.timestamp(firstAt)]).joined(separator: ",")
    }
}

extension MessageEvent.Recipient {
    fileprivate var json: JSONValue {
        .members([
            "address": .string(address), "outcome": .string(outcome.rawValue),
            "reply": .optional(reply),
        ])
    }
}

extension MessageEvent {
    fileprivate var json: JSONValue {
        .members([
            "at": .time(at), "event": .string(kind.rawValue), "route": .optional(route),
            "actor": .optional(actor), "is_unattributed": .bool(actor == nil && kind.isByHand),
            "reply": .optional(reply), "reason": .optional(reason), "advice": .optional(advice),
            "peer": .optional(peer), "session": .optional(session),
            "milliseconds": .optional(milliseconds), "recipients": .array(recipients.map(\.json)),
        ])
    }
}
