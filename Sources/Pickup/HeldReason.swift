package import MailMessage

/// The text beside a file that was set aside because its end is missing.
package enum HeldReason {
    /// The whole text, with CRLF line ends so that it can be read on Windows too.
    package static func text(of completeness: Completeness, patience: Duration) -> String {
        let lines = [
            "This message was set aside and not sent: it looks truncated.",
            "",
            "What happened: \(completeness.sentence ?? "The file is complete.")",
            "It had not changed for \(patience).",
            "",
            "What to do: find out why the writing program stopped, and let it write the message "
                + "again; then remove this one.",
            "If the message is good as it is, release it: it is then sent as it is.",
            "If this program always writes such files, set truncated = \"send\" for its pickup.",
            "",
        ]
        return lines.joined(separator: "\r\n")
    }
}
