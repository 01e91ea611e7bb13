internal import Delivery
internal import Ledger
internal import Operations

/// One message: pure, from what was looked up before.
struct MessageView {
    var id: String
    /// What the ledger knows; `nil` where it knows nothing.
    var record: LedgerMessage?
    var events: [MessageEvent] = []
    /// What lies in the folders; `nil` where it was not looked for or is gone.
    var glance: MessageGlance?
    /// What keeps it waiting, in sentences.
    var waits: [String] = []
    /// Why something is missing, in sentences.
    var remarks: [String] = []
    /// Whether the folders were looked into.
    var hasLooked = true
    /// Whether people are hidden from visitors.
    var isPrivate = false
    var isOperator: Bool
    var now: Int64

    /// How much of a long list is shown.
    private static let (mostRecipients, mostEvents) = (500, 500)

    private var kind: MessageEvent.Kind? { record.flatMap { MessageEvent.Kind(rawValue: $0.last) } }

    /// The name of the page: the subject, else the file.
    var heading: String {
        let subject = record?.subject ?? glance?.subject
        return subject.flatMap { $0.isEmpty ? nil : $0 } ?? "(no subject)"
    }

    /// What the template draws.
    var model: Model {
        let last = events.last
        return [
            "heading": .text(heading),
            "state": .text(kind?.state ?? glance?.folder ?? Readable.unknown),
            "tone": .text(kind?.tone ?? MessageRows.tone(ofFolder: glance?.folder ?? "")),
            "stateSentence": .text(
                kind?.sentence ?? glance.map { "It lies in \($0.folder)/." } ?? ""
            ),
            "reason": .optional(last?.reason ?? record?.reason),
            "advice": .optional(last?.advice),
            "remarks": .list(
                (waits + remarks + (glance?.complaints ?? [])).map { ["line": .text($0)] }
            ),
            "actions": isOperator ? .some((glance?.verbs ?? []).map(action)) : .nothing,
            "facts": .list(facts.map { ["label": .text($0), "value": .text($1)] }),
            "recipients": recipients,
            "events": .some(events.prefix(Self.mostEvents).map(event)),
            "noEvents": .text(
                record == nil
                    ? "The ledger knows nothing of this message."
                    : "The ledger has no events of it."
            ),
            "reasonText": .optional(glance?.reason.joined(separator: "\n")),
            "headers": headers, "noHeaders": .text(noHeaders),
            "headersLink": hasLooked || isPrivate
                ? .nothing : .text("/messages/\(Address.encoded(id))?file=1#headers"),
        ]
    }

    private func action(_ verb: MessageVerb) -> Model {
        let path = "/messages/\(Address.encoded(id))/\(verb.rawValue)"
        let isPost = verb != .remove
        return [
            "method": .text(isPost ? "post" : "get"), "isPost": .flag(isPost),
            "action": .text(path), "label": .text(verb.label),
            "look": .text(verb.look),
        ]
    }

    private var facts: [(String, String)] {
        var facts: [(String, String)] = []
        let add = { (label: String, value: String?) in
            if let value, !value.isEmpty { facts.append((label, value)) }
        }
        add("File", record?.file)
        add("Id", id)
        add("Pickup", record?.pickup ?? glance?.pickup)
        add("Route", record?.route)
        add("From (envelope)", record?.sender.map { $0.isEmpty ? "<> (nobody)" : $0 })
        add("Message-ID", record?.messageID)
        add("Size", (record?.octets.map(Int64.init) ?? glance?.octets).map(Readable.size))
        add("Taken in", record.map { Moment.ago($0.firstAt, now: now) })
        add("Last event", record.map { Moment.ago($0.lastAt, now: now) })
        add("Attempts", record.map { Figures.text($0.attempts) })
        add("Path", glance?.path)
        return facts
    }

    /// The recipients as the history beside the file has them.
    ///
    /// A message that failed keeps those for a retry, to which everybody refused is pending again: the
    /// ledger knows what happened.
    private var told: [MessageEvent.Recipient] {
        let kept = glance?.recipients ?? []
        let known = record?.recipients ?? []
        if kept.isEmpty { return known }
        guard glance?.folder == "failed" else { return kept }
        return kept.map { recipient in
            let refused = known.first { $0.address == recipient.address && $0.outcome == .refused }
            return recipient.outcome == .pending ? refused ?? recipient : recipient
        }
    }

    private var recipients: Model.Value {
        let all = told
        if all.isEmpty { return .nothing }
        let more = all.count - Self.mostRecipients
        return .model([
            "some": .list(
                all.prefix(Self.mostRecipients).map { recipient in
                    [
                        "address": .text(recipient.address),
                        "outcome": .text(recipient.outcome.rawValue),
                        "tone": .text(recipient.outcome.tone),
                        "reply": .text(recipient.reply ?? Readable.unknown),
                    ]
                }
            ),
            "more": more > 0
                ? .text("\(Figures.count(more, "more recipient")) not shown here.") : .nothing,
        ])
    }

    private func event(_ event: MessageEvent) -> Model {
        var details: [String] = []
        if let route = event.route { details.append("route \(route)") }
        if let peer = event.peer { details.append(peer) }
        if let time = event.milliseconds {
            details.append("took \(Figures.text(Int(clamping: time))) ms")
        }
        if let session = event.session { details.append("session \(session)") }
        return [
            "iso": .text(Moment.iso(event.at)), "time": .text(Moment.text(event.at, now: now)),
            "what": .text(event.kind.occurrence), "tone": .text(event.kind.tone),
            "who": .optional(event.actor), "reason": .optional(event.reason),
            "advice": .optional(event.advice), "reply": .optional(event.reply),
            "details": .optional(details.joined(separator: " · ")),
        ]
    }

    private var headers: Model.Value {
        guard let glance, !glance.fields.isEmpty else { return .nothing }
        return .model([
            "some": .list(
                glance.fields.map { ["name": .text($0.name), "value": .text($0.value)] }
            ),
            "cut": glance.isCut ? .text("There is more than is shown here.") : .nothing,
        ])
    }

    private var noHeaders: String {
        if isPrivate {
            return "They are not shown, since the settings have privacy = true: they name people."
        }
        if !hasLooked { return "An accepted message is not looked for unless you ask." }
        guard let glance else { return "Its file lies in no folder any more." }
        return glance.isDocument
            ? "Its file is a document: Postchute makes the headers when it sends it."
            : "Its headers could not be read."
    }
}

extension MessageVerb {
    /// What the button says.
    var label: String {
        switch self {
        case .retry: "Retry"
        case .hold: "Hold"
        case .release: "Release"
        case .remove: "Remove …"
        }
    }

    fileprivate var look: String {
        switch self {
        case .retry, .release: "main"
        case .hold: "quiet"
        case .remove: "quiet danger"
        }
    }
}
