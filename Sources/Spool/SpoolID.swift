/// The name of one message from claim to end: microseconds of its claim and 64 random bits.
///
/// Ids sort by claim, as values and as text: `20261123T101530123456-7h3k9q2mzx4wp`.
package struct SpoolID: Hashable, Sendable, Comparable {
    /// When the message was claimed, in microseconds since 1970, UTC.
    package let microseconds: Int64
    /// What keeps two messages of one microsecond apart, and what makes ids hard to forge.
    package let random: UInt64

    /// The length of the text of every id.
    package static let octetCount = 35

    private static let timeOctetCount = 21
    /// The last microsecond of the year 9999: the text has four digits for the year.
    static let maximumMicroseconds: Int64 = 253_402_300_799_999_999
    // Crockford's base 32: digits before letters, so that text sorts as the number does, and no
    // letters that people confuse.
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Creates an id; a time outside 1970–9999 is clamped.
    package init(microseconds: Int64, random: UInt64) {
        self.microseconds = min(max(microseconds, 0), Self.maximumMicroseconds)
        self.random = random
    }

    /// Reads the text of an id, or returns `nil` for anything else, including impossible dates.
    package init?(octets: some Collection<UInt8>) {
        guard octets.count == Self.octetCount,
            let time = CivilTime(octets: octets.prefix(Self.timeOctetCount))
        else { return nil }
        var rest = octets.dropFirst(Self.timeOctetCount)
        guard rest.popFirst() == UInt8(ascii: "-") else { return nil }
        var random: UInt64 = 0
        for octet in rest {
            guard let digit = Self.digits.firstIndex(of: octet), random >> 59 == 0 else {
                return nil
            }
            random = random << 5 | UInt64(digit)
        }
        self.init(microseconds: time.microseconds, random: random)
    }

    /// The id as 35 ASCII octets.
    package var octets: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Self.octetCount)
        append(to: &result)
        return result
    }

    /// Appends the id as 35 ASCII octets.
    func append(to octets: inout [UInt8]) {
        CivilTime(microseconds: microseconds).append(to: &octets)
        octets.append(UInt8(ascii: "-"))
        for shift in stride(from: 60, through: 0, by: -5) {
            octets.append(Self.digits[Int(truncatingIfNeeded: random >> UInt64(shift)) & 31])
        }
    }

    /// The id as text.
    package var text: String { String(decoding: octets, as: UTF8.self) }

    /// Orders by claim.
    package static func < (left: Self, right: Self) -> Bool {
        (left.microseconds, left.random) < (right.microseconds, right.random)
    }
}

extension SpoolID: CustomStringConvertible {
    /// The id as text.
    package var description: String { text }
}

/// Makes ids that rise within one process even where the clock stands still or steps back.
struct IDSource {
    private var last: Int64 = 0

    /// A clock that was set back further than this is believed: ids from a wrong future would
    /// otherwise date every message wrongly until that future has come.
    private static let believedStep: Int64 = 1_000_000

    /// The next id at a clock reading in microseconds since 1970.
    mutating func next(at now: Int64) -> SpoolID {
        let isAhead = last >= now && last - max(now, 0) < Self.believedStep
        last = isAhead ? last + 1 : max(now, 0)
        return SpoolID(microseconds: last, random: .random(in: .min ... .max))
    }
}
