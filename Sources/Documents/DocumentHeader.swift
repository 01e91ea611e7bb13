internal import MailMessage
internal import Submission

/// Writes the lines of a message around its files.
struct DocumentHeader {
    private let boundary: String
    private var octets: [UInt8] = []

    init(boundary: String) { self.boundary = boundary }

    /// Hands over what was written since the last time.
    mutating func take() -> [UInt8] {
        defer { octets = [] }
        return octets
    }

    /// Adds a field whose value is ASCII and short.
    mutating func add(_ name: String, _ value: String) { line("\(name): \(value)") }

    /// Adds a field with a text for people (RFC 5322 §2.2.1).
    mutating func add(_ name: String, text: String) {
        line("\(name): \(HeaderWords.unstructured(text))")
    }

    mutating func add(from: Mailbox, to: [Mailbox], cc: [Mailbox]) {
        add("From", [from])
        add("To", to)
        if !cc.isEmpty { add("Cc", cc) }
    }

    // One mailbox on each line: none of them makes a line longer than a server takes.
    private mutating func add(_ name: String, _ mailboxes: [Mailbox]) {
        line("\(name): " + mailboxes.map(Self.words).joined(separator: ",\r\n "))
    }

    private static func words(_ mailbox: Mailbox) -> String {
        guard let name = mailbox.name else { return mailbox.address.text }
        return "\(HeaderWords.phrase(name))\r\n <\(mailbox.address.text)>"
    }

    /// Names those who would have got the message, as it does for others.
    mutating func add(from sender: MailAddress, insteadOf recipients: [MailAddress]) {
        let names = recipients.map { "<\($0.text)>" }.joined(separator: ",\r\n ")
        line("X-Postchute-Envelope: from <\(sender.text)> to\r\n \(names)")
    }

    mutating func addStructure() {
        add("MIME-Version", "1.0")
        line("Content-Type: multipart/mixed;\r\n boundary=\"\(boundary)\"")
        line("")
    }

    /// Adds the text above the files, a part of its own.
    mutating func add(body: String) {
        let lines = body.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        let isPlain = lines.allSatisfy { $0.count <= 78 && $0.allSatisfy { $0 < 0x7F } }
        line("--\(boundary)")
        line("Content-Type: text/plain; charset=\(isPlain ? "us-ascii" : "utf-8")")
        if !isPlain { line("Content-Transfer-Encoding: quoted-printable") }
        line("")
        if isPlain {
            for text in lines { line(String(decoding: text, as: UTF8.self)) }
        } else {
            var encoder = QuotedPrintable()
            Array(body.utf8).withUnsafeBytes { encoder.encode($0, into: &octets) }
            encoder.finish(into: &octets)
            line("")
        }
    }

    /// Adds the header of a file's part.
    mutating func begin(_ member: DocumentMember) {
        line("--\(boundary)")
        line("Content-Type: \(member.type.mediaType)")
        line("Content-Transfer-Encoding: base64")
        line("Content-Disposition: attachment;\(HeaderWords.fileName(member.name.text))")
        line("")
    }

    mutating func end() { line("--\(boundary)--") }

    private mutating func line(_ text: String) {
        octets += text.utf8
        octets += "\r\n".utf8
    }
}

/// Texts that are not ASCII, or not short, in the forms a header has for them.
enum HeaderWords {
    /// Octets of text in one encoded word: with the name of a field before it the line is not longer
    /// than 76 (RFC 2047 §2).
    private static let wordOctets = 39
    /// Texts up to this length stand as they are, so that no field needs folding.
    private static let maximumPlainOctets = 65

    /// A text of an unstructured field.
    static func unstructured(_ text: String) -> String {
        isPlain(text) && text.utf8.first != 0x20 && text.utf8.last != 0x20
            ? text : encoded(text)
    }

    /// A display name: atoms, a quoted string or encoded words (RFC 5322 §3.2.5, RFC 2047 §5).
    static func phrase(_ text: String) -> String {
        guard isPlain(text) else { return encoded(text) }
        let escaped = text.reduce(into: "") { result, character in
            if character == "\"" || character == "\\" { result.append("\\") }
            result.append(character)
        }
        return "\"\(escaped)\""
    }

    /// Whether a text is short and printable ASCII that nobody could take for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= maximumPlainOctets && !text.contains("=?")
            && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// A text as encoded words, one on each line; no character is torn apart (RFC 2047 §5).
    private static func encoded(_ text: String) -> String {
        let opening = "=?utf-8?B?"
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let octets = Array(String(scalar).utf8)
            if words[words.count - 1].count + octets.count > wordOctets { words.append([]) }
            words[words.count - 1] += octets
        }
        return words.map { "\(opening)\(base64($0))?=" }.joined(separator: "\r\n ")
    }

    private static func base64(_ octets: [UInt8]) -> String {
        var lines = Base64Lines()
        var output: [UInt8] = []
        octets.withUnsafeBytes { lines.encode($0, into: &output) }
        lines.finish(into: &output)
        return String(decoding: output.filter { $0 > 0x20 }, as: UTF8.self)
    }

    /// The parameter with a file's name, on lines of its own.
    ///
    /// One form only: programs disagree on which of two they show, and two names of one file are how
    /// endings are disguised.
    static func fileName(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy {
            (0x20...0x7E).contains($0) && !"\"\\%".utf8.contains($0)
        }
        // A name like "=?utf-8?B?…?=" would be decoded by programs that should not.
        if isPlain, !name.contains("=?") { return "\r\n filename=\"\(name)\"" }
        let pieces = percentPieces(name)
        if pieces.count == 1 { return "\r\n filename*=UTF-8''\(pieces[0])" }
        return pieces.enumerated().map { index, piece in
            "\r\n filename*\(index)*=\(index == 0 ? "UTF-8''" : "")\(piece)"
        }.joined(separator: ";")
    }

    /// The name in percent encoding, cut where a line ends (RFC 2231 §3, §4).
    private static func percentPieces(_ name: String) -> [String] {
        let room = 55
        var pieces = [""]
        for octet in name.utf8 {
            let piece = isAttributeOctet(octet) ? String(UnicodeScalar(octet)) : percent(octet)
            if pieces[pieces.count - 1].utf8.count + piece.utf8.count > room { pieces.append("") }
            pieces[pieces.count - 1] += piece
        }
        return pieces
    }

    private static func percent(_ octet: UInt8) -> String {
        let digits = String(octet, radix: 16, uppercase: true)
        return "%" + (octet < 16 ? "0" : "") + digits
    }

    /// `attribute-char` of RFC 2231 §7, of which only what no program mistakes.
    private static func isAttributeOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._".utf8.contains(octet)
        }
    }
}
