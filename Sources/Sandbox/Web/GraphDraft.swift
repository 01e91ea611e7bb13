/// A message as Graph holds it before it is sent.
struct GraphDraft: Sendable {
    let mailbox: String
    /// The message without the attachments that were added later.
    var content: [UInt8]
    /// Recipients that are in no field of the header.
    var hidden: [SandboxAddress] = []
    var attachments: [GraphAttachment] = []

    /// How much memory it holds.
    var octets: Int { content.count + attachments.reduce(0) { $0 + $1.octets.count } }

    /// The whole message in MIME, as it would be sent.
    func message(boundary: String) -> [UInt8] {
        guard !attachments.isEmpty else { return content }
        let fields = MailFields(content)
        let isOfBody = { (name: String) in name.hasPrefix("content-") || name == "mime-version" }
        var message = fields.fields.filter { !isOfBody($0.name) }.flatMap(\.octets)
        func add(_ text: String) { message += Array(text.utf8) }
        add("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n\r\n")
        add("--\(boundary)\r\n")
        message += fields.fields.filter { $0.name.hasPrefix("content-") }.flatMap(\.octets)
        message += fields.rest
        for attachment in attachments {
            add("\r\n--\(boundary)\r\n")
            message += attachment.part
        }
        add("\r\n--\(boundary)--\r\n")
        return message
    }
}

/// A file that goes along with a message.
struct GraphAttachment: Sendable {
    let name: String
    let type: String
    let octets: [UInt8]

    /// The part of a multipart message that carries it.
    var part: [UInt8] {
        let header =
            "Content-Type: \(MIMEText.type(type)); name=\"\(MIMEText.quoted(name))\"\r\n"
            + "Content-Disposition: attachment; filename=\"\(MIMEText.quoted(name))\"\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n"
        return Array(header.utf8) + MIMEText.base64(octets)
    }
}

/// How texts of JSON become parts of a header or a body.
enum MIMEText {
    /// Base64 in lines of 76 characters (RFC 2045 §6.8).
    static func base64(_ octets: [UInt8]) -> [UInt8] {
        let text = Array(WebBase64.encode(octets).utf8)
        var lines: [UInt8] = []
        lines.reserveCapacity(text.count + text.count / 38 + 2)
        var start = 0
        while start < text.count {
            let end = min(start + 76, text.count)
            lines += text[start..<end]
            lines += [0x0D, 0x0A]
            start = end
        }
        return lines
    }

    /// A text for a field: as it is, or in encoded words of one line each (RFC 2047 §2).
    static func field(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
        if isPlain, text.utf8.count <= 900 { return text }
        var words: [String] = []
        var octets: [UInt8] = []
        for scalar in text.unicodeScalars {
            let more = UTF8.encode(scalar).map(Array.init) ?? []
            // RFC 2047 §2: 75 characters at most, so 45 octets and no scalar split.
            if octets.count + more.count > 45 {
                words.append("=?UTF-8?B?\(WebBase64.encode(octets))?=")
                octets = []
            }
            octets += more
        }
        words.append("=?UTF-8?B?\(WebBase64.encode(octets))?=")
        return words.joined(separator: "\r\n ")
    }

    /// A text inside quotation marks, without anything that could end the line.
    static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(200) where scalar.value >= 0x20 {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar.value == 0x7F ? "_" : scalar)
        }
        return result
    }

    /// A media type, or that of unknown octets.
    static func type(_ text: String) -> String {
        let isType = text.utf8.allSatisfy {
            (0x21...0x7E).contains($0) && !"\"(),:;<>@[\\]".utf8.contains($0)
        }
        return isType && text.split(separator: "/").count == 2 ? text : "application/octet-stream"
    }
}
