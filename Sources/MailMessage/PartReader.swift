/// Reads the parts of a message and decodes them (RFC 2045 §6, RFC 2046 §5.1), for whoever has to
/// say in other words what the message says.
///
/// Takes the content with CRLF line ends in chunks of any size; memory holds a line and what was
/// decoded of the chunk. A message inside the message is one part: it is not looked into.
package struct PartReader: Sendable {
    /// What was read.
    package enum Event: Hashable, Sendable {
        /// The message's own header, once and first.
        case header([MessageField])
        /// A part without parts of its own.
        case begin(MessagePart)
        /// The next octets of that part, decoded.
        case octets([UInt8])
        /// The end of that part.
        case end
    }

    /// Why a message cannot be read on; nothing more comes of it then.
    package enum Obstacle: Hashable, Sendable {
        case headerTooLarge, tooManyParts, tooDeep
        /// A part's transfer encoding is not known.
        case unknownEncoding
    }

    private struct Container {
        let delimiter: [UInt8]
        /// Its own number where it is a multipart/alternative, else that around it.
        let alternative: Int?
        let isProtected: Bool
    }

    private enum Place {
        case header
        /// Before the first part or after the last one.
        case between
        case leaf
    }

    /// What made the message unreadable.
    package private(set) var obstacle: Obstacle?
    /// Whether a part's text is signed or encrypted within (RFC 4880 §6.2).
    package private(set) var hasArmour = false

    private var events: [Event] = []
    private var line: [UInt8] = []
    /// Whether the line began earlier than what is kept of it.
    private var isContinued = false
    private var place = Place.header
    private var isMessageHeader = true
    private var headerLines: [[UInt8]] = []
    private var headerOctets = 0
    private var containers: [Container] = []
    private var decoder = PartDecoder(.identity)
    private var decoded: [UInt8] = []
    private var parts = 0
    private let rules = MessageRules()

    /// The most that is kept of a line: none that goes out is longer.
    private static let maximumLineOctets = 16_384

    /// Creates a reader at the start of a message.
    package init() {}

    /// Reads the next chunk.
    package mutating func read(_ chunk: UnsafeRawBufferPointer) -> [Event] {
        var start = 0
        while start < chunk.count, obstacle == nil {
            let end = chunk.firstIndex(of: LineEnd.lf, from: start)
            line.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[start..<end]))
            if end < chunk.count {
                endLine()
            } else if line.count > Self.maximumLineOctets {
                cutLine()
            }
            start = end + 1
        }
        return takeEvents()
    }

    /// Ends the message.
    package mutating func finish() -> [Event] {
        if !line.isEmpty { endLine() }
        if case .header = place, obstacle == nil { endHeader() }
        endLeaf(keepingLineEnd: true)
        return takeEvents()
    }

    private mutating func takeEvents() -> [Event] {
        flush()
        defer { events = [] }
        return events
    }

    private mutating func flush() {
        if !decoded.isEmpty { events.append(.octets(decoded)) }
        decoded = []
    }

    private mutating func endLine() {
        if line.last == LineEnd.cr { line.removeLast() }
        defer {
            line.removeAll(keepingCapacity: true)
            isContinued = false
        }
        switch place {
        case .header:
            if line.isEmpty { return endHeader() }
            if !isMessageHeader, beginsPart() { return }
            headerOctets += line.count
            headerLines.append(line)
            if headerOctets > rules.maximumHeaderOctets { obstacle = .headerTooLarge }
        case .between:
            _ = beginsPart()
        case .leaf:
            if !isContinued, beginsPart() { return }
            if line.starts(with: "-----BEGIN PGP ".utf8) { hasArmour = true }
            decoder.read(line, isWhole: true, into: &decoded)
        }
    }

    /// Takes a piece of a line that is too long to be a delimiter or a field.
    private mutating func cutLine() {
        switch place {
        case .header: obstacle = .headerTooLarge
        case .between: break
        case .leaf: decoder.read(line, isWhole: false, into: &decoded)
        }
        line.removeAll(keepingCapacity: true)
        isContinued = true
    }

    /// Whether the line is a delimiter, which ends whatever is open inside its container.
    private mutating func beginsPart() -> Bool {
        guard line.starts(with: "--".utf8), let (index, isLast) = match() else { return false }
        endLeaf(keepingLineEnd: false)
        containers.removeSubrange((isLast ? index : index + 1)...)
        place = isLast ? .between : .header
        isMessageHeader = false
        (headerLines, headerOctets) = ([], 0)
        if !isLast {
            parts += 1
            if parts > rules.maximumParts { obstacle = .tooManyParts }
        }
        return true
    }

    private func match() -> (index: Int, isLast: Bool)? {
        for (index, container) in containers.enumerated().reversed()
        where line.starts(with: container.delimiter) {
            let rest = line.dropFirst(container.delimiter.count)
            if rest.allSatisfy(isSpace) { return (index, false) }
            if rest.starts(with: "--".utf8), rest.dropFirst(2).allSatisfy(isSpace) {
                return (index, true)
            }
        }
        return nil
    }

    private mutating func endHeader() {
        let fields = Self.fields(headerLines)
        if isMessageHeader { events.append(.header(fields)) }
        isMessageHeader = false
        func value(_ key: String) -> [UInt8] { fields.first { $0.key == key }?.value ?? [] }
        var header = PartHeader(contentType: value("content-type"))
        header.encoding = TransferEncoding(value("content-transfer-encoding"))
        let isProtected = header.isProtected || containers.last?.isProtected == true
        let alternative = containers.last?.alternative
        if header.isMultipart, let boundary = header.boundary {
            if containers.count >= rules.maximumDepth { return obstacle = .tooDeep }
            containers.append(
                Container(
                    delimiter: "--".utf8 + boundary,
                    alternative: header.type == "multipart/alternative" ? parts : alternative,
                    isProtected: isProtected
                )
            )
            place = .between
        } else {
            if header.encoding == .other { return obstacle = .unknownEncoding }
            let part = MessagePart(
                fields,
                header: header,
                alternative: alternative,
                isProtected: isProtected
            )
            events.append(.begin(part))
            decoder = PartDecoder(header.encoding)
            place = .leaf
        }
    }

    private static func fields(_ lines: [[UInt8]]) -> [MessageField] {
        var whole: [[UInt8]] = []
        for line in lines {
            if let first = line.first, isSpace(first), let last = whole.indices.last {
                whole[last] += line
            } else {
                whole.append(line)
            }
        }
        return whole.compactMap { MessageField($0) }
    }

    private mutating func endLeaf(keepingLineEnd: Bool) {
        guard case .leaf = place else { return }
        decoder.finish(keepingLineEnd: keepingLineEnd, into: &decoded)
        flush()
        events.append(.end)
        place = .between
    }
}
