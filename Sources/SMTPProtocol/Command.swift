import Submission

/// One SMTP command of the envelope, as it goes on the wire.
///
/// Every part is either our own word, a value whose type admits no line end, or encoded: no text
/// from a message can start a second command.
enum Command: Hashable, Sendable {
    case ehlo(HelloName)
    case helo(HelloName)
    case startTLS
    case mail(MailParameters)
    case recipient(EnvelopeRecipient, RecipientParameters)
    case data
    case reset
    case quit

    /// The longest ENVID in octets of xtext (RFC 3461 §4.4).
    static let maximumEnvelopeIDOctets = 100
    /// The longest ORCPT in octets with its type (RFC 3461 §4.2).
    static let maximumOriginalRecipientOctets = 500

    /// Appends the command without its line end.
    func encode(into octets: inout [UInt8]) {
        switch self {
        case .ehlo(let name): octets.append(contentsOf: "EHLO \(name)".utf8)
        case .helo(let name): octets.append(contentsOf: "HELO \(name)".utf8)
        case .startTLS: octets.append(contentsOf: "STARTTLS".utf8)
        case .mail(let parameters): parameters.encode(into: &octets)
        case .recipient(let recipient, let parameters):
            parameters.encode(recipient, into: &octets)
        case .data: octets.append(contentsOf: "DATA".utf8)
        case .reset: octets.append(contentsOf: "RSET".utf8)
        case .quit: octets.append(contentsOf: "QUIT".utf8)
        }
    }
}

/// What `MAIL FROM` carries (RFC 5321 §4.1.1.2).
struct MailParameters: Hashable, Sendable {
    var sender: MailAddress?
    /// RFC 1870 §6.
    var size: Int?
    /// RFC 6152 §3.
    var isEightBit = false
    /// RFC 6531 §3.4.
    var isSMTPUTF8 = false
    /// RFC 3461 §4.3.
    var returnContent: ReturnContent?
    /// RFC 3461 §4.4.
    var envelopeID: String?

    /// Chooses the parameters that a server with these capabilities understands.
    init(_ request: TransactionRequest, _ capabilities: Capabilities) {
        sender = request.envelope.sender
        if capabilities.offers(.size) { size = request.contentOctets }
        isEightBit = request.has8BitContent && capabilities.offers(.eightBitMIME)
        isSMTPUTF8 = request.envelope.needsSMTPUTF8
        if capabilities.offers(.deliveryStatus) {
            returnContent = request.envelope.returnContent
            envelopeID = request.envelope.envelopeID
        }
    }

    func encode(into octets: inout [UInt8]) {
        octets.append(contentsOf: "MAIL FROM:<".utf8)
        if let sender { octets.append(sender) }
        octets.append(UInt8(ascii: ">"))
        if let size { octets.append(contentsOf: " SIZE=\(size)".utf8) }
        if isEightBit { octets.append(contentsOf: " BODY=8BITMIME".utf8) }
        if isSMTPUTF8 { octets.append(contentsOf: " SMTPUTF8".utf8) }
        if let returnContent { octets.append(contentsOf: " RET=\(returnContent.rawValue)".utf8) }
        encodeEnvelopeID(into: &octets)
    }

    // An identifier over the limit is left out: cut short it would identify another message.
    private func encodeEnvelopeID(into octets: inout [UInt8]) {
        guard let envelopeID, !envelopeID.isEmpty else { return }
        var encoded: [UInt8] = []
        Xtext.append(envelopeID, to: &encoded)
        guard encoded.count <= Command.maximumEnvelopeIDOctets else { return }
        octets.append(contentsOf: " ENVID=".utf8)
        octets.append(contentsOf: encoded)
    }
}

/// What of a recipient's parameters the server understands (RFC 3461 §4.1, §4.2).
struct RecipientParameters: Hashable, Sendable {
    var deliveryStatus: Bool
    var smtpUTF8: Bool

    init(_ capabilities: Capabilities) {
        deliveryStatus = capabilities.offers(.deliveryStatus)
        smtpUTF8 = capabilities.offers(.smtpUTF8)
    }

    func encode(_ recipient: EnvelopeRecipient, into octets: inout [UInt8]) {
        octets.append(contentsOf: "RCPT TO:<".utf8)
        octets.append(recipient.address)
        octets.append(UInt8(ascii: ">"))
        guard deliveryStatus else { return }
        if let notify = recipient.notify { encode(notify, into: &octets) }
        if let original = recipient.originalRecipient, !original.isEmpty {
            encode(original, into: &octets)
        }
    }

    private func encode(_ notify: NotifyConditions, into octets: inout [UInt8]) {
        octets.append(contentsOf: " NOTIFY=".utf8)
        let words = [
            (NotifyConditions.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY"),
        ].filter { notify.contains($0.0) }.map(\.1)
        octets.append(contentsOf: (words.isEmpty ? "NEVER" : words.joined(separator: ",")).utf8)
    }

    private func encode(_ original: String, into octets: inout [UInt8]) {
        var encoded: [UInt8] = []
        if original.utf8.allSatisfy({ $0 < 0x80 }) {
            encoded.append(contentsOf: "rfc822;".utf8)
            Xtext.append(original, to: &encoded)
        } else {
            // RFC 6533 §3: the type utf-8 only where the server offers SMTPUTF8 beside DSN.
            guard smtpUTF8 else { return }
            encoded.append(contentsOf: "utf-8;".utf8)
            Xtext.appendUTF8Address(original, to: &encoded)
        }
        guard encoded.count <= Command.maximumOriginalRecipientOctets else { return }
        octets.append(contentsOf: " ORCPT=".utf8)
        octets.append(contentsOf: encoded)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ address: MailAddress) {
        append(contentsOf: address.localPart.utf8)
        append(UInt8(ascii: "@"))
        append(contentsOf: address.domain.utf8)
    }
}
