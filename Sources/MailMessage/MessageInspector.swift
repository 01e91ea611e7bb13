/// Reads the header of one message: who gets it, what goes out, what is wrong with it.
///
/// Order of calls: ``SourceForm/init(_:rules:)`` with the start of the file;
/// ``inspect(_:isWholeFile:identity:form:)``; ``InspectedMessage/survey()`` over the body;
/// ``InspectedMessage/outgoing(_:)``.
package struct MessageInspector: Sendable {
    private let rules: MessageRules

    /// Creates an inspector.
    package init(rules: MessageRules = MessageRules()) {
        self.rules = rules
    }

    /// How much of a message ``inspect(_:isWholeFile:identity:form:)`` needs to see.
    ///
    /// A mailbox's line and a byte order mark may stand before the header.
    package var headOctets: Int { rules.maximumHeaderOctets + 4 }

    /// Inspects a message by the start of its file.
    ///
    /// - Parameters:
    ///   - head: The whole message, or at least its first ``headOctets``, as `form` decodes them.
    ///   - isWholeFile: Whether `head` is the whole message.
    ///   - identity: Where missing fields come from.
    ///   - form: How the file's octets became the message's.
    /// - Returns: What to send, to whom, and what was changed.
    /// - Throws: The first thing that makes the message unfit to be sent.
    package func inspect(
        _ head: UnsafeRawBufferPointer,
        isWholeFile: Bool,
        identity: MessageIdentity,
        form: SourceForm = SourceForm()
    ) throws(MessageDefect) -> InspectedMessage {
        guard let first = head.first else { throw .empty }
        if first == LineEnd.cr || first == LineEnd.lf { throw .noHeader }
        let text = try headerText(head, isWholeFile)
        let header = try Header(text, rules: rules)
        var reader = EnvelopeReader(header: header, rules: rules)
        let envelope = try reader.envelope()
        let wire = try WireHeader(
            header,
            reader: reader,
            envelope: envelope,
            identity: identity,
            isTranscoded: form.encoding != .octets
        )
        let repairs = textRepairs(text, form) + wire.repairs
        for repair in repairs
        where repair.offMeaning == .refused && rules.withheld.contains(repair) {
            throw .switchedOff(repair)
        }
        return InspectedMessage(
            header: header,
            wire: wire,
            envelope: envelope,
            author: reader.author(envelope),
            bodyOffset: text.bodyOffset,
            isMailbox: text.isMailbox,
            repairs: repairs,
            rules: rules
        )
    }

    private func headerText(
        _ head: UnsafeRawBufferPointer,
        _ isWholeFile: Bool
    ) throws(MessageDefect) -> HeaderText {
        let text = HeaderText(UnsafeRawBufferPointer(rebasing: head.prefix(headOctets)))
        guard text.bodyOffset <= rules.maximumHeaderOctets,
            text.endsWithEmptyLine || isWholeFile
        else { throw .headerTooLarge(limit: rules.maximumHeaderOctets) }
        if text.octets.isEmpty { throw .noHeader }
        if let nul = text.octets.firstIndex(of: 0) {
            let line = text.octets[..<nul].reduce(1) { $0 + ($1 == LineEnd.lf ? 1 : 0) }
            throw .nulInHeader(line: line + text.skippedLines)
        }
        return text
    }

    private func textRepairs(_ text: HeaderText, _ form: SourceForm) -> [Repair] {
        var repairs: [Repair] = []
        if form.encoding != .octets { repairs.append(.utf16) }
        if text.hasByteOrderMark { repairs.append(.byteOrderMark) }
        if text.isMailbox { repairs.append(.mailboxLine) }
        if text.hasForeignLineEnds { repairs.append(.lineEnds) }
        if text.hasBlankSeparator { repairs.append(.blankLine) }
        if !text.endsWithEmptyLine { repairs.append(.emptyLine) }
        return repairs
    }
}
