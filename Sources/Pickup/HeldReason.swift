package import MailMessage

/// The text beside a file that was set aside because its end is missing.
package enum HeldReason {
    /// The whole text, in the form of every text beside a message: UTF-8 with a byte order mark and
    /// CRLF line ends, so that Windows shows it as written.
    package static func text(of completeness: Completeness, patience: Duration) -> String {
        let lines = [
            "What happened",
            "  \(completeness.sentence ?? "The file is complete.")",
            "  It had not changed for \(patience.components.seconds) s, so it was set aside unsent.",
            "",
            "What to do",
            "  Find out why the writing program stopped, let it write the message again, and remove "
                + "this one.",
            "  If the message is good as it is, run \"postchute release\" with its id: it is sent as it is.",
            "  If this program always writes such files, set truncated = \"send\" for its pickup.",
            "",
        ]
        return "\u{FEFF}" + lines.joined(separator: "\r\n")
    }
}
