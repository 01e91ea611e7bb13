internal import Alerts
internal import Delivery
internal import EventLog
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Pickup
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
    private let parts: Mutex<Parts>
    /// Who tells people of what needs them.
    let alerts: AlertDesk
    /// The spools of Postchute's own mail.
    let outboxes: Outboxes
    let bounces: BounceDesk
    /// Which credentials end soon, in sentences.
    let expiring = Mutex<[String]>([])
    /// Why the last snapshot could not be written, so that it is said once.
    let snapshotTrouble = Mutex<String?>(nil)

    /// What a reload replaces.
    struct Parts {
        /// The pickups of the settings, in their order.
        var pickups: [RelayPickup]
        var services: ServiceAccess
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
    /// - Throws: ``StartError`` when a pickup may not be opened as it is.
    init(settings: RelaySettings, log: LogSink) async throws {
        currentSettings = CurrentSettings(settings)
        self.log = log
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
            let log = DeliveryLog(
                log,
                witnesses: [alerts, bounces],
                wall: EngineClock.system.wall
            )
            return DeliveryEngine(loop: loop, threads: threads, log: log, clock: .system)
        }.get()
        self.engine = engine
        outboxes = Outboxes(settings, engine: engine, loop: loop, threads: threads, log: log)
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
        parts = Mutex(Parts(pickups: pickups, services: services))
    }

    /// Runs until graceful shutdown; returns when nothing is on the wire any more.
    func run() async throws {
        log.write(LogLine(.notice, "started").adding("version", Version.text))
        await startLedger()
        try await startRoutes()
        startAlerts()
        for pickup in pickups { pickup.start() }
        let tasks = [
            Task { await watchFolders() },
            Task { await leaveSnapshots() },
            Task { await watchCredentials() },
            Task { await watchConditions() },
            Task { await keepWithinRetention() },
            Task { await serveDashboard() },
            Task { await serveManager() },
        ]
        try? await gracefulShutdown()
        for task in tasks { task.cancel() }
        await stop()
    }

    /// Runs the watch helper; without it every pickup still scans.
    private func watchFolders() async {
        guard let executable = WatchHelper.ownExecutable().flatMap(WatchHelper.locate) else {
            var line = LogLine(.warning, "watch-helper-missing")
            line.add("reason", "There is no postchute-watch beside postchute or in libexec.")
            line.add("advice", "New files are found by scanning, every 30 seconds.")
            return log.write(line)
        }
        let folders = settings.pickups.map { pickup in
            WatchHelper.Folder(
                path: pickup.path,
                isRecursive: pickup.isRecursive,
                excluded: pickup.spoolFolders
            )
        }
        let (pickups, log) = (pickups, log)
        await WatchHelper(executable: executable, folders: folders) { event in
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
        let isDrained = (try? await drained.get()) ?? false
        await leaveSnapshot()
        for pickup in pickups { pickup.close() }
        outboxes.close()
        await stopLedger()
        threads.stop()
        await services.stop()
        log.write(LogLine(.notice, "stopped").adding("drained", isDrained))
        try? await group.shutdownGracefully()
    }
}
