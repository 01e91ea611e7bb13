import Submission

/// Builds the header that goes out: every kept field octet by octet, in its order.
struct WireHeader {
    private let header: Header
    private(set) var octets: [UInt8] = []
    private(set) var repairs: [Repair] = []
    /// The Message-ID that goes out.
    private(set) var messageID = ""

    /// Removes what must not go out and fills in what is missing.
    init(_ header: Header, envelope: Envelope, identity: MessageIdentity) {
        self.header = header
        octets.reserveCapacity(header.octets.count + 256)
        let addsTo = !header.says("to") && !header.says("cc")
        let addsDate = !header.says("date")
        let addsMessageID = !header.says("message-id")
        let block = header.replayBlock
        for (index, field) in header.fields.enumerated() where !block.contains(index) {
            switch field.key {
            case "bcc", "resent-bcc", "x-receiver": continue
            // A blank field says nothing; the added one replaces it.
            case "to" where addsTo, "date" where addsDate, "message-id" where addsMessageID:
                continue
            case _ where Self.isExchangeOnly(field.key): note(.exchangeFields)
            default: octets += header.octets[field.octets]
            }
        }
        // At the end, so that trace fields and signatures on top stay there (RFC 5322 §3.6).
        if addsDate { add(.date, "Date: \(identity.date)") }
        messageID = header.all("message-id").lazy.map(self.text).first { !$0.isEmpty } ?? ""
        if addsMessageID {
            messageID = identity.messageID(domain: Self.domain(envelope, header))
            add(.messageID, "Message-ID: \(messageID)")
        }
        // RFC 5322 §3.6.3 allows no header without To, Cc and Bcc to reveal the Bcc; see its §A.1.3.
        if addsTo { add(.undisclosed, "To: undisclosed-recipients:;") }
        octets += "\r\n".utf8
    }

    private mutating func note(_ repair: Repair) {
        if !repairs.contains(repair) { repairs.append(repair) }
    }

    private mutating func add(_ repair: Repair, _ field: String) {
        note(repair)
        octets += "\(field)\r\n".utf8
    }

    private func text(_ field: HeaderField) -> String {
        DisplayText.decode(header.value(of: field))
    }

    /// Fields that only Exchange servers may write to each other and that a writer can only forge.
    private static func isExchangeOnly(_ key: String) -> Bool {
        key.hasPrefix("x-ms-exchange-organization-")
            || key.hasPrefix("x-ms-exchange-crosspremises-")
    }

    /// The sender's domain; for `<>` the author's, or failing that the name of no host at all.
    private static func domain(_ envelope: Envelope, _ header: Header) -> String {
        if let sender = envelope.sender { return sender.domain }
        for field in header.all("from") {
            if let author = try? AddressParser.list(header.value(of: field)).first {
                return author.domain
            }
        }
        return "postchute.invalid"
    }
}
