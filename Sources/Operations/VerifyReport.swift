internal import Submission

/// What `verify` found out about routes.
package struct VerifyReport: Hashable, Sendable {
    /// One route with its steps.
    package struct Route: Hashable, Sendable {
        package var name: String
        /// What the route leads to, such as `smtp.office365.com:587 as erp@contoso.com`.
        package var target: String
        package var steps: [VerifyStep]

        /// Creates the report on a route.
        package init(name: String, target: String, steps: [VerifyStep]) {
            self.name = name
            self.target = target
            self.steps = steps
        }
    }

    /// How outcomes are shown.
    package enum Marks: Hashable, Sendable {
        /// `✓`, `✗` and `–`, for a terminal that can show them.
        case symbols
        /// `ok`, `FAILED` and `skipped`, for everything else.
        case words

        /// Chooses by where the output leads and by the locale, after `man 7 locale`.
        package static func suiting(isTerminal: Bool, environment: [String: String]) -> Marks {
            let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
                .first { !$0.isEmpty }
            let codeset = locale?.uppercased().replacing("-", with: "") ?? ""
            return isTerminal && codeset.contains("UTF8") ? .symbols : .words
        }
    }

    package var routes: [Route]

    /// Creates a report.
    package init(_ routes: [Route]) { self.routes = routes }

    /// 78 where settings or rights are at fault, else 69 where something failed that may pass, else
    /// 0.
    package var status: ExitStatus {
        routes.flatMap(\.steps).map(\.status).max() ?? .done
    }

    /// The report as a person reads it.
    package func text(_ marks: Marks) -> CommandResult {
        let blocks = routes.map { $0.lines(marks) }
        return CommandResult(Array(blocks.joined(separator: [""])), status: status)
    }

    /// The report for programs; docs/operations.md has the meaning of each member.
    package var json: CommandResult {
        let document = JSONValue.members([
            "status": .string(status == .done ? "ok" : "failed"),
            "routes": .array(routes.map(\.json)),
        ])
        return CommandResult(document.lines, status: status)
    }
}

extension VerifyReport.Route {
    fileprivate func lines(_ marks: VerifyReport.Marks) -> [String] {
        let width = VerifyStep.Subject.allCases.map(\.label.count).max() ?? 0
        let lines = steps.flatMap { step -> [String] in
            let mark = step.mark(marks)
            let label = step.subject.label
            let space = String(repeating: " ", count: width - label.count)
            let start = "  \(mark)  \(label)\(space)  "
            let line = start + step.sentence
            guard case .failed(let advice, _) = step.outcome else { return [line] }
            return [line, String(repeating: " ", count: start.count) + advice]
        }
        return ["Route \(name): \(target)"] + lines + [conclusion]
    }

    package var conclusion: String {
        let failed = steps.filter(\.isFailure).map(\.subject.label)
        guard let first = failed.first else { return "Nothing is missing." }
        return failed.count == 1
            ? "Missing: \(first)." : "Missing: \(failed.joined(separator: ", "))."
    }

    fileprivate var json: JSONValue {
        .members([
            "name": .string(name),
            "target": .string(target),
            "steps": .array(steps.map(\.json)),
        ])
    }
}

extension VerifyStep {
    fileprivate var status: ExitStatus {
        guard case .failed(_, let category) = outcome else { return .done }
        return switch category {
        case .temporary, .rate: .unavailable
        case .permanent, .authentication, .configuration, .senderBlocked: .settings
        }
    }

    fileprivate func mark(_ marks: VerifyReport.Marks) -> String {
        switch (marks, outcome) {
        case (.symbols, .passed): "✓"
        case (.symbols, .failed): "✗"
        case (.symbols, .skipped): "–"
        case (.words, .passed): "ok     "
        case (.words, .failed): "FAILED "
        case (.words, .skipped): "skipped"
        }
    }

    fileprivate var json: JSONValue {
        let advice: String? = if case .failed(let advice, _) = outcome { advice } else { nil }
        return .members([
            "step": .string(subject.word),
            "outcome": .string(word),
            "sentence": .string(sentence),
            "advice": .optional(advice),
        ])
    }

    private var word: String {
        switch outcome {
        case .passed: "ok"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }
}
