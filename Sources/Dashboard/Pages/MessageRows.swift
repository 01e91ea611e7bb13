internal import Delivery
internal import Ledger
internal import Operations

/// The list of messages: pure, from what was looked up before.
struct MessageRows {
    /// Where the rows come from.
    enum Source {
        case ledger(LedgerPage)
        /// The folders themselves, and why not the ledger.
        case folders([ListedMessage], isCut: Bool, remark: String)
    }

    var source: Source
    var filter: MessageFilter
    var pickups: [String]
    var routes: [String]
    var now: Int64
    /// Whether names are pseudonyms: what has no other name cannot be opened then.
    var isPrivate = false

    /// What the template draws.
    var model: Model {
        var model: Model = [
            "text": .text(filter.text ?? ""), "choices": .list(choices),
            "isFiltered": .flag(!filter.isEmpty), "remark": .nothing, "next": .nothing,
            "first": filter.after == nil ? .nothing : .text(filter.path(after: nil)),
        ]
        switch source {
        case .ledger(let page):
            model["messages"] = .some(page.messages.map(row))
            model["next"] = .optional(page.next.map { filter.path(after: $0) })
            model["caption"] = .text("Newest first")
            model["empty"] = .text(
                filter.isEmpty
                    ? "No message was taken in yet." : "No message answers to this search."
            )
        case .folders(let messages, let isCut, let remark):
            model["messages"] = .some(messages.map(row))
            model["remark"] = .text(remark)
            model["caption"] = .text(
                isCut
                    ? "The latest of each folder; there are more"
                    : "The latest of each folder first"
            )
            model["empty"] = .text("No such message lies in queue, failed or held.")
        }
        return model
    }

    private var choices: [Model] {
        [
            choice("pickup", "Pickup", pickups.map { ($0, $0) }, filter.pickup),
            choice("route", "Route", routes.map { ($0, $0) }, filter.route),
            choice(
                "state",
                "State",
                MessageFilter.State.allCases.map { ($0.rawValue, $0.word) },
                filter.state?.rawValue
            ),
            choice(
                "since",
                "Last event in",
                MessageFilter.Age.allCases.map { ($0.rawValue, $0.word) },
                filter.age?.rawValue
            ),
        ]
    }

    private func choice(
        _ key: String,
        _ label: String,
        _ options: [(value: String, word: String)],
        _ chosen: String?
    ) -> Model {
        let all = [(value: "", word: "any")] + options
        return [
            "key": .text(key), "label": .text(label),
            "options": .list(
                all.map {
                    [
                        "value": .text($0.value), "word": .text($0.word),
                        "isChosen": .flag($0.value == (chosen ?? "")),
                    ]
                }
            ),
        ]
    }

    private func row(_ message: LedgerMessage) -> Model {
        let kind = MessageEvent.Kind(rawValue: message.last)
        let others = message.recipients.count - 1
        let isGood = kind == .sent || kind == .claimed
        return [
            "iso": .text(Moment.iso(message.lastAt)),
            "time": .text(Moment.text(message.lastAt, now: now)),
            "state": .text(kind?.state ?? message.last), "tone": .text(kind?.tone ?? "plain"),
            "href": .text("/messages/\(Address.encoded(message.id))"),
            "title": .text(message.subject.flatMap { $0.isEmpty ? nil : $0 } ?? "(no subject)"),
            "file": .text(message.file),
            "reason": isGood ? .nothing : .optional(message.reason ?? message.reply),
            "sender": .text(message.sender.map { $0.isEmpty ? "<>" : $0 } ?? Readable.unknown),
            "recipients": .optional(
                message.recipients.first.map {
                    "to \($0.address)"
                        + (others > 0 ? " and \(Figures.count(others, "other"))" : "")
                }
            ),
            "pickup": .text(message.pickup), "route": .optional(message.route),
        ]
    }

    private func row(_ message: ListedMessage) -> Model {
        [
            "iso": .text(message.since.map(Moment.iso) ?? ""),
            "time": .text(message.since.map { Moment.text($0, now: now) } ?? Readable.unknown),
            "state": .text(message.folder), "tone": .text(Self.tone(ofFolder: message.folder)),
            "href": isPrivate && !message.hasID
                ? .nothing : .text("/messages/\(Address.encoded(message.name))"),
            "title": .text(message.file), "file": .text(message.name),
            "reason": .optional(message.happened), "sender": .text(Readable.unknown),
            "recipients": .nothing, "pickup": .text(message.pickup), "route": .nothing,
        ]
    }

    static func tone(ofFolder folder: String) -> String {
        switch folder {
        case "failed": "bad"
        case "held": "warn"
        case "sent": "good"
        default: "plain"
        }
    }
}
