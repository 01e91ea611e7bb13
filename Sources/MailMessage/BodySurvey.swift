/// What must be known of a body before it is sent, found out chunk by chunk in one pass.
package struct BodySurvey: Sendable {
    /// Whether an octet above 127 was seen (RFC 6152).
    package private(set) var has8Bit = false
    /// Whether a NUL was seen.
    package private(set) var hasNUL = false

    private var longestFinished = 0
    private var finishedOctets = 0
    private var openLine = 0
    private var pending = PendingReturns()
    private var sawForeignLineEnd = false

    /// Creates a survey of nothing.
    package init() {}

    /// The longest line in octets without its line end.
    package var longestLine: Int { max(longestFinished, openLine) }

    /// Whether a line ended with a bare LF or CR; ``Repair/lineEnds`` is what becomes of it.
    package var hasForeignLineEnds: Bool { sawForeignLineEnd || pending.count > 0 }

    /// Octets in wire form, without stuffed dots and without the final dot; a missing last line end
    /// is counted.
    package var wireOctets: Int {
        let missing = openLine > 0 && pending.count == 0 ? 2 : 0
        return finishedOctets + openLine + 2 * pending.count + missing
    }

    /// Reads the next chunk of the body.
    package mutating func read(_ octets: UnsafeRawBufferPointer) {
        if !has8Bit { has8Bit = contains8Bit(octets) }
        if !hasNUL { hasNUL = octets.firstIndex(of: 0, from: 0) < octets.count }
        var position = readPending(octets)
        var search = LineEndSearch(octets)
        while position < octets.count {
            let end = search.next(from: position)
            openLine += end - position
            guard end < octets.count else { return }
            guard let length = LineEnd.length(in: octets, at: end) else {
                return pending.keep(octets, from: end)
            }
            if length != 2 { sawForeignLineEnd = true }
            endLine()
            position = end + length
        }
    }

    private mutating func readPending(_ octets: UnsafeRawBufferPointer) -> Int {
        let resolved = pending.resolve(octets)
        for _ in 0..<resolved.lineEnds { endLine() }
        if resolved.isForeign { sawForeignLineEnd = true }
        return resolved.consumed
    }

    private mutating func endLine() {
        longestFinished = max(longestFinished, openLine)
        finishedOctets += openLine + 2
        openLine = 0
    }
}

/// Looks at eight octets at a time, which the compiler turns into vector code.
private func contains8Bit(_ octets: UnsafeRawBufferPointer) -> Bool {
    var seen: UInt64 = 0
    let whole = octets.count & ~7
    for index in stride(from: 0, to: whole, by: 8) {
        seen |= octets.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    }
    for octet in octets[whole...] { seen |= UInt64(octet) }
    return seen & 0x8080_8080_8080_8080 != 0
}
