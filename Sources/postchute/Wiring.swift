internal import Delivery
internal import Documents
internal import EventLog
internal import Glibc
internal import Pickup
internal import Settings
internal import Spool

// Each setting becomes the parameter of the part it concerns here, and nowhere else: the parts know
// nothing of files and keys.

extension DeliveryRate {
    /// The rate of a route's settings; `nil` is unlimited.
    init?(_ limit: RateLimit) {
        switch limit {
        case .unlimited: return nil
        case .limited(let messages, let per): self.init(messages, per: per)
        }
    }
}

extension SettlementPolicy {
    /// The policy of a pickup; what it does not say its first route says.
    init(_ pickup: PickupSettings, routes: [RouteSettings]) {
        var schedule = RetrySchedule()
        if let route = routes.first(where: { $0.name == pickup.routes.first }) {
            schedule.first = route.retryFirst
            schedule.maximum = route.retryMaximum
            schedule.giveUpAfter = pickup.giveUpAfter ?? route.giveUpAfter
        }
        self.init(
            schedule: schedule,
            whenUncertain: pickup.whenUncertain == .hold ? .hold : .retry,
            anyRouteAfterUncertain: pickup.uncertainRoute == .any
        )
    }
}

extension DeliveryPriority {
    /// The priority of a pickup's settings.
    init(_ priority: PickupPriority) {
        switch priority {
        case .low: self = .low
        case .normal: self = .normal
        case .high: self = .high
        }
    }
}

extension PickupRules {
    /// The rules of a pickup's settings.
    init(_ pickup: PickupSettings, documents: DocumentRules?) {
        let ready: ReadyPolicy =
            switch pickup.ready {
            case .closed: .closed
            case .renamed: .renamed
            case .marker(let suffix): .marker(suffix: suffix)
            }
        self.init(
            ready: ready,
            settle: pickup.settle,
            quiet: pickup.quiet,
            patience: pickup.patience,
            truncated: pickup.truncated == .hold ? .hold : .send,
            isRecursive: pickup.isRecursive,
            documents: documents.map {
                DocumentPickup(rules: $0, bundle: pickup.documents?.bundle)
            }
        )
    }
}

extension LogLevel {
    /// The level of the settings.
    init(_ level: LogSettings.Level) {
        switch level {
        case .error: self = .error
        case .warning: self = .warning
        case .notice: self = .notice
        case .info: self = .info
        case .debug: self = .debug
        }
    }
}

extension LogStyle {
    /// The style of the settings; `auto` asks where standard error leads.
    init(_ style: LogSettings.Style) {
        switch style {
        case .auto: self = .detect(descriptor: STDERR_FILENO)
        case .journal: self = .journal
        case .plain: self = .plain
        }
    }
}

extension EngineClock {
    /// The system's clocks.
    ///
    /// The monotonic one goes on while the machine sleeps: a message that waited through a night of
    /// suspend is due in the morning.
    static let system = EngineClock(
        monotonic: { Duration.microseconds(microseconds(CLOCK_BOOTTIME)) },
        wall: { microseconds(CLOCK_REALTIME) },
        boot: HostClock.boot,
        isWallKept: { HostClock.isWallKept }
    )

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// The name this host calls itself.
enum HostName {
    /// The host's own name, or `localhost` where it has none.
    static var own: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let octets = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: octets, as: UTF8.self)
        return name.isEmpty ? "localhost" : name
    }
}

extension PickupSettings {
    /// The folders whose events are our own doing.
    var spoolFolders: [String] { SpoolFolder.namesInDrop.map { "\(spool)/\($0)" } }
}
