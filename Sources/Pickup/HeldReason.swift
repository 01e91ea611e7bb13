package import MailMessage
internal import SafeText
package import Spool

/// The text beside a file that was set aside because its end is missing.
package enum HeldReason {
    /// The whole text, in the form of every text beside a message: UTF-8 with a byte order mark and
    /// CRLF line ends, so that Windows shows it as written.
    ///
    /// `file` is its writer's name for it, and `size` its octets.
    package static func text(
        of completeness: Completeness,
        patience: Duration,
        file: FileName,
        size: Int64
    ) -> String {
        let lines = [
            "This message was not sent: the file looks as if its end is missing.",
            "\(completeness.sentence ?? "The file is complete.") It had not changed for "
                + "\(patience.components.seconds) s.",
            "",
            "What to do",
            "  Find out why the writing program stopped, let it write the message again, and remove "
                + "this one.",
            "  If the message is good as it is, run \"postchute release\" with its id: it is sent as it is.",
            "  If this program always writes such files, set truncated = \"send\" for its pickup.",
            "",
            "Facts",
            "  File: \(SafeText.line(octets: file.octets))",
            "  Size: \(size) octets",
            "",
        ]
        return "\u{FEFF}" + lines.joined(separator: "\r\n")
    }
}
