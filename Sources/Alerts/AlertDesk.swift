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
    private let settings: AlertSettings
    private let rules: AlertBook.Rules
    private let file: DurableFile
    private let threads: SpoolThreads
    private let mask: @Sendable (String) -> String
    // Apart from the books: it is touched on the way of messages.
    private let tray = Mutex<[String: Incident]>([:])
    private let state: Mutex<State>
    /// Held while the file is written, so that no older content replaces a newer one.
    private let saving = Mutex<Bool>(false)

    /// Everything the desk knows.
    private struct State {
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
    private struct ChannelTrouble {
        var attempts = 0
        var due: Int64 = 0
        var reason = ""
        /// Whether others are told.
        var isTold: Bool { attempts >= 3 }
    }

    /// How long `status` shows an incident, in microseconds.
    private static let recentSpan: Int64 = 3_600_000_000
    /// Seconds between attempts to send one notice; the last one again and again.
    private static let pauses: [Int64] = [10, 60, 300, 900, 3600]
    /// A notice older than this is dropped, in microseconds.
    private static let maximumAge: Int64 = 86_400_000_000
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
        self.settings = settings
        self.threads = threads
        self.log = log
        self.mask = mask
        self.rules = rules ?? AlertBook.Rules(settings)
        file = DurableFile(folder: state.directory, name: "alerts.json")
        self.state = Mutex(State(finder: ConditionFinder(settings, mask: mask)))
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
    private static let boardName = "."

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
                state.finder.conditions(in: snapshot) + waitingMail(in: snapshot)
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
        for channel in settings.channels {
            let isChanged = state.books[channel.name, default: AlertBook()].observe(
                alerts.filter(channel.tells),
                happened.filter { channel.tells($0.alert) },
                at: now,
                rules
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
        var rules = rules
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
            + state.board.open(at: now, rules).map {
                OpenAlert($0.alert, $0.alert.sentence, since: $0.since)
            }
    }

    /// Channels whose mail has been waiting for long.
    private func waitingMail(in snapshot: RelaySnapshot) -> [Alert] {
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

extension AlertDesk {
    /// Sends what is to be told, by one sender for each channel's name, until the task is cancelled.
    package func run(
        _ senders: [String: any AlertSender],
        now: @escaping @Sendable () -> Int64
    )
        async
    {
        await withDiscardingTaskGroup { group in
            for (name, sender) in senders {
                group.addTask { await self.serve(name, sender, now) }
            }
            group.addTask { await self.keepState() }
        }
        await save()
    }

    private func keepState() async {
        while !Task.isCancelled {
            await save()
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func serve(
        _ name: String,
        _ sender: any AlertSender,
        _ now: @Sendable () -> Int64
    ) async {
        while !Task.isCancelled {
            if let notice = due(name, at: now()) {
                // What is on its way must be known after a crash: it is sent again then.
                await save()
                let failure = await sender.send(notice)
                if Task.isCancelled, failure != nil { return }
                settle(name, notice, failure, at: now())
                await save()
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func due(_ name: String, at now: Int64) -> Notice? {
        state.withLock { state in
            guard let notice = state.books[name]?.outgoing else { return nil }
            // Due ahead of every pause: the clock was set back.
            let due = state.troubles[name]?.due ?? 0
            return due <= now || due - now > 3_600_000_000 ? notice : nil
        }
    }

    private func settle(
        _ name: String,
        _ notice: Notice,
        _ failure: String?,
        at now: Int64
    ) {
        let isMail = settings.channels.contains { $0.name == name && $0.means.kind == .mail }
        var line = LogLine(.info, "alert-sent")
        state.withLock { state in
            guard let failure else {
                // A mail that waits in its folder has not arrived yet.
                if !isMail { state.troubles[name] = nil }
                state.books[name]?.sent()
                return state.isChanged = true
            }
            var trouble = state.troubles[name] ?? ChannelTrouble()
            let pause = Self.pauses[min(trouble.attempts, Self.pauses.count - 1)]
            trouble.attempts += 1
            trouble.reason = failure
            trouble.due = now + pause * 1_000_000
            state.troubles[name] = trouble
            line = LogLine(.warning, "alert-not-sent").adding("reason", failure)
            if now - notice.at > Self.maximumAge {
                state.books[name]?.sent()
                state.isChanged = true
                line.add("then", "dropped")
            } else {
                line.add("retry_in_s", pause)
            }
        }
        log.write(line.adding("channel", name))
    }

    /// Writes what was told, if something has changed since the last time.
    private func save() async {
        await withCheckedContinuation { done in
            threads.runAnyway {
                self.saveNow()
                done.resume()
            }
        }
    }

    private func saveNow() {
        saving.withLock { wasTold in
            let books: [String: AlertBook]? = state.withLock { state in
                guard state.isChanged else { return nil }
                state.isChanged = false
                return state.books.merging([Self.boardName: state.board]) { $1 }
            }
            guard let books, let octets = try? JSONEncoder().encode(books) else { return }
            do throws(SpoolError) {
                try file.replace(with: Array(octets))
                wasTold = false
            } catch {
                state.withLock { $0.isChanged = true }
                if !wasTold { warn("alerts-not-saved", error.fullSentence) }
                wasTold = true
            }
        }
    }
}

/// Sends notices to people.
package protocol AlertSender: Sendable {
    /// Sends a notice; returns why it did not arrive, in a sentence without secrets, or `nil`.
    func send(_ notice: Notice) async -> String?
}
