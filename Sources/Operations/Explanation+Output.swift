internal import Submission

extension Explanation {
    /// The explanation as a person reads it.
    package var text: CommandResult {
        var lines = [quoted, "", summary]
        for reading in readings {
            lines.append("")
            if found == .candidates {
                lines.append(reading.example ?? quoted)
            } else if readings.count > 1 {
                lines.append("While \(Self.list(reading.phases))")
            }
            lines += LabelledFacts.lines(Self.facts(reading.judgement))
        }
        let facts = supportFacts
        if !facts.isEmpty {
            lines += ["", "For Microsoft's support"] + LabelledFacts.lines(facts)
        }
        return CommandResult(lines)
    }

    private static func facts(_ judgement: Judgement) -> [(label: String, value: String)] {
        [
            ("Means", judgement.category.meaning),
            ("Concerns", judgement.scope.meaning),
            ("The message", judgement.consequence),
            ("Next attempt", judgement.nextAttempt),
            ("What to do", judgement.advice),
        ]
    }

    private var supportFacts: [(label: String, value: String)] {
        [
            ("Server", support.server), ("Time", support.time), ("Session", support.session),
            ("Request", support.requestID), ("Trace", support.traceID),
            ("Correlation", support.correlationID),
        ].compactMap { label, value in value.map { (label, $0) } }
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
            "found": .string(found.rawValue),
            "summary": .string(summary),
            "readings": .array(readings.map(Self.value)),
            "server": .optional(support.server),
            "server_time": .optional(support.time),
            "session": .optional(support.session),
            "request_id": .optional(support.requestID),
            "trace_id": .optional(support.traceID),
            "correlation_id": .optional(support.correlationID),
        ])
        return CommandResult(document.lines)
    }

    private static func value(_ reading: Reading) -> JSONValue {
        let judgement = reading.judgement
        return .members([
            "row": .optional(reading.row),
            "while": .array(reading.phases.map { .string($0.rawValue) }),
            "class": .string(judgement.category.rawValue),
            "concerns": .string(judgement.scope.rawValue),
            "verdict": .string(judgement.verdict.rawValue),
            "next_attempt": .string(judgement.nextAttempt),
            "advice": .string(judgement.advice),
        ])
    }
}
