/// Which replies a row of the catalogue means; what is left out matches everything.
package struct ReplyPattern: Hashable, Sendable {
    /// The codes, such as `535` or `500...599`.
    package var codes: ClosedRange<Int>
    /// The enhanced status.
    package var status: StatusPattern?
    /// Words of the text after the enhanced status, in any case; one of them suffices.
    package var words: [String]
    /// The phases in which the row holds; empty means all.
    package var phases: Set<SessionPhase>

    /// Creates a pattern.
    package init(
        _ codes: ClosedRange<Int>,
        _ status: StatusPattern? = nil,
        words: [String] = [],
        at phases: Set<SessionPhase> = []
    ) {
        self.codes = codes
        self.status = status
        self.words = words
        self.phases = phases
    }

    /// Creates a pattern for one code.
    package init(
        _ code: Int,
        _ status: StatusPattern? = nil,
        words: [String] = [],
        at phases: Set<SessionPhase> = []
    ) {
        self.init(code...code, status, words: words, at: phases)
    }

    /// Whether a reply in a phase is meant.
    package func matches(_ reply: Reply, at phase: SessionPhase) -> Bool {
        guard codes.contains(reply.code.value), phases.isEmpty || phases.contains(phase) else {
            return false
        }
        if let status, !status.matches(reply.enhanced) { return false }
        if words.isEmpty { return true }
        let text = reply.essence.lowercased()
        return words.contains { text.contains($0.lowercased()) }
    }
}

/// Which enhanced status codes a row means (RFC 3463 §2).
package enum StatusPattern: Hashable, Sendable {
    /// The reply carries none.
    case absent
    /// One code.
    case exactly(Int, Int, Int)
    /// A run of details under one class and subject.
    case details(Int, Int, ClosedRange<Int>)

    /// Whether a status is meant.
    package func matches(_ status: EnhancedStatus?) -> Bool {
        switch (self, status) {
        case (.absent, let status): status == nil
        case (_, nil): false
        case (.exactly(let statusClass, let subject, let detail), let status?):
            status == EnhancedStatus(statusClass, subject, detail)
        case (.details(let statusClass, let subject, let details), let status?):
            status.statusClass == statusClass && status.subject == subject
                && details.contains(status.detail)
        }
    }
}

extension Reply {
    /// The text without enhanced status codes and without the bracketed suffix in which Exchange
    /// Online names server, time and session: what two replies of the same kind have in common.
    package var essence: String {
        let texts = lines.map { line in
            guard let (_, octets) = EnhancedStatus.leading(line) else { return Substring(line) }
            return line[line.utf8.index(line.startIndex, offsetBy: octets)...].drop { $0 == " " }
        }
        var text = Substring(texts.joined(separator: " "))
        while text.last == " " { text.removeLast() }
        guard text.last == "]", let start = text.lastIndex(of: "[") else { return String(text) }
        text = text[..<start]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
