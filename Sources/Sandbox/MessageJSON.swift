internal import SafeText

extension SandboxMessage {
    /// The envelope and circumstances as a JSON object, one member on a line (RFC 8259).
    package var json: String {
        let members: [(String, String)] = [
            ("number", "\(number)"),
            ("acceptedAt", Self.string(acceptedAt.internetTime)),
            ("session", Self.string(sessionID)),
            ("client", Self.string(client.address)),
            ("ehlo", Self.string(client.name)),
            ("tls", Self.string(client.tls)),
            ("mechanism", Self.string(client.mechanism)),
            ("mailbox", Self.string(client.mailbox)),
            ("sender", Self.string(sender?.text ?? "")),
            ("senderParameters", Self.list(senderParameters.map { Self.string($0.text) })),
            ("envelopeID", Self.string(senderWishes.envelopeID)),
            ("recipients", Self.list(recipients.map(\.json))),
            ("messageID", Self.string(messageID)),
            ("octets", "\(content.octets)"),
            ("declaredOctets", senderWishes.size.map { "\($0)" } ?? "null"),
            ("longestLine", "\(content.longestLine)"),
            ("sha256", Self.string(content.sha256)),
            ("notes", Self.list(notes.map(\.rawValue).sorted().map { Self.string($0) })),
        ]
        let lines = members.map { name, value in "  \(Self.string(name)): \(value)" }
        return "{\n\(lines.joined(separator: ",\n"))\n}\n"
    }

    fileprivate static func string(_ text: String?) -> String {
        text.map { SafeText.jsonString($0) } ?? "null"
    }

    fileprivate static func list(_ values: [String]) -> String {
        "[\(values.joined(separator: ", "))]"
    }
}

extension SandboxMessage.Recipient {
    fileprivate var json: String {
        let written = SandboxMessage.list(parameters.map { SandboxMessage.string($0.text) })
        return "{\"address\": \(SandboxMessage.string(address.text)),"
            + " \"parameters\": \(written),"
            + " \"originalRecipient\": \(SandboxMessage.string(wishes.originalRecipient))}"
    }
}
