package import Submission

/// What ``MessageInspector`` found out about the header of one message.
package struct InspectedMessage: Sendable {
    /// Sender and recipients, from X-Sender and X-Receiver or from the header's addresses.
    package let envelope: Envelope
    /// The header as it goes out above a body in ASCII, with its final empty line; dots not stuffed.
    package var wireHeader: [UInt8] { wire.octets + "\r\n".utf8 }
    /// Where the body begins in the file.
    package let bodyOffset: Int
    /// The subject decoded for people and cut to ``DisplayText/maximumCharacters``.
    package let subject: String?
    /// The Message-ID that goes out, with its angle brackets.
    package var messageID: String { wire.messageID }
    /// The From field decoded for people and cut to ``DisplayText/maximumCharacters``.
    package let from: String
    /// The one address of the From that goes out, else the envelope's sender.
    package let author: MailAddress?
    /// What was changed in the header; ``outgoing(_:)`` knows of the body too.
    package let repairs: [Repair]
    /// Whether an octet above 127 stands in ``wireHeader``.
    package let headerHas8Bit: Bool

    let wire: WireHeader
    let partHeader: PartHeader
    let rules: MessageRules
    private let isMailbox: Bool
    /// Whether a signature over the whole body forbids any change of it.
    let hasBodySignature: Bool
    /// Whether the header says of what type the body is.
    let saysType: Bool
    let saysMIMEVersion: Bool

    init(
        header: Header,
        wire: WireHeader,
        envelope: Envelope,
        author: MailAddress?,
        bodyOffset: Int,
        isMailbox: Bool,
        repairs: [Repair],
        rules: MessageRules
    ) {
        self.wire = wire
        self.envelope = envelope
        self.author = author
        self.bodyOffset = bodyOffset
        self.isMailbox = isMailbox
        self.repairs = repairs
        self.rules = rules
        subject = header.all("subject").first.map { DisplayText.decode(header.value(of: $0)) }
        from = header.all("from").first.map { DisplayText.decode(header.value(of: $0)) } ?? ""
        headerHas8Bit = wire.octets.contains { $0 > 0x7F }
        partHeader = header.partHeader
        hasBodySignature = header.hasBodySignature
        saysType = header.says("content-type")
        saysMIMEVersion = header.says("mime-version")
    }

    /// A survey of the body, which begins at ``bodyOffset``.
    package func survey() -> BodySurvey {
        BodySurvey(
            partHeader,
            at: bodyOffset,
            rules: rules,
            isMailbox: isMailbox,
            tellsCharset: !saysType
        )
    }
}
