/// What a verb did to many messages.
package struct BulkOutcome: Sendable {
    let verb: MessageVerb
    let folder: ListedFolder
    /// Messages that were meant.
    let matched: Int
    /// Messages to which it was done.
    var done = 0
    /// Messages to which it could not be done.
    private(set) var refused = 0
    /// Whether somebody stopped it before the last.
    var isStopped = false
    /// Whether nothing was to be done.
    var isRehearsal = false
    /// The first messages of a rehearsal.
    var examples: [String] = []
    var complaints: [String]
    var status: ExitStatus

    private static let namedRefusals = 20

    init(
        verb: MessageVerb,
        folder: ListedFolder,
        matched: Int,
        complaints: [String],
        status: ExitStatus
    ) {
        (self.verb, self.folder, self.matched) = (verb, folder, matched)
        (self.complaints, self.status) = (complaints, status)
    }

    /// Adds a message to which it could not be done; only the first are named.
    mutating func add(_ refusal: CommandRefusal) {
        refused += 1
        status = max(status, refusal.status)
        if refused <= Self.namedRefusals { complaints += refusal.lines }
    }
}

extension BulkOutcome {
    /// The outcome as a person reads it.
    package var text: CommandResult {
        var result = CommandResult(complaints: complaints, status: exitStatus)
        if refused > Self.namedRefusals {
            let others = Readable.count(refused - Self.namedRefusals, "message")
            result.complaints.append("… and \(others) more.")
        }
        if isRehearsal {
            result.output = [matched == 0 ? nothing : "\(sentence(matched, "would be"))."]
            result.output += examples.map { "  \($0)" }
            if matched > examples.count {
                result.output.append("  … and \(matched - examples.count) more")
            }
        } else {
            if done > 0 {
                result.output = ["\(sentence(done, done == 1 ? "is" : "are"))."]
            } else if refused == 0 {
                result.output = [nothing]
            }
            if isStopped {
                let rest = Readable.count(matched - done - refused, "message")
                result.output.append("Stopped: \(rest) left as before.")
            }
        }
        return result
    }

    /// The outcome for programs; docs/operations.md has the meaning of each member.
    package var json: CommandResult {
        let document = JSONValue.members([
            "verb": .string(verb.rawValue),
            "folder": .string(folder.rawValue),
            "dry_run": .bool(isRehearsal),
            "matched": .integer(Int64(matched)),
            "done": .integer(Int64(done)),
            "refused": .integer(Int64(refused)),
            "stopped": .bool(isStopped),
            "examples": .array(examples.map { .string($0) }),
        ])
        return CommandResult(document.lines, complaints: complaints, status: exitStatus)
    }

    private var exitStatus: ExitStatus { isStopped ? max(status, .tryLater) : status }

    private var nothing: String {
        switch verb {
        case .retry: "No message was put back: none in \(folder.rawValue) is meant."
        case .hold: "No message was set aside: none in \(folder.rawValue) is meant."
        case .release: "No message was released: none in \(folder.rawValue) is meant."
        case .remove: "No message was removed: none in \(folder.rawValue) is meant."
        }
    }

    private func sentence(_ count: Int, _ word: String) -> String {
        let noun: String =
            switch folder {
            case .failed: "failed message"
            case .held: "held message"
            case .queue: "queued message"
            case .sending, .sent: "message"
            }
        let messages = Readable.count(count, noun)
        switch verb {
        case .retry where folder == .queue: return "\(messages) \(word) due at once"
        case .retry, .release: return "\(messages) \(word) back in the queue, due at once"
        case .hold: return "\(messages) \(word) set aside"
        case .remove: return "\(messages) \(word) removed"
        }
    }
}
