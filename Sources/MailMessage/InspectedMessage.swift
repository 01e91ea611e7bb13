package import Submission

/// What ``MessageInspector`` found out about one message.
package struct InspectedMessage: Sendable {
    /// Sender and recipients, from X-Sender and X-Receiver or from the header's addresses.
    package let envelope: Envelope
    /// The header as it goes out, with CRLF line ends and its final empty line; dots not stuffed.
    package let wireHeader: [UInt8]
    /// Where the body begins in the file.
    package let bodyOffset: Int
    /// The subject decoded for people and cut to ``DisplayText/maximumCharacters``.
    package let subject: String?
    /// The Message-ID that goes out, with its angle brackets.
    package let messageID: String
    /// The From field decoded for people and cut to ``DisplayText/maximumCharacters``.
    package let from: String
    /// What was changed in the header; the body's line ends are ``BodySurvey``'s to tell.
    package let repairs: [Repair]
    /// Whether an octet above 127 stands in ``wireHeader``.
    package let headerHas8Bit: Bool
}
