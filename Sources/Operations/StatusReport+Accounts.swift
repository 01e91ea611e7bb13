package import Delivery

extension StatusReport {
    /// The accounts with what they have used, where the daemon has any.
    var accountLines: [String] {
        let accounts = daemon.snapshot?.accounts ?? []
        if accounts.isEmpty { return [] }
        var table = TextTable([
            .init(heading: "ACCOUNT"), .init(heading: "MESSAGES"), .init(heading: "SESSIONS"),
            .init(heading: "RECIPIENTS"), .init(heading: "EXTERNAL"), .init(heading: "ROOM"),
        ])
        for account in accounts {
            table.add([
                account.name, account.messages?.rate ?? Readable.unknown, account.sessionWords,
                account.recipients.words, account.external?.words ?? Readable.unknown, account.room,
            ])
        }
        return [""] + table.lines
    }

    /// When what waits will have been sent, where anything does.
    var backlogLines: [String] {
        let waiting = pickups.compactMap { pickup -> String? in
            guard let reported = pickup.reported, let backlog = reported.backlog, backlog != .done
            else { return nil }
            let count = reported.waiting + reported.deferred + reported.underWay
            return "  pickup \(pickup.name): \(Readable.count(count, "message")), "
                + backlog.words(now: now)
        }
        if waiting.isEmpty { return [] }
        var lines = ["", "When the backlog will have been sent"] + waiting
        if waiting.count > 1, let all = daemon.snapshot?.backlog {
            lines.append("  all together: \(all.words(now: now))")
        }
        return lines
    }

    /// The accounts that wait for a day's limit, one line each.
    var accountAttention: [String] { (daemon.snapshot?.accounts ?? []).flatMap(\.attention) }

    /// Accounts for programs.
    var accountValues: [JSONValue] { (daemon.snapshot?.accounts ?? []).map(\.json) }
}

extension RelaySnapshot.Gauge {
    /// As `12 of 30`, or `12` without a limit.
    fileprivate var words: String { limit.map { "\(used) of \($0)" } ?? "\(used)" }

    /// The same with the time it is counted for.
    fileprivate var rate: String {
        "\(words) in \(seconds == 60 ? "1 min" : Readable.span(seconds: seconds))"
    }

    /// Whether it keeps mail waiting for longer than pacing does.
    fileprivate var isFull: Bool { isClosed || roomInSeconds > 120 }

    var json: JSONValue {
        .members([
            "used": .integer(Int64(used)),
            "limit": .optional(limit),
            "window_seconds": .integer(seconds),
            "room_in_seconds": .integer(roomInSeconds),
            "closed": .bool(isClosed),
        ])
    }
}

extension RelaySnapshot.AccountStatus {
    /// As `1 of 2`, with what the settings allow where the server allows less.
    fileprivate var sessionWords: String {
        guard let allowed = sessionsAllowed else { return "\(sessions)" }
        let lowered = sessionsMaximum.flatMap { $0 > allowed ? " (lowered from \($0))" : nil }
        return "\(sessions) of \(allowed)\(lowered ?? "")"
    }

    fileprivate var room: String {
        recipients.isFull ? "in \(Readable.span(seconds: recipients.roomInSeconds))" : "now"
    }

    var attention: [String] {
        let days = [(recipients, "recipients"), (external, "recipients outside the organisation")]
        return days.compactMap { gauge, what in
            guard let gauge, gauge.isFull else { return nil }
            let why =
                gauge.isClosed
                ? "The server says that the day's limit is reached\(reason.map { ": \($0)" } ?? ".")"
                : "The limit of \(what) in 24 hours is used up, \(gauge.words)."
            return "account \(name): \(why) There is room again in "
                + "\(Readable.span(seconds: gauge.roomInSeconds)); messages stay queued."
        }
    }

    fileprivate var json: JSONValue {
        .members([
            "name": .string(name),
            "messages": messages?.json ?? .null,
            "recipients": recipients.json,
            "external": external?.json ?? .null,
            "octets": octets?.json ?? .null,
            "sessions": .integer(Int64(sessions)),
            "sessions_allowed": .optional(sessionsAllowed),
            "sessions_maximum": .optional(sessionsMaximum),
            "reason": .optional(reason),
        ])
    }
}

extension BacklogEstimate {
    /// The estimate for people, to follow a comma or colon.
    package func words(now: Int64) -> String {
        switch self {
        case .done: "nothing waits"
        case .about(let seconds): "about \(Self.time(seconds))"
        case .notBefore(let instant):
            "not before \(Self.moment(instant, now: now)) because of the day's limit"
        case .unknown: "not known: sending is suspended, or nothing was sent lately to go by"
        }
    }

    /// Hours with their minutes: a relay's backlog is a matter of hours.
    private static func time(_ seconds: Int64) -> String {
        guard (3600..<172_800).contains(seconds) else { return Readable.span(seconds: seconds) }
        let minutes = seconds % 3600 / 60
        return "\(seconds / 3600) h" + (minutes > 0 ? " \(minutes) min" : "")
    }

    /// The time of day, with the day unless it is today.
    private static func moment(_ instant: Int64, now: Int64) -> String {
        let words = WallTime.text(instant).split(separator: " ")
        let time = words.dropFirst().first.map { String($0.prefix(5)) } ?? ""
        let day = Readable.day(instant)
        if day == Readable.day(now) { return "\(time) UTC" }
        let (tomorrow, hasOverflowed) = now.addingReportingOverflow(86_400_000_000)
        let isTomorrow = !hasOverflowed && day == Readable.day(tomorrow)
        return isTomorrow ? "tomorrow \(time) UTC" : "\(day) \(time) UTC"
    }

    var json: JSONValue {
        switch self {
        case .done: Self.members("done")
        case .about(let seconds): Self.members("about", seconds: seconds)
        case .notBefore(let instant): Self.members("not_before", at: instant)
        case .unknown: Self.members("unknown")
        }
    }

    private static func members(
        _ estimate: String,
        seconds: Int64? = nil,
        at instant: Int64? = nil
    ) -> JSONValue {
        .members([
            "estimate": .string(estimate), "seconds": .optional(seconds), "at": .time(instant),
        ])
    }
}
