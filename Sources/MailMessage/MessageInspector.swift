/// Reads the header of one message: who gets it, what goes out, what is wrong with it.
package struct MessageInspector: Sendable {
    private let rules: MessageRules

    /// Creates an inspector.
    package init(rules: MessageRules = MessageRules()) {
        self.rules = rules
    }

    /// How much of a file ``inspect(_:isWholeFile:identity:)`` needs to see.
    package var headOctets: Int { rules.maximumHeaderOctets + 4 }

    /// Inspects a message by the start of its file.
    ///
    /// - Parameters:
    ///   - head: The whole file, or at least its first ``headOctets``.
    ///   - isWholeFile: Whether `head` is the whole file.
    ///   - identity: Where missing fields come from.
    /// - Returns: What to send, to whom, and what was changed.
    /// - Throws: The first thing that makes the message unfit to be sent.
    package func inspect(
        _ head: UnsafeRawBufferPointer,
        isWholeFile: Bool,
        identity: MessageIdentity
    ) throws(MessageDefect) -> InspectedMessage {
        try refuseForeignStart(head)
        let text = try headerText(head, isWholeFile)
        let header = try Header(text, rules: rules)
        let envelope = try EnvelopeReader(header: header, rules: rules).envelope()
        let wire = WireHeader(header, envelope: envelope, identity: identity)
        var repairs = wire.repairs
        if !text.endsWithEmptyLine { repairs.insert(.emptyLine, at: 0) }
        if text.hasForeignLineEnds { repairs.insert(.lineEnds, at: 0) }
        return InspectedMessage(
            envelope: envelope,
            wireHeader: wire.octets,
            bodyOffset: text.bodyOffset,
            subject: header.all("subject").first.map { DisplayText.decode(header.value(of: $0)) },
            messageID: wire.messageID,
            from: header.all("from").first.map { DisplayText.decode(header.value(of: $0)) } ?? "",
            repairs: repairs,
            headerHas8Bit: wire.octets.contains { $0 > 0x7F }
        )
    }

    /// Names what a file begins with that is no header, before it is taken for a broken one.
    private func refuseForeignStart(_ head: UnsafeRawBufferPointer) throws(MessageDefect) {
        guard let first = head.first else { throw .empty }
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { throw .utf16 }
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { throw .byteOrderMark }
        if first == LineEnd.cr || first == LineEnd.lf { throw .noHeader }
    }

    private func headerText(
        _ head: UnsafeRawBufferPointer,
        _ isWholeFile: Bool
    ) throws(MessageDefect) -> HeaderText {
        let text = HeaderText(UnsafeRawBufferPointer(rebasing: head.prefix(headOctets)))
        guard text.bodyOffset <= rules.maximumHeaderOctets,
            text.endsWithEmptyLine || isWholeFile
        else { throw .headerTooLarge(limit: rules.maximumHeaderOctets) }
        if let nul = text.octets.firstIndex(of: 0) {
            let line = text.octets[..<nul].reduce(1) { $0 + ($1 == LineEnd.lf ? 1 : 0) }
            throw .nulInHeader(line: line)
        }
        return text
    }
}
