package import MailMessage
package import Spool

/// A message that was read from its first octet to its last: what goes out, and to whom.
///
/// A reference: it goes through many hands between the spool's threads and the sessions, and each copy of
/// the values would count every one of their references.
package final class PreparedMessage: Sendable {
    /// What is to be known of it.
    package let inspected: MessageSummary
    /// What goes out.
    package let outgoing: OutgoingMessage
    /// How the file's octets become the message's.
    package let form: SourceForm
    /// Octets of the content in wire form, without stuffed dots and final dot.
    package let contentOctets: Int
    /// The whole message as ``form`` decodes it, where its file is small: these octets were
    /// inspected and are what is sent.
    let small: [UInt8]?

    init(
        inspected: MessageSummary,
        outgoing: OutgoingMessage,
        form: SourceForm,
        contentOctets: Int,
        small: [UInt8]?
    ) {
        self.inspected = inspected
        self.outgoing = outgoing
        self.form = form
        self.contentOctets = contentOctets
        self.small = small
    }
}

/// Reads a file and finds out what goes out, to whom and with which changes; blocking.
package struct MessagePreparation: Sendable {
    private let rules: MessageRules

    /// Files up to this size are read once and sent from memory.
    package static let smallOctets = 64 * 1024

    /// Creates a preparation by a pickup's rules.
    package init(rules: MessageRules) {
        self.rules = rules
    }

    /// The start of a file as its form decodes it.
    private struct Head {
        let form: SourceForm
        let octets: [UInt8]
        /// What decoding found out; `nil` where there was nothing to decode.
        let decoder: SourceDecoder?
        /// Whether it is the whole file.
        let isWhole: Bool
        /// Whether the file is sent from these octets.
        let isSmall: Bool

        var small: [UInt8]? { isSmall ? octets : nil }
    }

    /// Reads a message to its end, or to the first thing that makes it unfit to be sent.
    package func prepare(
        _ file: MessageFile,
        identity: MessageIdentity
    ) throws(SpoolError) -> Result<PreparedMessage, MessageDefect> {
        let head = try head(of: file)
        let inspection = head.octets.withUnsafeBytes { octets in
            Result { () throws(MessageDefect) in
                try MessageInspector(rules: rules).inspect(
                    octets,
                    isWholeFile: head.isWhole,
                    identity: identity,
                    form: head.form
                )
            }
        }
        switch inspection {
        case .failure(let defect): return .failure(defect)
        case .success(let inspected): return try finish(file, inspected, head)
        }
    }

    private func head(of file: MessageFile) throws(SpoolError) -> Head {
        let isSmall = file.facts.size <= Int64(Self.smallOctets)
        let limit = isSmall ? Self.smallOctets : MessageInspector(rules: rules).headOctets
        var octets = try file.readHead(limit)
        let form = octets.withUnsafeBytes { SourceForm($0, rules: rules) }
        // UTF-16 takes two octets for one of the header.
        if !isSmall, form.encoding != .octets { octets = try file.readHead(2 * limit) }
        let isWhole = Int64(octets.count) >= file.facts.size
        let decoded = form.isPlain ? nil : octets.withUnsafeBytes { form.decode($0) }
        return Head(
            form: form,
            octets: decoded?.octets ?? octets,
            decoder: decoded?.decoder,
            isWhole: isWhole,
            isSmall: isSmall
        )
    }

    private func finish(
        _ file: MessageFile,
        _ inspected: InspectedMessage,
        _ head: Head
    ) throws(SpoolError) -> Result<PreparedMessage, MessageDefect> {
        let body = try survey(file, inspected, head)
        // A file that grew or shrank while it was read is looked at again from the start.
        try file.checkUnchanged()
        if let defect = body.survey.defect ?? (body.isWhole ? body.decoder?.defect : nil) {
            return .failure(defect)
        }
        // Nobody has to know how large it would have become.
        guard body.isWhole else { return .failure(tooLarge(Int(clamping: file.facts.size))) }
        let outgoing: OutgoingMessage
        do throws(MessageDefect) {
            outgoing = try inspected.outgoing(
                body.survey,
                removedDots: body.decoder?.removedDots ?? false
            )
        } catch {
            return .failure(error)
        }
        let octets =
            if let octets = outgoing.octets {
                octets
            } else {
                try measure(file, outgoing.segments, head)
            }
        guard octets <= rules.maximumOctets else { return .failure(tooLarge(octets)) }
        return .success(
            PreparedMessage(
                inspected: inspected.summary,
                outgoing: outgoing,
                form: head.form,
                contentOctets: octets,
                small: head.small
            )
        )
    }

    private func tooLarge(_ octets: Int) -> MessageDefect {
        .tooLarge(octets: octets, limit: rules.maximumOctets)
    }

    /// One pass over the body: what the transaction must announce before the content is sent, and
    /// whether it came to the end of the file.
    private func survey(
        _ file: MessageFile,
        _ inspected: InspectedMessage,
        _ head: Head
    ) throws(SpoolError) -> (survey: BodySurvey, decoder: SourceDecoder?, isWhole: Bool) {
        var survey = inspected.survey()
        if let small = head.small {
            small.withUnsafeBytes {
                survey.read(UnsafeRawBufferPointer(rebasing: $0[inspected.bodyOffset...]))
            }
            survey.finish()
            return (survey, head.decoder, true)
        }
        var feed = ContentFeed(.file(file), form: head.form)
        var offset = inspected.bodyOffset
        var isAtEnd = false
        // What can never be sent is not read to its end: a hole of a terabyte, say.
        while !isAtEnd, survey.defect == nil, survey.wireOctets <= 2 * rules.maximumOctets {
            try feed.read(.init(member: 0, range: offset..<Int.max)) { octets, isEnd in
                survey.read(octets)
                offset += octets.count
                isAtEnd = isEnd
            }
        }
        survey.finish()
        return (survey, feed.decoder, isAtEnd)
    }

    /// The octets of a content with parts encoded anew, which only encoding it can tell.
    private func measure(
        _ file: MessageFile,
        _ segments: [ContentSegment],
        _ head: Head
    ) throws(SpoolError) -> Int {
        var source = ContentSource(
            segments,
            files: .file(file),
            form: head.form,
            small: head.small
        )
        var total = 0
        var decoder = WireDecoder()
        var (wire, octets): ([UInt8], [UInt8]) = ([], [])
        repeat {
            wire.removeAll(keepingCapacity: true)
            octets.removeAll(keepingCapacity: true)
            try source.encodeNext(into: &wire)
            wire.withUnsafeBytes { decoder.decode($0, into: &octets) }
            total += octets.count
        } while !source.isFinished
        return total
    }
}
