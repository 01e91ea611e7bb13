package import MailMessage
package import Spool

/// A message that was read from its first octet to its last: what goes out, and to whom.
package struct PreparedMessage: Sendable {
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

    /// Reads a message to its end, or to the first thing that makes it unfit to be sent.
    package func prepare(
        _ file: MessageFile,
        identity: MessageIdentity
    ) throws(SpoolError) -> Result<PreparedMessage, MessageDefect> {
        let size = file.facts.size
        let isSmall = size <= Int64(Self.smallOctets)
        let inspector = MessageInspector(rules: rules)
        let limit = isSmall ? Self.smallOctets : inspector.headOctets
        var raw = try file.readHead(limit)
        let form = raw.withUnsafeBytes { SourceForm($0, rules: rules) }
        // UTF-16 takes two octets for one of the header.
        if !isSmall, form.encoding != .octets { raw = try file.readHead(2 * limit) }
        let isWhole = Int64(raw.count) >= size
        let head = form.isPlain ? raw : raw.withUnsafeBytes { form.decode($0) }
        let inspection = head.withUnsafeBytes { octets in
            Result { () throws(MessageDefect) in
                try inspector.inspect(
                    octets,
                    isWholeFile: isWhole,
                    identity: identity,
                    form: form
                )
            }
        }
        switch inspection {
        case .failure(let defect): return .failure(defect)
        case .success(let inspected):
            let small = isSmall ? head : nil
            return try finish(file, inspected, form, small: small, whole: isSmall ? raw : nil)
        }
    }

    private func finish(
        _ file: MessageFile,
        _ inspected: InspectedMessage,
        _ form: SourceForm,
        small: [UInt8]?,
        whole: [UInt8]?
    ) throws(SpoolError) -> Result<PreparedMessage, MessageDefect> {
        let (survey, decoder) = try survey(file, inspected, form, small: small, whole: whole)
        // A file that grew or shrank while it was read is looked at again from the start.
        try file.checkUnchanged()
        if let defect = decoder?.defect { return .failure(defect) }
        let outgoing: OutgoingMessage
        do throws(MessageDefect) {
            outgoing = try inspected.outgoing(survey, removedDots: decoder?.removedDots ?? false)
        } catch {
            return .failure(error)
        }
        let octets =
            if let octets = outgoing.octets {
                octets
            } else {
                try measure(file, outgoing.segments, form, small: small)
            }
        guard octets <= rules.maximumOctets else {
            return .failure(.tooLarge(octets: octets, limit: rules.maximumOctets))
        }
        return .success(
            PreparedMessage(
                inspected: inspected.summary,
                outgoing: outgoing,
                form: form,
                contentOctets: octets,
                small: small
            )
        )
    }

    /// One pass over the body: what the transaction must announce before the content is sent.
    private func survey(
        _ file: MessageFile,
        _ inspected: InspectedMessage,
        _ form: SourceForm,
        small: [UInt8]?,
        whole: [UInt8]?
    ) throws(SpoolError) -> (BodySurvey, SourceDecoder?) {
        var survey = inspected.survey()
        if let small, let whole {
            small.withUnsafeBytes {
                survey.read(UnsafeRawBufferPointer(rebasing: $0[inspected.bodyOffset...]))
            }
            survey.finish()
            return (survey, form.isPlain ? nil : Self.decoder(of: whole, form))
        }
        var feed = ContentFeed(.file(file), form: form)
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
        return (survey, feed.decoder)
    }

    private static func decoder(of file: [UInt8], _ form: SourceForm) -> SourceDecoder {
        var decoder = SourceDecoder(form)
        var octets: [UInt8] = []
        file.withUnsafeBytes { decoder.decode($0, into: &octets) }
        decoder.finish(into: &octets)
        return decoder
    }

    /// The octets of a content with parts encoded anew, which only encoding it can tell.
    private func measure(
        _ file: MessageFile,
        _ segments: [ContentSegment],
        _ form: SourceForm,
        small: [UInt8]?
    ) throws(SpoolError) -> Int {
        var source = ContentSource(segments, files: .file(file), form: form, small: small)
        var total = 0
        var octets: [UInt8] = []
        repeat {
            octets.removeAll(keepingCapacity: true)
            try source.encodeNext(into: &octets)
            total += octets.count
        } while !source.isFinished
        return total
    }
}
