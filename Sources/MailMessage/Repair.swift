/// One change made to a message on its way out, named by one word in log lines and listings.
///
/// The removal of envelope lines and Bcc is no repair: it is what they are for.
package enum Repair: String, CaseIterable, Hashable, Sendable {
    /// A bare LF or bare CR ended a line and became CRLF.
    case lineEnds = "line-ends"
    /// The header ended with the file; an empty line was added.
    case emptyLine = "empty-line"
    /// A missing or empty `Date` was filled in from the claim time.
    case date = "date"
    /// A missing or empty `Message-ID` was filled in from the message's id.
    case messageID = "message-id"
    /// No `To` or `Cc` was left, so `To: undisclosed-recipients:;` was added.
    case undisclosed = "undisclosed"
    /// Fields that only Exchange servers may write to each other were removed.
    case exchangeFields = "exchange-fields"

    /// What was done, as a sentence for documentation and `show`.
    package var sentence: String {
        switch self {
        case .lineEnds: "Bare LF or CR line ends became CRLF."
        case .emptyLine: "The empty line that ends the header was added."
        case .date: "The missing Date was filled in with the time of the claim."
        case .messageID: "The missing Message-ID was made from the message's id."
        case .undisclosed: "To: undisclosed-recipients:; was added, since no To or Cc was left."
        case .exchangeFields:
            "X-MS-Exchange-Organization- or -CrossPremises- fields, which only Exchange "
                + "itself may write, were removed."
        }
    }
}
