/// What the parameters of `MAIL` ask for.
package struct SenderParameters: Hashable, Sendable {
    /// How the client declared the content's octets (RFC 6152 §2).
    package enum Body: String, Hashable, Sendable {
        case sevenBit = "7BIT"
        case eightBit = "8BITMIME"
    }

    /// The declared size; a number beyond `Int` counts as `Int.max` (RFC 1870 §5).
    package var size: Int?
    /// The declared kind of content.
    package var body: Body?
    /// Whether the transaction may use UTF-8 in addresses and header (RFC 6531 §3.4).
    package var isSMTPUTF8 = false
    /// `FULL` or `HDRS` (RFC 3461 §4.3).
    package var returnContent: String?
    /// The envelope id in clear text (RFC 3461 §4.4).
    package var envelopeID: String?

    /// Creates parameters that ask for nothing.
    package init() {}

    /// Reads the parameters of one command; what the last `EHLO` did not offer is refused.
    package init(
        _ parameters: [ESMTPParameter],
        offered: Set<String>
    ) throws(CommandDefect) {
        var seen: Set<String> = []
        for parameter in parameters {
            guard seen.insert(parameter.keyword).inserted else { throw .arguments }
            try read(parameter, offered: offered)
        }
    }

    private mutating func read(
        _ parameter: ESMTPParameter,
        offered: Set<String>
    ) throws(CommandDefect) {
        switch (parameter.keyword, parameter.value) {
        case ("SIZE", let digits?) where offered.contains("SIZE"):
            // RFC 1870 §5: size-value = 1*20DIGIT.
            guard digits.utf8.count <= 20, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { throw .arguments }
            size = Int(digits) ?? Int.max
        case ("BODY", let kind?) where offered.contains("8BITMIME"):
            guard let body = Body(rawValue: kind.uppercased()) else { throw .arguments }
            self.body = body
        case ("SMTPUTF8", nil) where offered.contains("SMTPUTF8"):
            isSMTPUTF8 = true
        case ("RET", let kind?) where offered.contains("DSN"):
            guard ["FULL", "HDRS"].contains(kind.uppercased()) else { throw .arguments }
            returnContent = kind.uppercased()
        case ("ENVID", let id?) where offered.contains("DSN"):
            // RFC 3461 §4.4: at most 100 characters.
            guard id.utf8.count <= 100, let text = Encodings.xtext(id) else { throw .arguments }
            envelopeID = text
        case ("AUTH", _?):
            // RFC 4954 §5: what the client vouches for is of no use here.
            break
        default:
            throw .arguments
        }
    }
}

/// What the parameters of `RCPT` ask for.
package struct RecipientParameters: Hashable, Sendable {
    /// When to notify: `NEVER`, or any of `SUCCESS`, `FAILURE`, `DELAY` (RFC 3461 §4.1).
    package var notify: [String] = []
    /// The original recipient in clear text, its address type included (RFC 3461 §4.2).
    package var originalRecipient: String?

    /// Creates parameters that ask for nothing.
    package init() {}

    /// Reads the parameters of one command; what the last `EHLO` did not offer is refused.
    package init(
        _ parameters: [ESMTPParameter],
        offered: Set<String>
    ) throws(CommandDefect) {
        var seen: Set<String> = []
        for parameter in parameters {
            guard offered.contains("DSN"), seen.insert(parameter.keyword).inserted,
                let value = parameter.value
            else { throw .arguments }
            switch parameter.keyword {
            case "NOTIFY": notify = try Self.conditions(value)
            case "ORCPT": originalRecipient = try Self.originalRecipient(value)
            default: throw .arguments
            }
        }
    }

    private static func conditions(_ value: String) throws(CommandDefect) -> [String] {
        let words = value.uppercased().split(separator: ",", omittingEmptySubsequences: false)
            .map(String.init)
        // RFC 3461 §4.1: NEVER stands alone.
        guard
            words == ["NEVER"]
                || words.allSatisfy({ ["SUCCESS", "FAILURE", "DELAY"].contains($0) })
        else { throw .arguments }
        return words
    }

    private static func originalRecipient(_ value: String) throws(CommandDefect) -> String {
        let parts = value.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard value.utf8.count <= 500, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
            let address = Encodings.xtext(parts[1])
        else { throw .arguments }
        return "\(parts[0]);\(address)"
    }
}
