internal import Delivery
internal import MailMessage
package import Settings
internal import Submission

/// A notice as a message, without Message-ID and Date: whoever sends it adds them.
package enum NoticeMail {
    /// The octets of the file.
    ///
    /// It says that a program wrote it (RFC 3834 §5), so that no other program answers.
    package static func octets(_ notice: Notice, _ mail: AlertMail, host: String) -> [UInt8] {
        let text = NoticeText(notice, host: host)
        let recipients = mail.to.map { "<\($0.text)>" }.joined(separator: ",\r\n ")
        let importance = notice.severity == .critical ? ["Importance: high"] : []
        let header =
            [
                "From: Postchute <\(mail.from.text)>", "To: \(recipients)",
                "Subject: \(MailWords.unstructured(text.title))",
            ] + importance + [
                "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All",
                "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", "",
            ]
        let footer = [
            "", "-- ", "Postchute on \(host), \(WallTime.text(notice.at)).",
            "postchute status shows what holds now.",
        ]
        return Array(header.joined(separator: "\r\n").utf8)
            + MailWords.quotedPrintable((text.lines + footer).joined(separator: "\n"))
    }
}

/// Texts in the forms that messages have for them.
enum MailWords {
    /// Octets of text in one encoded word: with a field's name it is no longer than 76 (RFC 2047 §2).
    private static let wordOctets = 39

    /// A text of an unstructured field: as it stands, or as encoded words.
    static func unstructured(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= 60 && !text.contains("=?")
            && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        if isPlain { return text }
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let octets = Array(String(scalar).utf8)
            if words[words.count - 1].count + octets.count > wordOctets { words.append([]) }
            words[words.count - 1] += octets
        }
        return words.map { "=?utf-8?B?\(base64($0))?=" }.joined(separator: "\r\n ")
    }

    /// Lines between line feeds in quoted-printable, each ending in CRLF.
    static func quotedPrintable(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var encoder = QuotedPrintable()
        Array(text.utf8).withUnsafeBytes { encoder.encode($0, into: &output) }
        encoder.finish(into: &output)
        return output + Array("\r\n".utf8)
    }

    private static func base64(_ octets: [UInt8]) -> String {
        var lines = Base64Lines()
        var output: [UInt8] = []
        octets.withUnsafeBytes { lines.encode($0, into: &output) }
        lines.finish(into: &output)
        return String(decoding: output.filter { $0 > 0x20 }, as: UTF8.self)
    }
}
