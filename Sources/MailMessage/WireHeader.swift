import Submission

/// Builds the header that goes out: every kept field octet by octet, in its order, unless a repair
/// has to change it.
struct WireHeader {
    /// The fields with their CRLF, without the empty line.
    private(set) var octets: [UInt8] = []
    private(set) var repairs: [Repair] = []
    /// The Message-ID that goes out.
    private(set) var messageID = ""
    /// Where the Content-Transfer-Encoding field stands in ``octets``.
    private(set) var encodingField: Range<Int>?

    private let header: Header
    private let rules: MessageRules
    /// Fields that a signature covers, and must not be added or changed (RFC 6376 §3.5, `h=`).
    private let signed: Set<String>
    /// The pickup's sender, where it became the message's author.
    let author: MailAddress?
    private var hasMovedFrom = false
    /// Whether the header needs nothing but a look at its longer fields, as that of most messages.
    private let isPlain: Bool
    /// Whether the file's text was in another encoding than its labels say.
    private let isTranscoded: Bool

    /// Removes what must not go out and fills in what is missing.
    ///
    /// - Throws: ``MessageDefect/longHeaderLine(name:)`` for a line that no server has to take.
    init(
        _ header: Header,
        reader: EnvelopeReader,
        envelope: Envelope,
        identity: MessageIdentity,
        isTranscoded: Bool = false
    ) throws(MessageDefect) {
        self.header = header
        self.isTranscoded = isTranscoded
        rules = reader.rules
        signed = header.signedFields
        isPlain = !isTranscoded && header.octets.allSatisfy { $0 < 0x80 }
        author = reader.usedDefaultFrom ? reader.rules.envelope.defaultFrom : nil
        let missing = missingFields()
        octets.reserveCapacity(header.octets.count + 256)
        try copyFields(missing, bareNames: reader.bareNames)
        // At the end, so that trace fields and signatures on top stay there (RFC 5322 §3.6).
        if let author { add(.from, "From: \(author.text)") }
        if missing.contains(.date) { add(.date, "Date: \(identity.date)") }
        addMessageID(missing, envelope, identity)
        if missing.contains(.mimeVersion) { add(.mimeVersion, "MIME-Version: 1.0") }
        // RFC 822 §4.1 asked for a recipient field, and filters still take its absence for spam.
        if missing.contains(.undisclosed) { add(.undisclosed, "To: undisclosed-recipients:;") }
        if rules.envelope.redirectTo != nil {
            try addRealEnvelope(envelope.sender, reader.realRecipients)
        }
    }

    private func says(_ key: String) -> Bool { header.says(key) }

    /// The fields that have to be added, by the repair that adds them.
    private func missingFields() -> Set<Repair> {
        var missing: Set<Repair> = []
        func add(_ repair: Repair, _ key: String) {
            if !rules.withheld.contains(repair), !signed.contains(key) { missing.insert(repair) }
        }
        if !says("date") { add(.date, "date") }
        if !says("message-id") { add(.messageID, "message-id") }
        if !says("mime-version"), says("content-type") || says("content-transfer-encoding") {
            add(.mimeVersion, "mime-version")
        }
        if !says("to"), !says("cc") { missing.insert(.undisclosed) }
        return missing
    }

    private mutating func copyFields(
        _ missing: Set<Repair>,
        bareNames: [Int: [Int]]
    ) throws(MessageDefect) {
        let block = header.replayBlock
        for (index, field) in header.fields.enumerated() where !block.contains(index) {
            switch field.key {
            case "bcc", "resent-bcc", "x-receiver": continue
            // A blank field says nothing; the added one replaces it.
            case "date" where missing.contains(.date): continue
            case "message-id" where missing.contains(.messageID): continue
            case "to" where missing.contains(.undisclosed): continue
            // Whether one of these is added is known when the body was read.
            case "mime-version" where isIdle(field): continue
            case "content-type" where isIdle(field): continue
            case "content-transfer-encoding" where isIdle(field): continue
            case "from" where author != nil: try moveToReplyTo(field)
            case "sender" where author != nil && rules.envelope.from == .replace: continue
            case _ where Self.isExchangeOnly(field.key): note(.exchangeFields)
            default: try copy(field, bareNames[field.body.lowerBound] ?? [])
            }
        }
    }

    /// Whether nothing is lost without a field.
    private func isIdle(_ field: HeaderField) -> Bool {
        header.isBlank(field) && !signed.contains(field.key)
    }

    /// The old author gets the answers, unless the message names somebody else for them.
    private mutating func moveToReplyTo(_ field: HeaderField) throws(MessageDefect) {
        if says("reply-to") || hasMovedFrom || rules.envelope.from == .keep { return }
        hasMovedFrom = true
        let body = header.octets[field.body]
        try append("Reply-To:".utf8 + body, key: "reply-to")
    }

    private mutating func copy(
        _ field: HeaderField,
        _ bareNames: [Int]
    ) throws(MessageDefect) {
        let start = octets.count
        if signed.contains(field.key) {
            octets += header.octets[field.octets]
        } else if let domain = rules.envelope.defaultDomain, !bareNames.isEmpty {
            try append(completed(field, bareNames, domain), key: field.key)
            note(.domain)
        } else if isPlain, field.octets.count <= Self.plainOctets, field.isOneLine(in: header) {
            octets += header.octets[field.octets]
        } else {
            try append(header.octets[field.octets], key: field.key)
        }
        if field.key == "content-transfer-encoding", encodingField == nil {
            encodingField = start..<octets.count
        }
        if field.key == "message-id", messageID.isEmpty {
            messageID = DisplayText.decode(Self.value(of: octets[start...]))
        }
    }

    /// A line of which this is the most octets needs no fold.
    private static let plainOctets = BodySurvey.maximumLineOctets + 2

    private func completed(_ field: HeaderField, _ places: [Int], _ domain: String) -> [UInt8] {
        var result: [UInt8] = []
        var start = field.octets.lowerBound
        for place in places {
            result += header.octets[start..<place]
            result += "@\(domain)".utf8
            start = place
        }
        return result + header.octets[start..<field.octets.upperBound]
    }

    /// The field of a text that is UTF-8 now, whatever it was labelled as.
    private static func labelledUTF8(_ field: [UInt8]) -> [UInt8] {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return field }
        let parts = splitParameters(Array(field[(colon + 1)...].dropLast(2)))
        guard let type = parts.first, trimmed(type).starts(with: "text/".utf8) else { return field }
        let labelled = parts.map { part -> [UInt8] in
            let name = trimmed(part.prefix { $0 != UInt8(ascii: "=") }.drop { $0 < 0x20 })
            let isCharset = String(decoding: name, as: UTF8.self).lowercased() == "charset"
            return isCharset ? Array(" charset=utf-8".utf8) : Array(part)
        }
        let value = labelled.joined(separator: [UInt8(ascii: ";")])
        return Array(field[...colon]) + value + "\r\n".utf8
    }

    /// Appends a field, changed as far as servers demand it.
    private mutating func append(
        _ field: some Collection<UInt8>,
        key: String
    ) throws(MessageDefect) {
        var field = Array(field)
        if isTranscoded, key == "content-type" { field = Self.labelledUTF8(field) }
        if let unblanked = Self.withoutBlankLines(field) {
            note(.blankLine)
            field = unblanked
        }
        if field.contains(where: { $0 > 0x7F }), !rules.withheld.contains(.headerText),
            let encoded = encoded(field, key)
        {
            note(.headerText)
            field = encoded
        }
        if FieldFolder.isNeeded(field[...]), !rules.withheld.contains(.headerFold) {
            let isAddressList = Self.addressLists.contains(key)
            guard let folded = FieldFolder.folded(field[...], isAddressList: isAddressList) else {
                let name = String(decoding: fieldName(field), as: UTF8.self)
                throw .longHeaderLine(name: quotable(name))
            }
            note(.headerFold)
            field = folded
        }
        octets += field
    }

    private static let addressLists: Set = [
        "from", "sender", "reply-to", "to", "cc", "resent-to", "resent-cc", "resent-from",
    ]

    private func fieldName(_ field: [UInt8]) -> ArraySlice<UInt8> {
        field.prefix { $0 != UInt8(ascii: ":") && !isSpace($0) }
    }

    private func encoded(_ field: [UInt8], _ key: String) -> [UInt8]? {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let encoder = FieldEncoder(charset: rules.charset)
        let result = encoder.encoded(field[...colon], key: key, value: Self.value(of: field[...]))
        return result == field ? nil : result
    }

    /// What follows a field's colon.
    private static func value(of field: ArraySlice<UInt8>) -> [UInt8] {
        unfolded(field.drop { $0 != UInt8(ascii: ":") }.dropFirst())
    }

    /// The field without continuation lines that are nothing but white space, which some servers
    /// take for the end of the header; `nil` where it has none.
    private static func withoutBlankLines(_ field: [UInt8]) -> [UInt8]? {
        let lines = field.split(separator: LineEnd.lf)
        let kept = lines.enumerated().filter { index, line in
            index == 0 || !line.dropLast().allSatisfy(isSpace)
        }
        guard kept.count < lines.count else { return nil }
        return kept.flatMap { $0.element + [LineEnd.lf] }
    }

    private mutating func addMessageID(
        _ missing: Set<Repair>,
        _ envelope: Envelope,
        _ identity: MessageIdentity
    ) {
        guard missing.contains(.messageID) else { return }
        messageID = identity.messageID(domain: domain(envelope))
        add(.messageID, "Message-ID: \(messageID)")
    }

    /// Names those who would have got the message, for the person who rehearses.
    private mutating func addRealEnvelope(
        _ sender: MailAddress?,
        _ recipients: [EnvelopeRecipient]
    ) throws(MessageDefect) {
        let names = recipients.map { "<\($0.address.text)>" }.joined(separator: ", ")
        note(.redirect)
        let field = "X-Postchute-Envelope: from <\(sender?.text ?? "")> to \(names)\r\n"
        try append(Array(field.utf8), key: "x-postchute-envelope")
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
    private func domain(_ envelope: Envelope) -> String {
        if let sender = envelope.sender { return sender.domain }
        for field in header.all("from") {
            if let author = try? AddressParser.list(header.value(of: field)).addresses.first {
                return author.domain
            }
        }
        return "postchute.invalid"
    }
}

extension HeaderField {
    /// Whether the field has no folds.
    fileprivate func isOneLine(in header: Header) -> Bool {
        header.octets[octets].firstIndex(of: LineEnd.lf) == octets.upperBound - 1
    }
}

extension Header {
    /// The names that DKIM or ARC signatures cover, in lower case.
    fileprivate var signedFields: Set<String> {
        var names: Set<String> = []
        for field in fields
        where field.key == "dkim-signature" || field.key == "arc-message-signature" {
            names.insert(field.key)
            for tag in value(of: field).split(separator: UInt8(ascii: ";")) {
                let text = trimmed(tag)
                guard text.first == UInt8(ascii: "h"),
                    let equals = text.firstIndex(of: UInt8(ascii: "=")),
                    trimmed(text[..<equals]).count == 1
                else { continue }
                for name in text[(equals + 1)...].split(separator: UInt8(ascii: ":")) {
                    let octets = name.filter { !isSpace($0) }
                    names.insert(String(decoding: octets, as: UTF8.self).lowercased())
                }
            }
        }
        return names
    }

    /// Whether a signature over the whole body would break with it.
    var hasBodySignature: Bool {
        fields.contains { $0.key == "dkim-signature" || $0.key == "arc-message-signature" }
    }
}
