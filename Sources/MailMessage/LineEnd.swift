import Glibc

/// Recognises line ends the same way for header, survey and wire form.
///
/// CRLF, a bare LF and a bare CR each end a line. CR CR LF ends one line, not two: it is what a
/// writer leaves that hands CRLF to a text-mode stream.
enum LineEnd {
    static let cr: UInt8 = 0x0D
    static let lf: UInt8 = 0x0A

    /// The octets of the line end at `index`, zero when none stands there, or `nil` when the buffer
    /// ends before that can be known.
    static func length(in octets: UnsafeRawBufferPointer, at index: Int) -> Int? {
        guard index < octets.count else { return nil }
        if octets[index] == lf { return 1 }
        guard octets[index] == cr else { return 0 }
        guard index + 1 < octets.count else { return nil }
        if octets[index + 1] == lf { return 2 }
        guard octets[index + 1] == cr else { return 1 }
        guard index + 2 < octets.count else { return nil }
        return octets[index + 2] == lf ? 3 : 1
    }
}

/// Finds the line ends of one buffer in order, each octet looked at once for either kind.
struct LineEndSearch {
    private let octets: UnsafeRawBufferPointer
    // The next of each kind stays known, so that a file with one kind only is not searched to its
    // end for the other kind once a line.
    private var lineFeed = -1
    private var carriageReturn = -1

    init(_ octets: UnsafeRawBufferPointer) {
        self.octets = octets
    }

    /// The index of the next CR or LF at or after `start`, or the buffer's end.
    ///
    /// - Precondition: `start` never goes back.
    mutating func next(from start: Int) -> Int {
        if lineFeed < start { lineFeed = octets.firstIndex(of: LineEnd.lf, from: start) }
        if carriageReturn < start {
            carriageReturn = octets.firstIndex(of: LineEnd.cr, from: start)
        }
        return min(lineFeed, carriageReturn)
    }
}

extension UnsafeRawBufferPointer {
    /// The first place of `octet` at or after `start`, or the end, by the C library's vector code.
    func firstIndex(of octet: UInt8, from start: Int) -> Int {
        guard let baseAddress, start < count,
            let found = memchr(baseAddress + start, Int32(octet), count - start)
        else { return count }
        return UnsafeRawPointer(found) - baseAddress
    }
}

extension UnsafeRawBufferPointer {
    /// The index after the last LF of a range, or `nil` without one.
    func endOfLastLine(in range: Range<Int>) -> Int? {
        guard let baseAddress else { return nil }
        let octets = baseAddress.assumingMemoryBound(to: UInt8.self)
        var end = range.upperBound
        while end > range.lowerBound, octets[end - 1] != LineEnd.lf { end -= 1 }
        return end > range.lowerBound ? end : nil
    }

    /// Whether whole lines end in CRLF, hold no other CR or LF, and none begins with `mark`.
    ///
    /// Most messages consist of such lines, which then need not be looked at one by one.
    func areLinesClean(in range: Range<Int>, without mark: UInt8) -> Bool {
        guard let baseAddress, !range.isEmpty else { return true }
        let octets = (baseAddress + range.lowerBound).assumingMemoryBound(to: UInt8.self)
        if octets[0] == LineEnd.lf || octets[0] == mark { return false }
        return faults(octets, range.count, mark) == 0
    }

    /// Whether an octet above 127 is among the octets.
    ///
    /// Looks at eight octets at a time, which the compiler turns into vector code.
    var hasEightBit: Bool {
        var seen: UInt64 = 0
        let whole = count & ~7
        for index in stride(from: 0, to: whole, by: 8) {
            seen |= loadUnaligned(fromByteOffset: index, as: UInt64.self)
        }
        for octet in self[whole...] { seen |= UInt64(octet) }
        return seen & 0x8080_8080_8080_8080 != 0
    }
}

// The compiler makes vector code of this as it is: a pointer and a count, no early exit, no arithmetic
// that can trap, and no caller to be inlined into.

/// Not zero when a CR or LF stands otherwise than in CRLF, or `mark` after a LF; the first octet
/// counts only for the second.
@inline(never)
private func faults(_ octets: UnsafePointer<UInt8>, _ count: Int, _ mark: UInt8) -> UInt8 {
    var faults: UInt8 = 0
    var index = 1
    while index < count {
        faults |= (octets[index] == 0x0A) != (octets[index &- 1] == 0x0D) ? 1 : 0
        index &+= 1
    }
    // In one loop with the other the compiler finds no good code for either.
    index = 1
    while index < count {
        faults |= (octets[index &- 1] ^ 0x0A) | (octets[index] ^ mark) == 0 ? 1 : 0
        index &+= 1
    }
    return faults
}

/// Carriage returns at the end of a chunk, whose meaning the next chunk tells.
struct PendingReturns {
    /// Never above two: three in a row settle the first.
    private(set) var count = 0

    /// What ``resolve(_:)`` found at the start of a chunk.
    struct Resolved {
        /// How many octets of the chunk it consumed.
        var consumed = 0
        /// How many lines ended.
        var lineEnds = 0
        /// Whether one of them was not CRLF.
        var isForeign = false
    }

    /// Keeps the carriage returns from `index` to the end of a chunk.
    ///
    /// - Precondition: ``LineEnd/length(in:at:)`` is `nil` at `index`, which is within the chunk.
    mutating func keep(_ octets: UnsafeRawBufferPointer, from index: Int) {
        count = octets.count - index
    }

    /// Reads the start of the next chunk until nothing is pending or the chunk is used up.
    mutating func resolve(_ octets: UnsafeRawBufferPointer) -> Resolved {
        var result = Resolved()
        while count > 0, result.consumed < octets.count {
            let next = octets[result.consumed]
            if next == LineEnd.cr, count == 1 {
                count = 2
                result.consumed += 1
                continue
            }
            result.lineEnds += 1
            if next == LineEnd.lf {
                result.isForeign = result.isForeign || count == 2
                result.consumed += 1
                count = 0
            } else {
                result.isForeign = true
                count -= 1
            }
        }
        return result
    }
}
