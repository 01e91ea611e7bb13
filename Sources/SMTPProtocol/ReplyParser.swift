package import Submission

/// Turns octets from the server into replies, however the network fragments them.
///
/// Tolerates what real servers do — a bare LF, a code without text, octets that are not UTF-8 —
/// and nothing else. What it keeps between calls is bounded by ``ReplyLimits``.
package struct ReplyParser: Sendable {
    /// What one call found.
    package enum Step: Hashable, Sendable {
        /// A whole reply, and how many octets of the input it ended after.
        case reply(Reply, consumed: Int)
        /// Every octet was taken; the reply is not complete.
        case incomplete
        /// No reply can follow any more: the session is out of step with the server.
        case malformed(ReplyDefect)
    }

    private let limits: ReplyLimits
    /// The start of a line whose end has not come yet.
    private var partial: [UInt8] = []
    private var lines: [String] = []
    private var code: ReplyCode?
    private var octets = 0
    private var defect: ReplyDefect?

    /// Creates a parser at the start of a reply.
    package init(limits: ReplyLimits = ReplyLimits()) {
        self.limits = limits
    }

    /// What the start of an unfinished reply announces.
    package var pending: Following {
        if let code { return code.value == 421 ? .farewell : .more }
        if partial.isEmpty { return .nothing }
        return partial.prefix(3).elementsEqual("421".utf8.prefix(partial.count))
            ? .farewell : .more
    }

    /// Forgets everything read so far, as STARTTLS demands (RFC 3207 §4.2).
    package mutating func discard() {
        self = ReplyParser(limits: limits)
    }

    /// Reads up to the end of one reply.
    package mutating func parse(_ input: UnsafeRawBufferPointer) -> Step {
        if let defect { return .malformed(defect) }
        var start = 0
        while let end = Self.lineFeed(in: input, from: start) {
            let line = UnsafeRawBufferPointer(rebasing: input[start..<end])
            start = end + 1
            switch finishLine(line) {
            case .success(nil): continue
            case .success(let reply?): return .reply(reply, consumed: start)
            case .failure(let found): return fail(found)
            }
        }
        return keep(UnsafeRawBufferPointer(rebasing: input[start...]))
    }

    private static func lineFeed(in input: UnsafeRawBufferPointer, from start: Int) -> Int? {
        input[start...].firstIndex(of: UInt8(ascii: "\n"))
    }

    private mutating func keep(_ rest: UnsafeRawBufferPointer) -> Step {
        guard partial.count + rest.count <= limits.lineOctets else {
            return fail(.lineTooLong(limit: limits.lineOctets))
        }
        partial.append(contentsOf: rest)
        return .incomplete
    }

    private mutating func fail(_ found: ReplyDefect) -> Step {
        partial = []
        lines = []
        defect = found
        return .malformed(found)
    }

    private mutating func finishLine(
        _ tail: UnsafeRawBufferPointer
    ) -> Result<Reply?, ReplyDefect> {
        guard !partial.isEmpty else { return add(line: tail) }
        guard partial.count + tail.count <= limits.lineOctets else {
            return .failure(.lineTooLong(limit: limits.lineOctets))
        }
        partial.append(contentsOf: tail)
        let whole = partial
        partial.removeAll(keepingCapacity: true)
        return whole.withUnsafeBytes { add(line: $0) }
    }

    /// `Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF`
    /// (RFC 5321 §4.2).
    private mutating func add(line: UnsafeRawBufferPointer) -> Result<Reply?, ReplyDefect> {
        guard line.count <= limits.lineOctets else {
            return .failure(.lineTooLong(limit: limits.lineOctets))
        }
        // RFC 5321 §2.3.8 asks for CRLF; a bare LF is harmless in a reply.
        let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
        guard let found = Self.code(of: content), let kind = Self.kind(of: content) else {
            return .failure(.notAReply(ReplyDefect.quote(content)))
        }
        if let code, code != found {
            return .failure(.codeChanged(from: code, to: found))
        }
        octets += line.count + 1
        guard lines.count < limits.lines else {
            return .failure(.tooManyLines(limit: limits.lines))
        }
        guard octets <= limits.octets else {
            return .failure(.tooManyOctets(limit: limits.octets))
        }
        lines.append(String(decoding: content.dropFirst(4), as: UTF8.self))
        code = found
        return .success(kind == .last ? finishReply(found) : nil)
    }

    private mutating func finishReply(_ code: ReplyCode) -> Reply {
        let reply = Reply(code, lines: lines)
        lines.removeAll(keepingCapacity: true)
        self.code = nil
        octets = 0
        return reply
    }

    private enum LineKind { case more, last }

    private static func kind(of line: Slice<UnsafeRawBufferPointer>) -> LineKind? {
        guard line.count > 3 else { return .last }
        switch line[line.startIndex + 3] {
        case UInt8(ascii: "-"): return .more
        case UInt8(ascii: " "): return .last
        default: return nil
        }
    }

    private static func code(of line: Slice<UnsafeRawBufferPointer>) -> ReplyCode? {
        guard line.count >= 3 else { return nil }
        var value = 0
        for octet in line.prefix(3) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
            value = value * 10 + Int(octet - UInt8(ascii: "0"))
        }
        return ReplyCode(value)
    }
}

/// How much of a reply is read before the server is given up.
package struct ReplyLimits: Hashable, Sendable {
    /// Octets of one line without its line end; RFC 5321 §4.5.3.1.5 allows 512.
    package var lineOctets: Int
    /// Lines of one reply.
    package var lines: Int
    /// Octets of one reply with its line ends.
    package var octets: Int

    /// Creates limits; the defaults leave room for servers that exceed RFC 5321 §4.5.3.1.5.
    package init(lineOctets: Int = 4096, lines: Int = 128, octets: Int = 65_536) {
        self.lineOctets = lineOctets
        self.lines = lines
        self.octets = octets
    }
}

/// Why octets from the server are not a reply.
package enum ReplyDefect: Error, Hashable, Sendable {
    case lineTooLong(limit: Int)
    case tooManyLines(limit: Int)
    case tooManyOctets(limit: Int)
    /// The start of the line, bounded.
    case notAReply(String)
    /// Lines of one reply carried different codes (RFC 5321 §4.2.1).
    case codeChanged(from: ReplyCode, to: ReplyCode)

    /// The defect in an operator's words.
    package var sentence: String {
        switch self {
        case .lineTooLong(let limit): "a reply line is longer than \(limit) octets"
        case .tooManyLines(let limit): "a reply has more than \(limit) lines"
        case .tooManyOctets(let limit): "a reply is longer than \(limit) octets"
        case .notAReply(let line): "'\(line)' is not an SMTP reply"
        case .codeChanged(let from, let to):
            "the code changed from \(from.value) to \(to.value) within one reply"
        }
    }

    /// The start of a line as text: enough to recognise a foreign protocol, not enough to flood.
    static func quote(_ line: Slice<UnsafeRawBufferPointer>) -> String {
        let text = String(decoding: line.prefix(80), as: UTF8.self)
        return line.count > 80 ? text + "…" : text
    }
}
