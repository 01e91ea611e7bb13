/// One change made to a message on its way out, named by one word in log lines and listings.
///
/// The removal of envelope lines and Bcc is no repair: it is what they are for.
package enum Repair: String, CaseIterable, Hashable, Sendable {
    /// UTF-16 became UTF-8.
    case utf16 = "utf-16"
    /// A UTF-8 byte order mark before the header was removed.
    case byteOrderMark = "byte-order-mark"
    /// The `From ` line of a mailbox file before the header was removed.
    case mailboxLine = "mbox-line"
    /// Doubled dots at the start of lines became single again.
    case dotStuffing = "dot-stuffing"
    /// A bare LF or bare CR ended a line and became CRLF.
    case lineEnds = "line-ends"
    /// A line of white space in the header was read as RFC 5322 §4.2 says, or as the separator.
    case blankLine = "blank-line"
    /// The header ended with the file; an empty line was added.
    case emptyLine = "empty-line"
    /// A missing or empty `Date` was filled in from the claim time.
    case date = "date"
    /// A missing or empty `Message-ID` was filled in from the message's id.
    case messageID = "message-id"
    /// A missing `MIME-Version` was added to a message that uses MIME (RFC 2045 §4).
    case mimeVersion = "mime-version"
    /// A missing `Content-Type` was added to a text outside ASCII.
    case contentType = "content-type"
    /// Octets above 127 in header fields became encoded words (RFC 2047).
    case headerText = "header-text"
    /// A header line longer than 998 octets was folded.
    case headerFold = "header-fold"
    /// A part with lines longer than 998 octets was encoded.
    case longLines = "long-lines"
    /// A binary part was encoded.
    case binaryPart = "binary-part"
    /// Parts outside ASCII were encoded for a server without 8BITMIME.
    case eightBit = "8bit"
    /// `default_domain` completed an address without one.
    case domain = "domain"
    /// `default_from` became the sender, or replaced it.
    case from = "from"
    /// No `To` or `Cc` was left, so `To: undisclosed-recipients:;` was added.
    case undisclosed = "undisclosed"
    /// Fields that only Exchange servers may write to each other were removed.
    case exchangeFields = "exchange-fields"
    /// The message goes to `redirect_to` and to nobody else.
    case redirect = "redirect"

    /// What was done, as a sentence for documentation and `show`.
    package var sentence: String {
        switch self {
        case .utf16: "The file's UTF-16 became UTF-8."
        case .byteOrderMark: "The UTF-8 byte order mark before the header was removed."
        case .mailboxLine: "The “From ” line of a mailbox file before the header was removed."
        case .dotStuffing: "Doubled dots at the start of lines became single again."
        case .lineEnds: "Bare LF or CR line ends became CRLF."
        case .blankLine: "A line of white space in the header was removed or ended it."
        case .emptyLine: "The empty line that ends the header was added."
        case .date: "The missing Date was filled in with the time of the claim."
        case .messageID: "The missing Message-ID was made from the message's id."
        case .mimeVersion: "The missing MIME-Version was added."
        case .contentType: "The missing Content-Type was added, since the text is not ASCII."
        case .headerText: "Letters outside ASCII in header fields became encoded words."
        case .headerFold: "Header lines longer than 998 octets were folded."
        case .longLines: "Parts with lines longer than 998 octets were encoded."
        case .binaryPart: "Binary parts were encoded."
        case .eightBit: "Parts outside ASCII were encoded, since the server lacks 8BITMIME."
        case .domain: "Addresses without a domain got default_domain."
        case .from: "default_from became the sender."
        case .undisclosed: "To: undisclosed-recipients:; was added, since no To or Cc was left."
        case .exchangeFields:
            "X-MS-Exchange-Organization- or -CrossPremises- fields, which only Exchange "
                + "itself may write, were removed."
        case .redirect: "The message went to redirect_to and to nobody else."
        }
    }

    /// Whether the setting `no_repair` may name the repair.
    package var canBeSwitchedOff: Bool { offMeaning != .never }

    /// What becomes of a message that asks for a repair which is switched off.
    var offMeaning: OffMeaning {
        switch self {
        case .utf16, .byteOrderMark, .mailboxLine, .lineEnds, .blankLine, .emptyLine, .longLines,
            .binaryPart, .eightBit:
            .refused
        case .date, .messageID, .mimeVersion, .contentType, .headerText, .headerFold: .left
        case .dotStuffing, .domain, .from, .undisclosed, .exchangeFields, .redirect: .never
        }
    }

    /// What switching a repair off means.
    enum OffMeaning {
        /// The message cannot be sent without it.
        case refused
        /// The message goes out as it is.
        case left
        /// It has a setting of its own, or is no matter of choice.
        case never
    }
}
