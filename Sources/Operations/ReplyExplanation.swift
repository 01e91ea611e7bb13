internal import Submission

/// What `postchute explain` says of a reply.
package struct ReplyExplanation: Hashable, Sendable {
    /// One thing a reply can mean, with what Postchute does then.
    struct Reading: Hashable, Sendable {
        /// The row of the catalogue; `nil` where the first digit decides.
        var row: CatalogueRow?
        var judgement: Judgement
        /// When in a session it means this.
        var phases: [SessionPhase]
    }

    /// How sure the readings are.
    enum Certainty: Hashable, Sendable {
        /// A row of the catalogue means the reply: it is the first reading.
        case known
        /// Only the first digit says anything.
        case general
        /// Codes alone: each reading is a candidate, and the words of the reply would decide.
        case candidates
        /// The server agreed: nothing follows.
        case positive
    }

    /// The most octets of a text that are read.
    package static let limit = PastedReply.limit

    /// The reply, or the codes, on one line.
    var quoted: String
    var certainty: Certainty
    /// The likeliest first; empty where the server agreed.
    var readings: [Reading]
    /// Server, time and session.
    var trail: ReplyTrail?

    /// Explains the first reply in a text that somebody pasted.
    package init(_ text: String) throws(CommandRefusal) {
        guard let pasted = PastedReply(text) else {
            throw CommandRefusal(
                "There is no reply of a mail server in this text. Paste a line such as"
                    + " \"535 5.7.3 Authentication unsuccessful\", or a code such as 5.7.60.",
                .usage
            )
        }
        switch pasted.content {
        case .reply(let reply): self.init(reply, at: pasted.phase)
        case .codes(let code, let status): self.init(code, status, at: pasted.phase)
        }
    }

    private init(_ reply: Reply, at phase: SessionPhase?) {
        quoted = reply.summary
        trail = reply.trail
        guard reply.code.value >= 400 else {
            certainty = .positive
            readings = []
            return
        }
        let phases = phase.map { [$0] } ?? Self.moments
        readings = Self.readings(of: reply, in: phases)
        certainty = readings.first?.row == nil ? .general : .known
    }

    /// Codes alone: rows that have them, or the general rule where none has.
    private init(_ code: ReplyCode?, _ status: EnhancedStatus?, at phase: SessionPhase?) {
        quoted = [code.map { "\($0.value)" }, status?.description].compactMap(\.self)
            .joined(separator: " ")
        trail = nil
        // A code that no row has stands for the first digit alone.
        let first = code?.value ?? (status?.statusClass ?? 5) * 100 + 99
        guard first >= 400, let general = code ?? ReplyCode(first) else {
            certainty = .positive
            readings = []
            return
        }
        readings = ReplyCatalogue.rows.filter { Self.fits($0, code, status) }.map { row in
            Reading(row: row, judgement: row.judgement(at: row.phase), phases: [row.phase])
        }
        certainty = readings.count == 1 ? .known : .candidates
        if readings.isEmpty {
            let reply = Reply(general, lines: [status?.description ?? ""])
            readings = Self.readings(of: reply, in: phase.map { [$0] } ?? Self.moments)
            certainty = readings.first?.row == nil ? .general : .known
        }
    }

    /// Moments at which servers refuse something, in their order.
    private static let moments: [SessionPhase] = [
        .greeting, .hello, .startTLS, .authentication, .mail, .recipient, .data, .endOfData,
    ]

    private static func fits(
        _ row: CatalogueRow,
        _ code: ReplyCode?,
        _ status: EnhancedStatus?
    ) -> Bool {
        if let status {
            guard let pattern = row.pattern.status, pattern.matches(status) else { return false }
            return code.map { row.pattern.codes.contains($0.value) } ?? true
        }
        return code.map { row.name.hasPrefix("\($0.value)") } ?? false
    }

    /// What a reply means at each moment, grouped: a row at its usual moment first, the others that
    /// rows give next, the general rule only where no row knows the reply.
    private static func readings(of reply: Reply, in phases: [SessionPhase]) -> [Reading] {
        var readings: [Reading] = []
        for phase in phases {
            let row = ReplyCatalogue.row(for: reply, at: phase)
            let judgement = Judgement.of(reply: reply, at: phase)
            let same = readings.firstIndex { $0.row == row && $0.judgement == judgement }
            if let same {
                readings[same].phases.append(phase)
            } else {
                readings.append(Reading(row: row, judgement: judgement, phases: [phase]))
            }
        }
        let known = readings.filter { $0.row != nil }
        if known.isEmpty { return readings }
        let isUsual = { (reading: Reading) in
            reading.row.map { reading.phases.contains($0.phase) } ?? false
        }
        return known.filter(isUsual) + known.filter { !isUsual($0) }
    }
}
