import Submission

/// Builds the header that goes out: every kept field octet by octet, in its order.
struct WireHeader {
    private(set) var octets: [UInt8] = []
    private(set) var repairs: [Repair] = []
    /// The Message-ID that goes out.
    let messageID: String

    /// Removes what must not go out and fills in what is missing.
    init(_ header: Header, envelope: Envelope, identity: MessageIdentity) {
        let missing = Self.missing(header)
        if missing.contains(.messageID) {
            messageID = identity.messageID(domain: Self.domain(envelope, header))
        } else {
            messageID =
                header.all("message-id").lazy
                .map { DisplayText.decode(header.value(of: $0)) }.first { !$0.isEmpty } ?? ""
        }
        octets.reserveCapacity(header.octets.count + 256)
        copyFields(header, missing)
        // At the end, so that trace fields and signatures on top stay there (RFC 5322 §3.6).
        if missing.contains(.date) { add(.date, "Date: \(identity.date)") }
        if missing.contains(.messageID) { add(.messageID, "Message-ID: \(messageID)") }
        // RFC 822 §4.1 asked for a recipient field, and filters still take its absence for spam.
        if missing.contains(.undisclosed) { add(.undisclosed, "To: undisclosed-recipients:;") }
        octets += "\r\n".utf8
    }

    /// The fields that have to be added, by the repair that adds them.
    private static func missing(_ header: Header) -> Set<Repair> {
        var missing: Set<Repair> = []
        if !header.says("date") { missing.insert(.date) }
        if !header.says("message-id") { missing.insert(.messageID) }
        if !header.says("to"), !header.says("cc") { missing.insert(.undisclosed) }
        return missing
    }

    private mutating func copyFields(_ header: Header, _ missing: Set<Repair>) {
        let block = header.replayBlock
        for (index, field) in header.fields.enumerated() where !block.contains(index) {
            switch field.key {
            case "bcc", "resent-bcc", "x-receiver": continue
            // A blank field says nothing; the added one replaces it.
            case "date" where missing.contains(.date): continue
            case "message-id" where missing.contains(.messageID): continue
            case "to" where missing.contains(.undisclosed): continue
            case _ where Self.isExchangeOnly(field.key): note(.exchangeFields)
            default: octets += header.octets[field.octets]
            }
        }
    }

    private mutating func note(_ repair: Repair) {
        if !repairs.contains(repair) { repairs.append(repair) }
    }

    private mutating func add(_ repair: Repair, _ field: String) {
        note(repair)
        octets += "\(field)\r\n".utf8
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
