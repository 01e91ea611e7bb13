/// Which replies a row of the catalogue means; what is left out matches everything.
package struct ReplyPattern: Hashable, Sendable {
    /// The codes, such as `535` or `500...599`.
    package var codes: ClosedRange<Int>
    /// The enhanced status.
    package var status: StatusPattern?
    /// Words of the text after the enhanced status, in any case; one of them suffices.
    package var words: [String]
    /// Words so distinctive that one of them decides where a reply has no enhanced status.
    package var phrases: [String]
    /// The phases in which the row holds; empty means all.
    package var phases: Set<SessionPhase>

    /// Creates a pattern; what is given as `saying` counts as `words` and as `phrases`.
    package init(
        _ codes: ClosedRange<Int>,
        _ status: StatusPattern? = nil,
        words: [String] = [],
        phrases: [String] = [],
        saying: [String] = [],
        at phases: Set<SessionPhase> = []
    ) {
        self.codes = codes
        self.status = status
        self.words = words + saying
        self.phrases = phrases + saying
        self.phases = phases
    }

    /// Creates a pattern for one code.
    package init(
        _ code: Int,
        _ status: StatusPattern? = nil,
        words: [String] = [],
        phrases: [String] = [],
        saying: [String] = [],
        at phases: Set<SessionPhase> = []
    ) {
        self.init(
            code...code,
            status,
            words: words,
            phrases: phrases,
            saying: saying,
            at: phases
        )
    }

    /// Whether a reply in a phase is meant.
    package func matches(_ reply: Reply, at phase: SessionPhase) -> Bool {
        guard codes.contains(reply.code.value), phases.isEmpty || phases.contains(phase) else {
            return false
        }
        let enhanced = reply.enhanced
        if status?.matches(enhanced) ?? true {
            return words.isEmpty || reply.says(one: words)
        }
        return enhanced == nil && reply.says(one: phrases)
    }
}

extension Reply {
    /// Whether the essence holds one of these, in any case.
    fileprivate func says(one words: [String]) -> Bool {
        if words.isEmpty { return false }
        let text = essence.lowercased()
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
    /// One subject and detail, whether for now (4) or for good (5).
    case eitherClass(Int, Int)

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
        case (.eitherClass(let subject, let detail), let status?):
            [4, 5].contains(status.statusClass) && status.subject == subject
                && status.detail == detail
        }
    }
}
