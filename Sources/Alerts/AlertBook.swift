package import Settings

/// What one channel was told of and what it has still to be told: turns conditions into few notices.
///
/// Performs no input or output: feed it what holds and what happened, again and again, and send
/// ``outgoing`` when there is one. Times are microseconds since 1970. A condition goes through these
/// stages:
///
/// ```
/// opened ──▶ told ──▶ ended ──▶ recovered, told, forgotten
///    └─────────────────▶ ended ──▶ told as over, forgotten
/// ```
///
/// - Invariant: Between two notices lies at least ``Rules/every``, whatever happens.
package struct AlertBook: Hashable, Sendable, Codable {
    /// How often a channel is told; all in microseconds.
    package struct Rules: Hashable, Sendable {
        /// The least time between two notices.
        package var every: Int64
        /// How often it is reminded of what lasts.
        package var remind: Int64
        /// How long what is new waits for more of its kind before the first notice.
        package var gather: Int64
        /// How long a condition must be gone before it is over: what comes and goes is one alert.
        package var steady: Int64

        /// Creates rules.
        package init(every: Int64, remind: Int64, gather: Int64, steady: Int64) {
            (self.every, self.remind) = (every, remind)
            (self.gather, self.steady) = (gather, steady)
        }

        /// The rules of the settings.
        package init(_ settings: AlertSettings) {
            self.init(
                every: settings.every.microseconds,
                remind: settings.remind.microseconds,
                gather: 10_000_000,
                steady: 180_000_000
            )
        }
    }

    /// A condition that was seen.
    private struct Entry: Hashable, Codable {
        var alert: Alert
        var since: Int64
        /// When the channel was told last; `nil` before it was.
        var told: Int64?
        /// When it was seen no more; `nil` while it holds.
        var ended: Int64?

        func isOver(at now: Int64, _ rules: Rules) -> Bool {
            ended.map { now - $0 >= rules.steady } ?? false
        }

        var item: Notice.Item { Notice.Item(alert: alert, since: since, ended: ended) }
    }

    private var entries: [String: Entry] = [:]
    private var incidents: [String: Incident] = [:]
    private var lastNotice: Int64?
    /// Since when there is something to tell.
    private var gatheringSince: Int64?
    /// What is to be sent, and goes on being so until ``sent()``, also after a restart.
    package private(set) var outgoing: Notice?

    /// Conditions and kinds of incidents that are kept: what is beyond is seen again later.
    private static let capacity = 500

    /// Creates a book in which nothing is.
    package init() {}

    /// The conditions that hold, or have ended so lately that they may come back.
    package func open(at now: Int64, _ rules: Rules) -> [Notice.Item] {
        entries.values.filter { !$0.isOver(at: now, rules) }.map(\.item).sorted()
    }

    /// Takes in everything that holds now and what happened since the last time.
    ///
    /// Returns whether something changed that a restart must know of; a text that reads differently
    /// is no change.
    package mutating func observe(
        _ alerts: [Alert],
        _ happened: [Incident],
        at now: Int64,
        _ rules: Rules
    ) -> Bool {
        var isChanged = !happened.isEmpty
        setBackTo(now)
        let before = entries.count
        for alert in alerts { isChanged = hold(alert, at: now, rules) || isChanged }
        let holding = Set(alerts.map(\.key))
        for (key, entry) in entries where entry.ended == nil && !holding.contains(key) {
            entries[key]?.ended = now
            isChanged = true
        }
        for incident in happened { add(incident) }
        return tell(at: now, rules) || isChanged || entries.count != before
    }

    /// Takes note that ``outgoing`` has reached people, or never will.
    package mutating func sent() { outgoing = nil }

    /// A clock that was set back must not keep the channel silent until it has come forward again.
    private mutating func setBackTo(_ now: Int64) {
        lastNotice = lastNotice.map { min($0, now) }
        gatheringSince = gatheringSince.map { min($0, now) }
        entries = entries.mapValues { entry in
            var entry = entry
            entry.told = entry.told.map { min($0, now) }
            entry.ended = entry.ended.map { min($0, now) }
            return entry
        }
    }

    private mutating func hold(_ alert: Alert, at now: Int64, _ rules: Rules) -> Bool {
        guard var entry = entries[alert.key] else {
            guard entries.count < Self.capacity else { return false }
            entries[alert.key] = Entry(alert: alert, since: now)
            return true
        }
        let isBack = entry.ended != nil
        entry.alert = alert
        entry.ended = nil
        entries[alert.key] = entry
        return isBack
    }

    private mutating func add(_ incident: Incident) {
        let key = incident.alert.key
        if incidents[key] == nil, incidents.count >= Self.capacity { return }
        incidents[key]?.add(incident)
        if incidents[key] == nil { incidents[key] = incident }
    }

    /// Makes a notice if there is something to tell and it is time.
    private mutating func tell(at now: Int64, _ rules: Rules) -> Bool {
        var notice = Notice(at: now)
        notice.incidents = incidents.values.sorted { $0.alert.key < $1.alert.key }
        for entry in entries.values {
            switch (entry.told, entry.ended) {
            case (nil, nil): notice.opened.append(entry.item)
            case (nil, .some) where entry.isOver(at: now, rules): notice.over.append(entry.item)
            case (.some, .some) where entry.isOver(at: now, rules):
                notice.recovered.append(entry.item)
            case (.some(let told), nil) where now - told >= rules.remind:
                notice.lasting.append(entry.item)
            default: break
            }
        }
        if notice.isEmpty {
            gatheringSince = nil
            return false
        }
        let since = gatheringSince ?? now
        gatheringSince = since
        guard outgoing == nil, now - since >= rules.gather,
            lastNotice.map({ now - $0 >= rules.every }) ?? true
        else { return false }
        notice.sort()
        note(notice, at: now)
        return true
    }

    private mutating func note(_ notice: Notice, at now: Int64) {
        for item in notice.opened + notice.lasting { entries[item.alert.key]?.told = now }
        for item in notice.recovered + notice.over { entries[item.alert.key] = nil }
        incidents = [:]
        gatheringSince = nil
        lastNotice = now
        outgoing = notice
    }
}
