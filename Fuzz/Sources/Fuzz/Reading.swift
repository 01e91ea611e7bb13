internal import MailMessage

/// A message on its way through everything that reads it, in the order delivery calls it.
struct Reading {
    /// The message's octets.
    let octets: [UInt8]
    let inspected: InspectedMessage
    let outgoing: OutgoingMessage

    /// The claim all inputs are inspected for.
    static let claim = MessageIdentity(
        id: "20261123T101530123456-7h3k9q2mzx4wp",
        claimedAt: 1_795_428_930
    )

    /// Reads a file at once, or in small pieces; `nil` where it is refused.
    init?(_ file: UnsafeRawBufferPointer, rules: MessageRules = MessageRules(), cut: Bool = false) {
        do throws(MessageDefect) {
            self = try Self.read(file, rules, cut)
        } catch {
            demand(!error.sentence.isEmpty && !error.advice.isEmpty, "a refusal has its sentences")
            demand(error.sentence.utf8.count <= 2000, "a sentence is short")
            return nil
        }
    }

    /// Reads a file at once.
    init?(_ file: [UInt8], rules: MessageRules = MessageRules()) {
        guard let reading = file.withUnsafeBytes({ Reading($0, rules: rules) }) else { return nil }
        self = reading
    }

    private init(
        octets: [UInt8],
        inspected: InspectedMessage,
        outgoing: OutgoingMessage
    ) {
        (self.octets, self.inspected, self.outgoing) = (octets, inspected, outgoing)
    }

    private static func read(
        _ file: UnsafeRawBufferPointer,
        _ rules: MessageRules,
        _ cut: Bool
    ) throws(MessageDefect) -> Reading {
        let form = SourceForm(file, rules: rules)
        var decoder = SourceDecoder(form)
        var octets: [UInt8] = []
        for chunk in cut ? pieces(file) : [file] { decoder.decode(chunk, into: &octets) }
        decoder.finish(into: &octets)
        let inspected = try inspect(octets, rules, form)
        demand(inspected.bodyOffset <= octets.count, "the body begins within the file")
        var survey = inspected.survey()
        octets.withUnsafeBytes { all in
            let body = UnsafeRawBufferPointer(rebasing: all[inspected.bodyOffset...])
            for chunk in cut ? pieces(body) : [body] { survey.read(chunk) }
        }
        survey.finish()
        if let defect = decoder.defect { throw defect }
        let outgoing = try inspected.outgoing(survey, removedDots: decoder.removedDots)
        return Reading(octets: octets, inspected: inspected, outgoing: outgoing)
    }

    private static func inspect(
        _ octets: [UInt8],
        _ rules: MessageRules,
        _ form: SourceForm
    ) throws(MessageDefect) -> InspectedMessage {
        let result = octets.withUnsafeBytes { head in
            Result { () throws(MessageDefect) in
                try MessageInspector(rules: rules).inspect(
                    head,
                    isWholeFile: true,
                    identity: claim,
                    form: form
                )
            }
        }
        return try result.get()
    }

    /// What goes over the wire.
    func wire(_ segments: [ContentSegment], cut: Bool = false) -> [UInt8] {
        var writer = ContentWriter(segments)
        var output: [UInt8] = []
        octets.withUnsafeBytes { octets in
            while let need = writer.advance(into: &output) {
                demand(need.member == 0 && !need.range.isEmpty, "a writer needs what there is")
                let start = min(need.range.lowerBound, octets.count)
                let length = cut && start < octets.count ? 1 + Int(octets[start] % 7) : .max
                let rest = min(need.range.upperBound, octets.count) - start
                let end = start + min(length, rest)
                writer.write(
                    UnsafeRawBufferPointer(rebasing: octets[start..<end]),
                    isEnd: end == octets.count,
                    into: &output
                )
            }
        }
        return output
    }
}

/// Pieces whose lengths the octets themselves decide, so that a finding can be had again.
func pieces(_ octets: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    var pieces: [UnsafeRawBufferPointer] = []
    var start = 0
    while start < octets.count {
        let length = Int(octets[start] % 7)
        // An empty piece, and then everything goes on.
        if length == 0 { pieces.append(UnsafeRawBufferPointer(rebasing: octets[start..<start])) }
        let end = min(octets.count, start + max(length, 1))
        pieces.append(UnsafeRawBufferPointer(rebasing: octets[start..<end]))
        start = end
    }
    return pieces
}
