package import Delivery
package import EventLog
internal import FoundationEssentials
package import Settings
package import Spool
internal import Synchronization

/// Watches what the daemon knows and what happens to messages, and has every channel tell of it.
///
/// Conditions come from snapshots, incidents from the events of messages; every channel has an
/// ``AlertBook`` of its own, and all of them stand in one file that survives a restart.
package final class AlertDesk: MessageWitness {
    let log: LogSink
    private let fixedRules: AlertBook.Rules?
    let file: DurableFile
    let threads: SpoolThreads
    private let mask: @Sendable (String) -> String
    // Apart from the books: it is touched on the way of messages.
    private let tray = Mutex<[String: Incident]>([:])
    let state: Mutex<State>
    /// Held while the file is written, so that no older content replaces a newer one.
    let saving = Mutex<Bool>(false)

    /// Everything the desk knows.
    struct State {
        var settings: AlertSettings
        var rules: AlertBook.Rules
        var books: [String: AlertBook] = [:]
        /// What holds, for `status`, whatever channels there are.
        var board = AlertBook()
        var finder: ConditionFinder
        /// Incidents of the last hour, with the time of the last.
        var recent: [String: (incident: Incident, at: Int64)] = [:]
        var troubles: [String: ChannelTrouble] = [:]
        var isCrashTold = false
        var isChanged = false
    }

    /// Why a channel does not reach people.
    struct ChannelTrouble {
        var attempts = 0
        var due: Int64 = 0
        var reason = ""
        /// Whether others are told.
        var isTold: Bool { attempts >= 3 }
    }

    /// How long `status` shows an incident, in microseconds.
    private static let recentSpan: Int64 = 3_600_000_000
    /// Kinds of incidents that are kept between two snapshots.
    private static let trayCapacity = 500
    private static let maximumFileOctets = 16 << 20

    /// Creates a desk; nothing is read yet.
    ///
    /// `mask` makes addresses and subjects fit to be told; `rules` are those of the settings unless
    /// given.
    package init(
        _ settings: AlertSettings,
        state: StateSettings,
        threads: SpoolThreads,
        log: LogSink,
        rules: AlertBook.Rules? = nil,
        mask: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.threads = threads
        self.log = log
        self.mask = mask
        fixedRules = rules
        file = DurableFile(folder: state.directory, name: "alerts.json")
        self.state = Mutex(
            State(
                settings: settings,
                rules: rules ?? AlertBook.Rules(settings),
                finder: ConditionFinder(settings, mask: mask)
            )
        )
    }

    /// Puts other settings in force; what a channel was told stays told.
    package func apply(_ settings: AlertSettings) {
        state.withLock { state in
            guard state.settings != settings else { return }
            state.settings = settings
            state.rules = fixedRules ?? AlertBook.Rules(settings)
            state.finder = ConditionFinder(settings, mask: mask)
            let names = Set(settings.channels.map(\.name))
            state.books = state.books.filter { names.contains($0.key) }
            state.isChanged = true
        }
    }

    /// Reads what an earlier process had told; blocking, once, before the first ``observe(_:)``.
    package func load() {
        do throws(SpoolError) {
            guard let octets = try file.read(atMost: Self.maximumFileOctets) else { return }
            let books = try? JSONDecoder().decode([String: AlertBook].self, from: Data(octets))
            guard var books else {
                return warn("alerts-forgotten", "The file \(file.path) is damaged.")
            }
            state.withLock { state in
                books.removeValue(forKey: Self.boardName).map { state.board = $0 }
                state.books = books
            }
        } catch  where error.kind == .vanished {
            // Without a folder nothing was ever told.
        } catch {
            warn("alerts-forgotten", error.fullSentence)
        }
    }

    // No channel can have this name.
    static let boardName = "."

    func warn(_ event: String, _ reason: String) {
        log.write(LogLine(.warning, event).adding("reason", reason))
    }
}

extension AlertDesk {
    /// Takes note of what happened to a message; returns at once and keeps a bounded amount.
    package func note(_ event: MessageEvent) {
        if let channel = Outbox.channel(ofPickup: event.pickup) {
            return noteOwnMail(event, channel)
        }
        guard !event.pickup.contains("."), let incident = incident(event) else { return }
        let key = incident.alert.key
        tray.withLock { tray in
            if tray[key] == nil {
                if tray.count < Self.trayCapacity { tray[key] = incident }
            } else {
                tray[key]?.add(incident)
            }
        }
    }

    private func incident(_ event: MessageEvent) -> Incident? {
        let condition: AlertCondition
        switch event.kind {
        case .failed: condition = .messageFailed
        case .held: condition = .messageHeld
        case .uncertain: condition = .possibleDuplicate
        default: return nil
        }
        let alert = Alert(condition, event.pickup, pickup: event.pickup, "")
        let recipients = event.recipients.filter { $0.outcome != .accepted }
        var words = event.file
        if let first = recipients.first {
            words += " to \(mask(first.address))"
            if recipients.count > 1 { words += " and \(recipients.count - 1) more" }
        }
        return Incident(alert, sample: "\(words): \(event.reason ?? "no reason is known.")")
    }

    /// A mail of ours that failed is told in the log and by other channels, never by mail.
    private func noteOwnMail(_ event: MessageEvent, _ channel: String) {
        switch event.kind {
        case .failed, .held:
            let reason = event.reason ?? "the mail failed."
            state.withLock { $0.troubles[channel] = ChannelTrouble(attempts: 3, reason: reason) }
            var line = LogLine(.error, "alert-not-sent").adding("channel", channel)
            line.add("reason", reason)
            log.write(line)
        case .sent:
            state.withLock { $0.troubles[channel] = nil }
        default:
            break
        }
    }
}

extension AlertDesk {
    /// Compares a snapshot with what was told before, and returns what holds.
    package func observe(_ snapshot: RelaySnapshot) -> [OpenAlert] {
        let now = snapshot.takenAt
        var happened = tray.withLock { tray in
            defer { tray = [:] }
            return Array(tray.values)
        }
        let (open, lines) = state.withLock { state in
            if snapshot.isAfterCrash == true, !state.isCrashTold {
                let sentence = "Postchute was started again after it had ended without a word."
                happened.append(Incident(Alert(.restartedAfterCrash, nil, sentence)))
            }
            state.isCrashTold = true
            let alerts =
                state.finder.conditions(in: snapshot)
                + waitingMail(in: snapshot, state.settings)
                + state.troubles.filter(\.value.isTold).map { Self.undelivered($0, $1.reason) }
            fill(&state, alerts, happened, at: now)
            let lines = post(alerts, to: &state, at: now)
            return (self.open(state, at: now), lines)
        }
        for line in lines { log.write(line) }
        return open
    }

    private func fill(
        _ state: inout State,
        _ alerts: [Alert],
        _ happened: [Incident],
        at now: Int64
    ) {
        for channel in state.settings.channels {
            let isChanged = state.books[channel.name, default: AlertBook()].observe(
                alerts.filter(channel.tells),
                happened.filter { channel.tells($0.alert) },
                at: now,
                state.rules
            )
            state.isChanged = state.isChanged || isChanged
        }
        for incident in happened {
            let key = incident.alert.key
            var all = state.recent[key]?.incident
            all?.add(incident)
            state.recent[key] = (all ?? incident, now)
        }
        state.recent = state.recent.filter { now - $0.value.at < Self.recentSpan }
    }

    /// Notes what holds, whoever is told, and returns the lines that say what is new or over.
    private func post(_ alerts: [Alert], to state: inout State, at now: Int64) -> [LogLine] {
        var rules = state.rules
        (rules.every, rules.gather, rules.remind) = (0, 0, .max)
        if state.board.observe(alerts, [], at: now, rules) { state.isChanged = true }
        guard let notice = state.board.outgoing else { return [] }
        state.board.sent()
        return notice.opened.map { Self.line("alert", $0.alert) }
            + (notice.recovered + notice.over).map { Self.line("alert-over", $0.alert) }
    }

    private static func line(_ event: String, _ alert: Alert) -> LogLine {
        let isOver = event == "alert-over"
        var line = LogLine(isOver ? .notice : .warning, event).adding("alert", alert.key)
        if !isOver { line.add("severity", alert.condition.severity.rawValue) }
        line.add("reason", alert.sentence)
        if !isOver { line.add("advice", alert.advice) }
        return line
    }

    private func open(_ state: State, at now: Int64) -> [OpenAlert] {
        let incidents = state.recent.values.sorted { $0.incident.alert.key < $1.incident.alert.key }
            .map { OpenAlert($0.incident.alert, $0.incident.sentence, since: $0.at) }
        return incidents
            + state.board.open(at: now, state.rules).map {
                OpenAlert($0.alert, $0.alert.sentence, since: $0.since)
            }
    }

    /// Channels whose mail has been waiting for long.
    private func waitingMail(
        in snapshot: RelaySnapshot,
        _ settings: AlertSettings
    ) -> [Alert] {
        snapshot.pickups.compactMap { pickup in
            guard let channel = Outbox.channel(ofPickup: pickup.name), let oldest = pickup.oldest,
                snapshot.takenAt - oldest >= settings.backlog.microseconds
            else { return nil }
            return Self.undelivered(channel, "its mail waits since \(WallTime.text(oldest)).")
        }
    }

    private static func undelivered(_ channel: String, _ reason: String) -> Alert {
        Alert(.alertsNotDelivered, channel, "Alerts by channel \(channel) do not arrive: \(reason)")
    }
}

extension AlertChannelSettings {
    /// Whether the channel is told of an alert.
    ///
    /// That alerts do not arrive is never told by mail, nor by the channel itself: it would be about
    /// itself soon.
    func tells(_ alert: Alert) -> Bool {
        if alert.condition == .alertsNotDelivered, means.kind == .mail || alert.object == name {
            return false
        }
        if severity == .critical, alert.condition.severity != .critical { return false }
        if !conditions.isEmpty, !conditions.contains(alert.condition) { return false }
        guard !pickups.isEmpty, let pickup = alert.pickup else { return true }
        return pickups.contains(pickup)
    }
}

extension OpenAlert {
    fileprivate init(_ alert: Alert, _ sentence: String, since: Int64) {
        self.init(
            key: alert.key,
            since: since,
            sentence: sentence,
            advice: alert.advice,
            severity: alert.condition.severity
        )
    }
}
