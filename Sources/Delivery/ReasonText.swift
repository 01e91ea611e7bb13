internal import SafeText

/// The text beside a message that failed or was set aside: what happened, what to do, and the facts.
///
/// UTF-8 with a byte order mark and CRLF line ends, so that Windows' Notepad shows it as written. The
/// first line is for whoever opens it, who need not know what a mail server is.
package struct ReasonText: Sendable {
    /// What it means for the message, in one sentence without a word of the protocol; empty where
    /// ``happened`` says it plainly.
    package var summary = ""
    /// What happened, in one sentence.
    package var happened: String
    /// What to do, in one or two sentences.
    package var advice: String
    /// How to try again, in one sentence; empty where that is no way.
    package var retry = ""
    /// Facts as label and value, in order.
    package var facts: [(label: String, value: String)] = []
    /// Recipients with what became of each.
    package var recipients: [(address: String, outcome: String)] = []
    /// The server's replies word for word, each with what it answered.
    package var replies: [(context: String, verbatim: String)] = []
    /// Every attempt that is told of: when and where, and how it ended, in lines.
    package var attempts: [(heading: String, detail: String)] = []

    /// Creates a text.
    package init(happened: String, advice: String, retry: String = "") {
        self.happened = happened
        self.advice = advice
        self.retry = retry
    }

    /// The octets of the file.
    package func octets() -> [UInt8] {
        var lines = [summary, happened].filter { !$0.isEmpty }.map { SafeText.line($0) }
        section("What to do", [advice, retry].filter { !$0.isEmpty }, &lines)
        section("Recipients", recipients.map { "\($0.address): \($0.outcome)" }, &lines)
        for (context, verbatim) in replies {
            section("The server's reply \(context)", Self.pieces(verbatim), &lines)
        }
        section("Facts", facts.map { "\($0.label): \($0.value)" }, &lines)
        let told = attempts.flatMap { attempt in
            [attempt.heading]
                + (attempt.detail.isEmpty ? [] : Self.pieces(attempt.detail).map { "  \($0)" })
        }
        section("Attempts", told, &lines)
        let text = lines.joined(separator: "\r\n") + "\r\n"
        return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
    }

    /// A heading with its lines below it, indented: no line of a server can look like a heading.
    private func section(_ heading: String, _ content: [String], _ lines: inout [String]) {
        if content.isEmpty { return }
        lines += ["", SafeText.line(heading)]
        lines += content.map { "  \(SafeText.line($0))" }
    }

    private static func pieces(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
