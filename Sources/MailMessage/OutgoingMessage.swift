/// The content of one message as it goes out.
package struct OutgoingMessage: Sendable {
    /// Header and body.
    package let segments: [ContentSegment]
    /// Octets in wire form without stuffed dots and final dot; `nil` where parts are encoded anew,
    /// so that only ``ContentWriter`` can tell.
    package let octets: Int?
    /// Whether an octet above 127 goes out (RFC 6152).
    package let has8Bit: Bool
    /// The same for a server without 8BITMIME; `nil` where ``segments`` will do or nothing can be
    /// done.
    package let sevenBit: SevenBitContent?
    /// Everything that was changed, in the order of ``Repair``.
    package let repairs: [Repair]
}

extension OutgoingMessage {
    /// Creates a content that was made, not read.
    package init(made segments: [ContentSegment], octets: Int, has8Bit: Bool, repairs: [Repair]) {
        self.init(
            segments: segments,
            octets: octets,
            has8Bit: has8Bit,
            sevenBit: nil,
            repairs: repairs
        )
    }
}

/// A content without octets above 127.
package struct SevenBitContent: Hashable, Sendable {
    package let segments: [ContentSegment]
    /// Its octets, by estimate, which RFC 1870 §6 allows.
    ///
    /// Only a text with more equals signs than texts have exceeds it.
    package let octets: Int
}

extension InspectedMessage {
    /// What goes out, by a survey of the whole body that was finished; `removedDots` says whether
    /// its decoder took dots away.
    ///
    /// - Throws: What makes the body unfit to be sent.
    package func outgoing(
        _ survey: BodySurvey,
        removedDots: Bool = false
    ) throws(MessageDefect) -> OutgoingMessage {
        if let defect = survey.defect { throw defect }
        let header = labelled(survey)
        let leaves = survey.walker.conspicuous
        let edits = leaves.filter(\.mustChange)
        try check(edits, survey)
        let left = leaves.filter { !$0.mustChange }
        let has8Bit = headerHas8Bit || !left.isEmpty || survey.walker.has8BitBetween
        let repairs =
            self.repairs + header.repairs + Self.repairs(of: edits)
            + (survey.hasForeignLineEnds ? [.lineEnds] : []) + (removedDots ? [.dotStuffing] : [])
        if rules.withheld.contains(.lineEnds), repairs.contains(.lineEnds) {
            throw .switchedOff(.lineEnds)
        }
        return OutgoingMessage(
            segments: segments(header.octets, edits),
            octets: edits.isEmpty ? header.octets.count + 2 + survey.wireOctets : nil,
            has8Bit: has8Bit,
            sevenBit: has8Bit ? sevenBit(header.octets, leaves, survey) : nil,
            repairs: Repair.allCases.filter(repairs.contains)
        )
    }

    private static func repairs(of edits: [LeafPart]) -> [Repair] {
        edits.map { $0.isTooLong ? .longLines : .binaryPart }
    }

    private func check(_ edits: [LeafPart], _ survey: BodySurvey) throws(MessageDefect) {
        if survey.walker.longestBetween > BodySurvey.maximumLineOctets {
            throw .longLines(.structure)
        }
        for leaf in edits {
            let repair: Repair = leaf.isTooLong ? .longLines : .binaryPart
            if rules.withheld.contains(repair) { throw .switchedOff(repair) }
            guard leaf.form == nil || hasBodySignature else { continue }
            let obstacle: PartObstacle =
                hasBodySignature || leaf.isProtected ? .protected : .encoding
            throw leaf.isTooLong ? .longLines(obstacle) : .binaryPart(obstacle)
        }
    }

    /// The header, with what a text outside ASCII needs to be read (RFC 2045 §5.2).
    private func labelled(_ survey: BodySurvey) -> (octets: [UInt8], repairs: [Repair]) {
        guard survey.has8Bit, !saysType, !hasBodySignature, !rules.withheld.contains(.contentType)
        else { return (wire.octets, []) }
        var octets = wire.octets
        if !saysMIMEVersion, !wire.repairs.contains(.mimeVersion) {
            octets += "MIME-Version: 1.0\r\n".utf8
        }
        let charset = survey.isUTF8 ? "utf-8" : rules.charset
        octets += "Content-Type: text/plain; charset=\(charset)\r\n".utf8
        if wire.encodingField == nil { octets += "Content-Transfer-Encoding: 8bit\r\n".utf8 }
        return (octets, [.contentType])
    }

    private func sevenBit(
        _ header: [UInt8],
        _ leaves: [LeafPart],
        _ survey: BodySurvey
    ) -> SevenBitContent? {
        guard !headerHas8Bit, !survey.walker.has8BitBetween, !hasBodySignature,
            !rules.withheld.contains(.eightBit), leaves.allSatisfy({ $0.form != nil })
        else { return nil }
        let growth = leaves.reduce(0) { $0 + $1.growth }
        return SevenBitContent(
            segments: segments(header, leaves),
            octets: header.count + survey.wireOctets + growth
        )
    }

    /// Header and body with some parts encoded anew.
    private func segments(_ header: [UInt8], _ edits: [LeafPart]) -> [ContentSegment] {
        var header = header
        var body: [ContentSegment] = []
        var position = bodyOffset
        for leaf in edits {
            guard let form = leaf.form else { continue }
            if let label = form.label {
                let field = Array("Content-Transfer-Encoding: \(label)\r\n".utf8)
                if leaf.isTop {
                    header = relabelled(header, field)
                } else {
                    body.append(.file(position..<leaf.header.encodingField.lowerBound, .lines))
                    body.append(.literal(field))
                    position = leaf.header.encodingField.upperBound
                }
            }
            body.append(.file(position..<leaf.content.lowerBound, .lines))
            body.append(.file(leaf.content, form))
            // Base64 ends its last line itself.
            position = form.endsLine ? leaf.next : leaf.content.upperBound
        }
        body.append(.file(position..<Int.max, .lines))
        return [.literal(header + "\r\n".utf8)] + body.filter { !$0.isEmpty }
    }

    /// The message's own header with another encoding.
    private func relabelled(_ header: [UInt8], _ field: [UInt8]) -> [UInt8] {
        if let range = wire.encodingField {
            return header[..<range.lowerBound] + field + header[range.upperBound...]
        }
        var lines = header.split(separator: LineEnd.lf, omittingEmptySubsequences: true)
            .map { Array($0) + [LineEnd.lf] }
        lines.removeAll { $0.elementsEqual("Content-Transfer-Encoding: 8bit\r\n".utf8) }
        let hasVersion = saysMIMEVersion || lines.contains { $0.starts(with: "MIME-Version:".utf8) }
        return lines.flatMap(\.self) + (hasVersion ? "" : "MIME-Version: 1.0\r\n").utf8 + field
    }
}

extension ContentSegment {
    fileprivate var isEmpty: Bool {
        switch self {
        case .literal(let octets): octets.isEmpty
        case .file(let range, _, _): range.isEmpty
        }
    }
}

extension ContentForm {
    /// The encoding to declare, where the part is not labelled with it already.
    fileprivate var label: String? {
        switch self {
        case .lines, .base64Again, .quotedPrintableAgain: nil
        case .base64: "base64"
        case .quotedPrintable: "quoted-printable"
        }
    }

    fileprivate var endsLine: Bool { self == .base64 || self == .base64Again }
}

extension LeafPart {
    /// Whether lines are the reason that the part must change.
    fileprivate var isTooLong: Bool { lines.longest > BodySurvey.maximumLineOctets }

    /// About how much larger the part becomes: soft line breaks, escapes and a label.
    fileprivate var growth: Int {
        let octets = content.count
        return switch form {
        case .base64: Base64Lines.encodedOctets(octets) - octets + 64
        case .quotedPrintable, .quotedPrintableAgain:
            // An octet above 127 and a white space before a line end become three; of other text
            // a twentieth is taken to be equals signs.
            2 * lines.eightBitOctets + octets / 10 + (octets + 2 * lines.eightBitOctets) / 24 + 64
        default: octets / 30 + 64
        }
    }
}
