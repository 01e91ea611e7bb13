internal import Submission

extension Explanation {
    /// Explains a reply, or codes alone.
    init(_ pasted: PastedReply) {
        switch pasted.content {
        case .reply(let reply): self.init(reply, at: pasted.phase)
        case .codes(let code, let status): self.init(code, status, at: pasted.phase)
        }
    }

    private init(_ reply: Reply, at phase: SessionPhase?) {
        self.init(reply, quoted: reply.summary, at: phase)
        if let trail = reply.trail {
            support.server = trail.host
            support.time = trail.time
            support.session = trail.session
        }
    }

    private init(_ reply: Reply, quoted: String, at phase: SessionPhase?) {
        guard reply.code.value >= 400 else {
            self.init(
                quoted: quoted,
                found: .accepted,
                summary: "The server agreed: nothing was refused.",
                readings: []
            )
            return
        }
        let readings = Self.readings(of: reply, in: phase.map { [$0] } ?? Self.moments)
        let isKnown = readings.first?.row != nil
        self.init(
            quoted: quoted,
            found: isKnown ? .row : .rule,
            summary: isKnown ? Self.known(readings) : Self.general(readings),
            readings: readings
        )
    }

    /// Codes alone: rows that have them, or the general rule where none has.
    private init(_ code: ReplyCode?, _ status: EnhancedStatus?, at phase: SessionPhase?) {
        let quoted = [code.map { "\($0.value)" }, status?.description].compactMap(\.self)
            .joined(separator: " ")
        let rows = ReplyCatalogue.rows.filter { Self.fits($0, code, status) }
        let readings = rows.map { row in
            Reading(row, row.judgement(at: row.phase), phases: [row.phase])
        }
        // A code that no row has stands for the first digit alone.
        let general = code ?? ReplyCode((status?.statusClass ?? 5) * 100 + 99)
        if readings.isEmpty, let general {
            let reply = Reply(general, lines: [status?.description ?? ""])
            self.init(reply, quoted: quoted, at: phase)
            return
        }
        self.init(
            quoted: quoted,
            found: readings.count == 1 ? .row : .candidates,
            summary: readings.count == 1
                ? Self.known(readings)
                : "These codes have \(readings.count) meanings: the words of the reply decide.",
            readings: readings
        )
    }

    private static func known(_ readings: [Reading]) -> String {
        let names = readings.compactMap(\.row)
        let different = names.enumerated().filter { !names[..<$0.offset].contains($0.element) }
        let row = different.map(\.element).joined(separator: " or ")
        return readings.count == 1
            ? "This is \(row) in docs/replies.md, usual while"
                + " \(readings[0].usual?.phrase ?? "sending")."
            : "This is \(row) in docs/replies.md; what follows depends on when it comes."
    }

    private static func general(_ readings: [Reading]) -> String {
        "No row of docs/replies.md means this reply: the first digit decides"
            + (readings.count > 1 ? ", and when it comes." : ".")
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
            let same = readings.firstIndex { $0.row == row?.name && $0.judgement == judgement }
            if let same {
                readings[same].phases.append(phase)
            } else {
                readings.append(Reading(row, judgement, phases: [phase]))
            }
        }
        let known = readings.filter { $0.row != nil }
        if known.isEmpty { return readings }
        let isUsual = { (reading: Reading) in
            reading.usual.map { reading.phases.contains($0) } ?? false
        }
        return known.filter(isUsual) + known.filter { !isUsual($0) }
    }
}

extension Explanation.Reading {
    fileprivate init(_ row: CatalogueRow?, _ judgement: Judgement, phases: [SessionPhase]) {
        self.init(
            row: row?.name,
            example: row?.example,
            usual: row?.phase,
            judgement: judgement,
            phases: phases
        )
    }
}
