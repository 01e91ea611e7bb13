package import Submission

/// Reads replies one ahead, so that each is handed over with what follows it.
package struct ReplyReader: Sendable {
    /// What was read.
    package enum Event: Hashable, Sendable {
        case reply(Reply, Following)
        case malformed(ReplyDefect)
    }

    private var parser: ReplyParser
    private var ahead: ReplyParser.Step?
    /// Whether the end of all sense was reported.
    private var isMalformed = false

    /// Creates a reader at the start of a reply.
    package init(limits: ReplyLimits = ReplyLimits()) {
        parser = ReplyParser(limits: limits)
    }

    /// Forgets everything read so far, as STARTTLS demands (RFC 3207 §4.2).
    package mutating func discard() {
        parser.discard()
        ahead = nil
    }

    /// Reads on in `input` from `offset`, which moves; `nil` when all of it is read.
    ///
    /// Call it with the same input until it returns `nil`, or stop for good.
    package mutating func next(
        in input: UnsafeRawBufferPointer,
        from offset: inout Int
    ) -> Event? {
        let step = ahead ?? parse(input, &offset)
        ahead = nil
        switch step {
        case .incomplete: return nil
        case .malformed(let defect):
            guard !isMalformed else { return nil }
            isMalformed = true
            return .malformed(defect)
        case .reply(let reply, _):
            let next = parse(input, &offset)
            ahead = next
            return .reply(reply, following(next))
        }
    }

    private mutating func parse(
        _ input: UnsafeRawBufferPointer,
        _ offset: inout Int
    ) -> ReplyParser.Step {
        let step = parser.parse(UnsafeRawBufferPointer(rebasing: input[offset...]))
        switch step {
        case .reply(_, let consumed): offset += consumed
        case .incomplete, .malformed: offset = input.count
        }
        return step
    }

    private func following(_ step: ReplyParser.Step) -> Following {
        switch step {
        case .reply(let reply, _): reply.code.value == 421 ? .farewell : .more
        case .malformed: .more
        case .incomplete: parser.pending
        }
    }
}
