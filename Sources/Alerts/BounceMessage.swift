package import Delivery
internal import MailMessage
internal import SafeText
package import Submission

/// Tells the sender of a message that it failed for good: a delivery status notification
/// (RFC 3464) with the header of the original.
package struct BounceMessage: Sendable {
    private let event: MessageEvent
    private let sender: String
    private let from: MailAddress
    private let header: OriginalHeader
    private let host: String

    /// Recipients that are named one by one.
    private static let maximumRecipients = 100

    /// Prepares the message, or returns `nil` where nobody may be told: of automatic messages and
    /// lists, for the null sender and for ourselves, or two programs could answer each other for ever
    /// (RFC 3834 §2).
    ///
    /// `original` is the beginning of the file.
    package init?(
        _ event: MessageEvent,
        original: [UInt8],
        from: MailAddress,
        host: String
    ) {
        guard let text = event.sender, let sender = try? MailAddress(exactly: text),
            sender.text.lowercased() != from.text.lowercased(),
            !["mailer-daemon", "postmaster", "noreply", "no-reply"].contains(
                sender.localPart.lowercased()
            )
        else { return nil }
        let header = OriginalHeader(original)
        guard !header.isAutomatic, event.recipients.contains(where: { $0.outcome != .accepted })
        else { return nil }
        self.event = event
        self.sender = sender.text
        self.from = from
        self.header = header
        self.host = SafeText.line(host)
    }

    /// The octets of the file, without Message-ID and Date: whoever sends it adds them.
    package func octets() -> [UInt8] {
        let boundary = "=_postchute_\(event.id)"
        var octets: [UInt8] = []
        func add(_ lines: [String]) { octets += lines.map { $0 + "\r\n" }.joined().utf8 }
        add([
            "From: Postchute <\(from.text)>", "To: <\(sender)>",
            "Subject: \(MailWords.unstructured(subject))",
            "Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All",
            "MIME-Version: 1.0",
            "Content-Type: multipart/report; report-type=delivery-status;",
            " boundary=\"\(boundary)\"", "", "--\(boundary)",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "",
        ])
        octets += MailWords.quotedPrintable(explanation.joined(separator: "\n"))
        add(["--\(boundary)", "Content-Type: message/delivery-status", ""])
        add(report)
        add([
            "--\(boundary)", "Content-Type: text/rfc822-headers; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "",
        ])
        octets += MailWords.quotedPrintable(header.lines.joined(separator: "\n"))
        add(["--\(boundary)--"])
        return octets
    }

    private var refused: [MessageEvent.Recipient] {
        event.recipients.filter { $0.outcome != .accepted }
    }

    private var subject: String {
        "Not delivered: \(SafeText.line((event.subject ?? "your message").prefix(200)))"
    }

    private var explanation: [String] {
        let names = refused.prefix(Self.maximumRecipients).map { recipient in
            let reply = recipient.reply.map { ": \(Self.line($0))" } ?? ""
            return "  \(SafeText.line(recipient.address))\(reply)"
        }
        let rest = refused.count - names.count
        let accepted = event.recipients.count - refused.count
        var lines = ["Your message was not delivered to:", ""] + names
        if rest > 0 { lines.append("  … and \(rest) more") }
        lines += ["", Self.line(event.reason ?? "The message failed.")]
        if accepted > 0 {
            lines.append(
                "It was accepted for \(accepted) other recipients; do not send it to them."
            )
        }
        return lines + [
            "", "File: \(event.file)", "Postchute on \(host), \(WallTime.text(event.at)).",
        ]
    }

    /// The groups of fields of RFC 3464 §2: of the message, then of each recipient.
    private var report: [String] {
        var lines = ["Reporting-MTA: dns; \(Self.ascii(host))"]
        lines.append("Original-Envelope-Id: \(event.id)")
        lines.append("")
        for recipient in refused.prefix(Self.maximumRecipients) {
            let isPlain = recipient.address.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            let type = isPlain ? "rfc822" : "utf-8"
            lines.append("Final-Recipient: \(type); \(Self.ascii(recipient.address))")
            lines.append("Action: failed")
            let reply = recipient.reply ?? event.reply
            lines.append("Status: \(Self.status(reply))")
            if let reply {
                lines.append("Diagnostic-Code: smtp; \(Self.ascii(reply))")
            }
            lines.append("")
        }
        return lines
    }

    /// The enhanced code of a reply, or that of any failure (RFC 3463 §2).
    private static func status(_ reply: String?) -> String {
        let words = (reply ?? "").split { $0 == " " || $0 == "-" || $0 == "\n" }
        let code = words.prefix(2).first { word in
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 3 && ["4", "5"].contains(parts[0])
                && parts.allSatisfy { (1...3).contains($0.count) && Int($0) != nil }
        }
        // What is given up is over, whatever the last reply promised.
        return code.map { $0.hasPrefix("4") ? "5" + $0.dropFirst() : String($0) } ?? "5.0.0"
    }

    private static func line(_ text: String) -> String { SafeText.line(text.prefix(600)) }

    /// One short line of printable ASCII.
    private static func ascii(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(400)
        return String(
            String.UnicodeScalarView(
                line.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? $0 : "?" }
            )
        )
    }
}

/// What is told of a message's own header, and whether a program wrote it.
struct OriginalHeader {
    /// Its lines as they may stand in another message.
    let lines: [String]
    /// Whether it must not be answered.
    let isAutomatic: Bool

    private static let maximumOctets = 16_384
    /// Fields that nobody outside has to see.
    private static let hidden = ["bcc", "resent-bcc", "x-sender", "x-receiver"]

    /// Reads the header at the beginning of a file.
    init(_ octets: [UInt8]) {
        var fields: [[String]] = []
        for line in octets.prefix(Self.maximumOctets).split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        ) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty { break }
            let text = SafeText.line(octets: line.map { $0 == UInt8(ascii: "\t") ? 0x20 : $0 })
            if line.first == 0x20 || line.first == UInt8(ascii: "\t"), !fields.isEmpty {
                fields[fields.count - 1].append(text)
            } else {
                fields.append([text])
            }
        }
        isAutomatic = fields.contains(where: Self.isAutomatic)
        lines = fields.filter { !Self.hidden.contains(Self.name(of: $0)) }.flatMap(\.self)
    }

    private static func name(of field: [String]) -> String {
        let head = field[0].prefix { $0 != ":" }.lowercased()
        return head.split(separator: " ").first.map(String.init) ?? ""
    }

    private static func isAutomatic(_ field: [String]) -> Bool {
        let name = name(of: field)
        let value = field.joined(separator: " ").drop { $0 != ":" }.dropFirst().lowercased()
        let words = value.split { !($0.isLetter || $0 == "-" || $0 == "/") }.map(String.init)
        switch name {
        case "auto-submitted": return words.first != "no"
        case "precedence": return ["bulk", "junk", "list"].contains { words.contains($0) }
        case "return-path": return value.contains("<>")
        case "x-auto-response-suppress":
            return ["all", "dsn", "ndr"].contains { words.contains($0) }
        case "content-type": return words.first == "multipart/report"
        default: return name.hasPrefix("list-")
        }
    }
}
