internal import Alerts
internal import Delivery
internal import EventLog
internal import Ledger
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Pickup
internal import SafeText
internal import ServiceLifecycle
internal import Settings
internal import Spool
internal import Synchronization
internal import WebClient

/// The running relay: builds every part from the settings, joins them, and takes them down in order.
///
/// Data flows one way: watch helper → pickups → engine → routes; results come back as moves.
final class Relay: Service {
    /// The settings in force; a reload replaces them.
    let currentSettings: CurrentSettings
    let log: LogSink
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let threads = SpoolThreads()
    let engine: DeliveryEngine
    /// Writes down what happens; `nil` where the settings want no ledger.
    let ledger: LedgerWriter?
    let parts: Mutex<Parts>
    /// Where the settings came from, for a reload.
    let settingsPath: String
    /// Who started the daemon and wants to know how it is, where somebody does.
    let manager: ServiceManager
    let disks = DiskWatch()
    /// When the daemon started, microseconds since 1970.
    let startedAt = EngineClock.system.wall()
    /// Whether the daemon before it ended without saying so.
    let isAfterCrash = Atomic(false)
    /// How it ended, in a sentence.
    let crashSentence = Mutex<String?>(nil)
    /// Whether settings are being replaced, and whether they may still be.
    let reloading = Mutex(ReloadGate())
    /// Who tells people of what needs them.
    let alerts: AlertDesk
    /// The spools of Postchute's own mail.
    let outboxes: Outboxes
    /// Who tells senders of what failed.
    let bounces: BounceDesk
    /// Hides who is written to, where the settings ask for it.
    let mask: PrivacyMask?
    /// Which credentials end soon, in sentences.
    let expiring = Mutex<[String]>([])
    /// The last snapshot, for the dashboard.
    let latestSnapshot = LatestSnapshot()
    /// Why the last snapshot could not be written, so that it is said once.
    let snapshotTrouble = Mutex<String?>(nil)

    /// What a reload replaces.
    struct Parts {
        /// The pickups of the settings, in their order.
        var pickups: [RelayPickup]
        var services: ServiceAccess
        /// What the credential files of each route looked like when it was made.
        var marks: [String: CredentialMarks]
        /// Pickups that a reload took out of service and that still have something to end.
        var retired: [RelayPickup] = []
    }

    /// The settings in force at this instant.
    var settings: RelaySettings { currentSettings.value }
    /// The pickups of the settings in force.
    var pickups: [RelayPickup] { parts.withLock { $0.pickups } }
    /// What the routes of the settings in force share.
    var services: ServiceAccess { parts.withLock { $0.services } }

    /// How long stopping waits for replies to final dots; messages without one are aborted at once.
    static let drainLimit = TimeAmount.seconds(90)

    /// Opens every spool; nothing is sent and nothing claimed before ``run()``.
    ///
    /// `mask` hides who is written to from everything but the messages themselves.
    ///
    /// - Throws: ``StartError`` when a pickup may not be opened as it is.
    init(
        settings: RelaySettings,
        from path: String,
        log: LogSink,
        mask: PrivacyMask? = nil,
        manager: ServiceManager
    ) async throws {
        settingsPath = path
        self.manager = manager
        currentSettings = CurrentSettings(settings)
        (self.log, self.mask) = (log, mask)
        let ledger = Self.makeLedger(settings, log)
        self.ledger = ledger
        let (loop, threads) = (group.next(), threads)
        let alerts = AlertDesk(
            settings.alerts,
            state: settings.state,
            threads: threads,
            log: log
        )
        self.alerts = alerts
        let bounces = BounceDesk(settings.pickups, host: HostName.own, threads: threads)
        self.bounces = bounces
        let engine = try await loop.submit {
            // Who answers a sender must know the sender; all others are told of pseudonyms.
            let optional: [(any MessageWitness)?] = [ledger, alerts]
            let witnesses = optional.compactMap { $0 }.map { witness -> any MessageWitness in
                mask.map { MaskedWitness(witness, $0) } ?? witness
            }
            let log = DeliveryLog(
                log,
                witnesses: witnesses + [bounces],
                wall: EngineClock.system.wall
            )
            return DeliveryEngine(loop: loop, threads: threads, log: log, clock: .system)
        }.get()
        self.engine = engine
        outboxes = Outboxes(engine: engine, loop: loop, threads: threads, log: log)
        let tokens = TokenLog(log)
        let services: ServiceAccess
        do {
            services = try ServiceAccess(settings, loop: loop) { tokens.write($1, of: $0) }
        } catch let defect as ProxyDefect {
            throw StartError("the proxy \(defect.phrase)", .settings)
        }
        let outboxes = outboxes
        let pickups = try settings.pickups.map { pickup in
            try RelayPickup(
                pickup,
                of: settings,
                engine: engine,
                loop: loop,
                threads: threads,
                log: log,
                refused: Self.tellSender(of: pickup, bounces, outboxes)
            )
        }
        let marks = CredentialMarks.ofRoutes(in: settings)
        parts = Mutex(Parts(pickups: pickups, services: services, marks: marks))
    }

    /// Runs until graceful shutdown; returns when nothing is on the wire any more.
    func run() async throws {
        log.write(LogLine(.notice, "started").adding("version", Version.text))
        beginMarker()
        await startLedger()
        try await startRoutes()
        startAlerts()
        for pickup in pickups { pickup.start() }
        let tasks = [
            Task { await watchFolders() },
            Task { await watchDisks() },
            Task { await leaveSnapshots() },
            Task { await watchCredentials() },
            Task { await watchConditions() },
            Task { await keepWithinRetention() },
            Task { await serveDashboard() },
            Task { await serveManager() },
        ]
        try? await gracefulShutdown()
        for task in tasks { task.cancel() }
        await endReloads()
        await stop()
    }

    /// Runs the watch helper, anew whenever a reload changes what there is to watch; without it every
    /// pickup still scans.
    private func watchFolders() async {
        var current: (folders: [WatchHelper.Folder], task: Task<Void, Never>)?
        for await settings in currentSettings.changes() {
            let folders = settings.pickups.map { pickup in
                WatchHelper.Folder(
                    path: pickup.path,
                    isRecursive: pickup.isRecursive,
                    excluded: pickup.spoolFolders
                )
            }
            if let current, current.folders == folders { continue }
            current?.task.cancel()
            await current?.task.value
            current = (folders, Task { await self.watch(folders) })
        }
        current?.task.cancel()
        await current?.task.value
    }

    private func watch(_ folders: [WatchHelper.Folder]) async {
        guard let executable = WatchHelper.ownExecutable().flatMap(WatchHelper.locate) else {
            var line = LogLine(.warning, "watch-helper-missing")
            line.add("reason", "There is no postchute-watch beside postchute or in libexec.")
            line.add("advice", "New files are found by scanning, every 30 seconds.")
            return log.write(line)
        }
        let log = log
        await WatchHelper(executable: executable, folders: folders) { [self] event in
            switch event {
            case .record(let record):
                if record == .ready { log.write(LogLine(.info, "watching")) }
                for pickup in pickups { pickup.hint(record) }
            case .started(let process):
                log.write(LogLine(.debug, "watch-helper").adding("process", process))
            case .away(let reason, let retry):
                var line = LogLine(.warning, "watch-helper-away")
                line.add("reason", reason)
                line.add("retry_in_s", retry.components.seconds)
                log.write(line)
                for pickup in pickups { pickup.scan() }
            }
        }.run()
    }

    /// Lets everything on the wire end, bounded, and closes what is open.
    private func stop() async {
        log.write(LogLine(.notice, "stopping"))
        manager.stopping()
        manager.extend(by: Self.drainExtension)
        let (loop, engine) = (group.next(), engine)
        for pickup in pickups { pickup.stop() }
        let drained = loop.flatSubmit { () -> EventLoopFuture<Bool> in
            let limit = loop.makePromise(of: Bool.self)
            let task = loop.scheduleTask(in: Self.drainLimit) { limit.succeed(false) }
            engine.stop().whenComplete { _ in
                task.cancel()
                limit.succeed(true)
            }
            return limit.futureResult
        }
        let progress = Task { await tellDraining() }
        let isDrained = (try? await drained.get()) ?? false
        progress.cancel()
        await leaveSnapshot()
        for pickup in pickups + parts.withLock({ $0.retired }) { pickup.close() }
        outboxes.close()
        await stopLedger()
        threads.stop()
        await services.stop()
        endMarker()
        log.write(LogLine(.notice, "stopped").adding("drained", isDrained))
        try? await group.shutdownGracefully()
    }
}
