internal import SafeText

/// The text beside a failed message: what happened, what to do, and the facts.
///
/// UTF-8 with a byte order mark and CRLF line ends, so that Windows' Notepad shows it as written.
package struct ReasonText: Sendable {
    /// What happened, in one sentence.
    package var happened: String
    /// What to do, in one or two sentences.
    package var advice: String
    /// Facts as label and value, in order.
    package var facts: [(label: String, value: String)]
    /// Recipients with what became of each.
    package var recipients: [(address: String, outcome: String)]
    /// The server's replies word for word, each with what it answered.
    package var replies: [(context: String, verbatim: String)]

    /// Creates a text.
    package init(happened: String, advice: String) {
        self.happened = happened
        self.advice = advice
        facts = []
        recipients = []
        replies = []
    }

    /// The octets of the file.
    package func octets() -> [UInt8] {
        var lines = ["What happened", indented(happened), "", "What to do", indented(advice)]
        if !recipients.isEmpty {
            lines += ["", "Recipients"]
            lines += recipients.map { indented("\($0.address): \($0.outcome)") }
        }
        for (context, verbatim) in replies {
            lines += ["", "The server's reply \(SafeText.line(context))"]
            lines += verbatim.split(separator: "\n", omittingEmptySubsequences: false)
                .map { indented(String($0)) }
        }
        if !facts.isEmpty {
            lines += ["", "Facts"]
            lines += facts.map { indented("\($0.label): \($0.value)") }
        }
        let text = lines.joined(separator: "\r\n") + "\r\n"
        return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
    }

    private func indented(_ text: String) -> String { "  \(SafeText.line(text))" }
}
