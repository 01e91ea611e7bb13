/// Turns the segments of a content into wire form, asking for the files' octets as it goes.
///
/// Order of calls: ``advance(into:)`` until it returns a range; ``write(_:isEnd:into:)`` with octets
/// from the start of that range, as many as are at hand; ``advance(into:)`` again. `nil` is the end.
package struct ContentWriter: Sendable {
    /// Octets of a file that are needed next.
    package struct Need: Hashable, Sendable {
        package var member: Int
        /// Never empty; the upper bound may lie beyond the end of the file.
        package var range: Range<Int>

        /// Creates a need.
        package init(member: Int, range: Range<Int>) {
            (self.member, self.range) = (member, range)
        }
    }

    private let segments: [ContentSegment]
    private var index = 0
    /// Where the segment at `index` goes on, for one of a file.
    private var position: Int?
    private var form = FormEncoder.lines
    private var encoder = WireEncoder()
    private var encoded: [UInt8] = []
    private var isFinished = false

    /// Creates a writer at the start of a content.
    package init(_ segments: [ContentSegment]) {
        self.segments = segments
    }

    /// Appends what needs no file, and returns what is needed next; `nil` after the final dot.
    package mutating func advance(into output: inout [UInt8]) -> Need? {
        while index < segments.count {
            switch segments[index] {
            case .literal(let octets):
                octets.withUnsafeBytes { encoder.encode($0, into: &output) }
                index += 1
            case .file(let range, let form, let member):
                if position == nil {
                    position = range.lowerBound
                    self.form = FormEncoder(form)
                }
                let start = position ?? range.lowerBound
                if start < range.upperBound {
                    return Need(member: member, range: start..<range.upperBound)
                }
                endSegment(into: &output)
            }
        }
        if !isFinished { encoder.finish(into: &output) }
        isFinished = true
        return nil
    }

    /// Appends the wire form of octets from the start of the range asked for, with which the file
    /// may end.
    package mutating func write(
        _ octets: UnsafeRawBufferPointer,
        isEnd: Bool,
        into output: inout [UInt8]
    ) {
        guard let start = position else { return }
        position = start + octets.count
        encode(octets, into: &output)
        if isEnd { endSegment(into: &output) }
    }

    private mutating func encode(_ octets: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard form.changesOctets else { return encoder.encode(octets, into: &output) }
        encoded.removeAll(keepingCapacity: true)
        form.encode(octets, into: &encoded)
        encoded.withUnsafeBytes { encoder.encode($0, into: &output) }
    }

    private mutating func endSegment(into output: inout [UInt8]) {
        encoded.removeAll(keepingCapacity: true)
        form.finish(into: &encoded)
        encoded.withUnsafeBytes { encoder.encode($0, into: &output) }
        position = nil
        index += 1
    }
}

/// The encoder of one ``ContentForm`` with its state.
private enum FormEncoder {
    case lines
    case base64(Base64Lines)
    case rewrap(Base64Rewrap)
    case quotedPrintable(QuotedPrintable)

    init(_ form: ContentForm) {
        self =
            switch form {
            case .lines: .lines
            case .base64: .base64(Base64Lines())
            case .base64Again: .rewrap(Base64Rewrap())
            case .quotedPrintable: .quotedPrintable(QuotedPrintable(.plain))
            case .quotedPrintableAgain: .quotedPrintable(QuotedPrintable(.encoded))
            }
    }

    var changesOctets: Bool { if case .lines = self { false } else { true } }

    mutating func encode(_ octets: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        switch self {
        case .lines: break
        case .base64(var lines):
            self = .lines
            lines.encode(octets, into: &output)
            self = .base64(lines)
        case .rewrap(var lines):
            lines.encode(octets, into: &output)
            self = .rewrap(lines)
        case .quotedPrintable(var lines):
            lines.encode(octets, into: &output)
            self = .quotedPrintable(lines)
        }
    }

    mutating func finish(into output: inout [UInt8]) {
        switch self {
        case .lines: break
        case .base64(var lines): lines.finish(into: &output)
        case .rewrap(var lines): lines.finish(into: &output)
        case .quotedPrintable(var lines): lines.finish(into: &output)
        }
    }
}
