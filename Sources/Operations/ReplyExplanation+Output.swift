internal import Submission

extension ReplyExplanation {
    /// The explanation as a person reads it.
    package var text: CommandResult {
        var lines = [quoted, "", summary]
        switch certainty {
        case .positive: break
        case .known, .general:
            for (index, reading) in readings.enumerated() {
                if index > 0 || readings.count > 1 {
                    lines += ["", "While \(Self.list(reading.phases))"]
                } else {
                    lines.append("")
                }
                lines += LabelledFacts.lines(Self.facts(reading))
            }
        case .candidates:
            for reading in readings {
                lines += ["", reading.row?.example ?? quoted]
                lines += LabelledFacts.lines(Self.facts(reading))
            }
        }
        if let trail {
            lines += ["", "For Microsoft's support"] + LabelledFacts.lines(Self.facts(trail))
        }
        return CommandResult(lines)
    }

    /// What was found, in one sentence.
    var summary: String {
        let row = readings.first?.row
        return switch certainty {
        case .positive: "The server agreed: nothing was refused."
        case .known where readings.count == 1:
            "This is \(row?.name ?? quoted) in docs/replies.md, usual while"
                + " \(row?.phase.phrase ?? "")."
        case .known:
            "This is \(names) in docs/replies.md; what follows depends on when it comes."
        case .general:
            "No row of docs/replies.md means this reply: the first digit decides"
                + (readings.count > 1 ? ", and when it comes." : ".")
        case .candidates:
            "These codes have \(readings.count) meanings: the words of the reply decide."
        }
    }

    /// The names of the rows, each once.
    private var names: String {
        var names: [String] = []
        for case let name? in readings.map(\.row?.name) where !names.contains(name) {
            names.append(name)
        }
        return names.joined(separator: " or ")
    }

    private static func facts(_ reading: Reading) -> [(label: String, value: String)] {
        let judgement = reading.judgement
        return [
            ("Means", judgement.category.meaning),
            ("Concerns", judgement.scope.meaning),
            ("The message", judgement.consequence),
            ("Next attempt", judgement.nextAttempt),
            ("What to do", judgement.advice),
        ]
    }

    private static func facts(_ trail: ReplyTrail) -> [(label: String, value: String)] {
        [("Server", trail.host), ("Time", trail.time), ("Session", trail.session)]
            .compactMap { label, value in value.map { (label, $0) } }
    }

    private static func list(_ phases: [SessionPhase]) -> String {
        let phrases = phases.map(\.phrase)
        guard let last = phrases.last, phrases.count > 1 else { return phrases.first ?? "" }
        return phrases.dropLast().joined(separator: ", ") + " or " + last
    }

    /// The explanation for programs; docs/operations.md has the meaning of each member.
    package var json: CommandResult {
        let document = JSONValue.members([
            "reply": .string(quoted),
            "found": .string(found),
            "summary": .string(summary),
            "readings": .array(readings.map(Self.value)),
            "server": .optional(trail?.host),
            "server_time": .optional(trail?.time),
            "session": .optional(trail?.session),
        ])
        return CommandResult(document.lines)
    }

    private var found: String {
        switch certainty {
        case .known: "row"
        case .general: "rule"
        case .candidates: "candidates"
        case .positive: "accepted"
        }
    }

    private static func value(_ reading: Reading) -> JSONValue {
        let judgement = reading.judgement
        return .members([
            "row": .optional(reading.row?.name),
            "while": .array(reading.phases.map { .string($0.rawValue) }),
            "class": .string(judgement.category.rawValue),
            "concerns": .string(judgement.scope.rawValue),
            "verdict": .string(judgement.verdict.rawValue),
            "next_attempt": .string(judgement.nextAttempt),
            "advice": .string(judgement.advice),
        ])
    }
}
