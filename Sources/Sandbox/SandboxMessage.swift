/// One message the sandbox accepted.
package struct SandboxMessage: Hashable, Sendable {
    /// Something a stricter server might have objected to.
    package enum Note: String, Hashable, Sendable, CaseIterable {
        case longLine = "long-line"
        case undeclared8Bit = "undeclared-8bit"
        case undeclaredUTF8Header = "undeclared-utf8-header"
        case bareCR = "bare-cr"
        case nul = "nul"
        case noMessageID = "no-message-id"
        case largerThanDeclared = "larger-than-declared"

        /// What was seen, for the documentation.
        package var meaning: String {
            switch self {
            case .longLine: "a line is longer than 998 octets (RFC 5321 §4.5.3.1.6)"
            case .undeclared8Bit: "an octet above 127 came without BODY=8BITMIME (RFC 6152)"
            case .undeclaredUTF8Header:
                "the header has an octet above 127, and SMTPUTF8 was not asked for (RFC 6531)"
            case .bareCR: "a CR stands without its LF"
            case .nul: "the content has a NUL octet"
            case .noMessageID: "the header has no Message-ID that can be read"
            case .largerThanDeclared: "the content is larger than SIZE= said (RFC 1870 §6.1)"
            }
        }
    }

    /// One accepted recipient.
    package struct Recipient: Hashable, Sendable {
        package let address: SandboxAddress
        /// The parameters as the client wrote them.
        package let parameters: [ESMTPParameter]
        /// What the parameters say.
        package let wishes: RecipientParameters
    }

    /// The client's side of the session.
    package struct Client: Hashable, Sendable {
        /// Its network address.
        package let address: String
        /// What it called itself in `EHLO`.
        package let name: String
        /// Version and cipher of TLS; `nil` without TLS.
        package let tls: String?
        /// How and as whom it signed in; `nil` without.
        package let mechanism: String?
        package let mailbox: String?
    }

    /// Counts accepted messages, from 1; given by the server as the last thing.
    package internal(set) var number = 0
    package let sessionID: String
    package let client: Client
    package let sender: SandboxAddress?
    /// The parameters of `MAIL` as the client wrote them.
    package let senderParameters: [ESMTPParameter]
    /// What those parameters say.
    package let senderWishes: SenderParameters
    package let recipients: [Recipient]
    package let content: ContentFacts
    /// The Message-ID in the reply: that of the header, or one the sandbox made up.
    package let messageID: String
    package let notes: Set<Note>
    package let acceptedAt: SandboxTime

    /// The name of the message's files, without `.eml` and `.json`.
    package var fileName: String {
        let digits = String(number)
        let safe = messageID.utf8.prefix(120).compactMap { octet -> UInt8? in
            switch octet {
            case UInt8(ascii: "<"), UInt8(ascii: ">"): nil
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "@"),
                UInt8(ascii: "-"):
                octet
            default: UInt8(ascii: "_")
            }
        }
        // Padded, so that names sort as the messages came.
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "-"
            + String(decoding: safe, as: UTF8.self)
    }
}

/// What was seen of a message's content while it passed.
package struct ContentFacts: Hashable, Sendable {
    /// Octets without stuffed dots and without the final dot.
    package var octets = 0
    /// SHA-256 of those octets in hexadecimal.
    package var sha256 = ""
    /// The Message-ID of the header.
    package var messageID: String?
    /// The addresses of the From field, in lowercase.
    package var headerSenders: [String] = []
    package var hasBareLF = false
    package var hasBareCR = false
    package var hasNUL = false
    package var has8Bit = false
    package var has8BitHeader = false
    package var longestLine = 0

    /// Creates the facts of an empty content.
    package init() {}
}
