/// When the clocks of a time zone change, as the system's zone file says (TZif, RFC 8536).
package struct ZoneRules: Hashable, Sendable {
    private struct Transition: Hashable, Sendable {
        let at: Int64
        let offset: Int
    }

    /// In order of time.
    private let transitions: [Transition]
    private let firstOffset: Int
    /// What holds after the last of them.
    private let rule: ZoneRule?

    /// Coordinated Universal Time.
    package static let utc = ZoneRules(transitions: [], firstOffset: 0, rule: nil)

    /// More than any zone file has.
    private static let maximumTransitions = 20_000

    private init(transitions: [Transition], firstOffset: Int, rule: ZoneRule?) {
        self.transitions = transitions
        self.firstOffset = firstOffset
        self.rule = rule
    }

    /// Reads a zone file; `nil` for what is none.
    package init?(octets: [UInt8]) {
        guard let old = Header(octets, at: 0, timeOctets: 4) else { return nil }
        // Version 1 ends in 2038; what follows it repeats everything with more room.
        guard old.version >= UInt8(ascii: "2") else {
            guard let body = Body(octets, old) else { return nil }
            self.init(body, rule: nil)
            return
        }
        guard let header = Header(octets, at: old.end, timeOctets: 8),
            let body = Body(octets, header)
        else { return nil }
        let footer = octets[header.end...].dropFirst().prefix { $0 != UInt8(ascii: "\n") }
        self.init(body, rule: ZoneRule(String(decoding: footer, as: UTF8.self)))
    }

    private init(_ body: Body, rule: ZoneRule?) {
        self.init(
            transitions: zip(body.times, body.types).map {
                Transition(at: $0, offset: body.offsets[$1])
            },
            firstOffset: body.offsets[0],
            rule: rule
        )
    }

    /// How far the zone's clocks are ahead of UTC at a time in seconds since 1970, in seconds.
    package func offset(at time: Int64) -> Int {
        if let last = transitions.last, time >= last.at, let rule { return rule.offset(at: time) }
        if transitions.isEmpty, let rule { return rule.offset(at: time) }
        return transitions.last { $0.at <= time }?.offset ?? firstOffset
    }

    /// The header of one of the two blocks of a zone file.
    private struct Header {
        let version: UInt8
        let start: Int
        let timeOctets: Int
        let transitionCount: Int
        let typeCount: Int
        let end: Int

        init?(_ octets: [UInt8], at start: Int, timeOctets: Int) {
            guard octets.count >= start + 44, octets[start...].starts(with: "TZif".utf8) else {
                return nil
            }
            let counts = (0..<6).map { Int(octets.bigEndian(at: start + 20 + 4 * $0, octets: 4)) }
            guard counts.allSatisfy({ (0...ZoneRules.maximumTransitions).contains($0) }) else {
                return nil
            }
            version = octets[start + 4]
            (self.start, self.timeOctets) = (start + 44, timeOctets)
            (transitionCount, typeCount) = (counts[3], counts[4])
            end =
                start + 44 + transitionCount * (timeOctets + 1) + typeCount * 6 + counts[5]
                + counts[2] * (timeOctets + 4) + counts[1] + counts[0]
            guard end <= octets.count, typeCount > 0 else { return nil }
        }
    }

    private struct Body {
        let times: [Int64]
        let types: [Int]
        let offsets: [Int]

        init?(_ octets: [UInt8], _ header: Header) {
            let (start, count, width) = (header.start, header.transitionCount, header.timeOctets)
            times = (0..<count).map { octets.bigEndian(at: start + $0 * width, octets: width) }
            let typeStart = start + count * width
            types = (0..<count).map { Int(octets[typeStart + $0]) }
            let offsetStart = typeStart + count
            offsets = (0..<header.typeCount).map {
                Int(octets.bigEndian(at: offsetStart + $0 * 6, octets: 4))
            }
            guard types.allSatisfy({ $0 < header.typeCount }),
                offsets.allSatisfy({ abs($0) < 7 * 86_400 })
            else { return nil }
        }
    }
}

extension [UInt8] {
    /// A signed number of some octets.
    ///
    /// - Precondition: They are there.
    fileprivate func bigEndian(at offset: Int, octets: Int) -> Int64 {
        let bits = self[offset..<(offset + octets)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return octets == 4
            ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }
}
