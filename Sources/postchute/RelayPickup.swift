internal import Delivery
internal import Documents
internal import EventLog
internal import Glibc
internal import MailMessage
internal import NIOCore
internal import Operations
internal import Pickup
internal import Settings
internal import Spool
internal import Synchronization

/// One pickup of the running relay: its watched folder and the spool behind it.
final class RelayPickup: Sendable {
    let settings: PickupSettings
    private let routes: [RouteSettings]
    private let rules: MessageRules
    private let documents: DocumentRules?
    private let engine: DeliveryEngine
    private let loop: any EventLoop
    private let hooks: SpoolHooks
    private let log: PickupLog
    private let feedback: FeedbackWriter?
    private let refused: @Sendable (SpoolName) -> Void
    private let state: Mutex<State>

    private struct State {
        /// The spool in use: another one after the folder was replaced.
        var spool: MessageSpool?
        var folder: PickupFolder?
        var condition = Condition()
    }

    /// What the watching side knows, for the snapshot.
    struct Condition: Sendable {
        /// How readiness is decided, in a sentence.
        var readiness: String?
        /// Whether leases are refused that would tell more.
        var isReadinessDegraded = false
        /// What keeps files from being claimed, if anything does.
        var trouble: String?
    }

    /// Opens the spool.
    ///
    /// A folder that is merely missing is waited for, since mounts come late.
    ///
    /// Without `opensSpool` it gets that of another pickup by ``takeOver(from:)``. Pickups that are
    /// `leaving` the settings share their lock with one in the same folders.
    ///
    /// `refused` gets the name of every message that went to `failed/`, and must not block.
    ///
    /// - Throws: ``StartError`` for anything else.
    init(
        _ settings: PickupSettings,
        of relay: RelaySettings,
        engine: DeliveryEngine,
        loop: any EventLoop,
        threads: SpoolThreads,
        log: LogSink,
        opensSpool: Bool = true,
        leaving: [RelayPickup] = [],
        refused: @escaping @Sendable (SpoolName) -> Void
    ) throws {
        self.settings = settings
        routes = relay.routes
        rules = relay.rules(of: settings)
        documents = relay.documents(of: settings)
        self.engine = engine
        self.refused = refused
        self.loop = loop
        hooks = SpoolHooks(threads: threads)
        self.log = PickupLog(pickup: settings.name, log: log)
        feedback = FeedbackFolder(settings).map { [log = self.log] in
            FeedbackWriter($0, log: log)
        }
        guard opensSpool else {
            state = Mutex(State())
            return
        }
        let options = SpoolOptions(of: settings)
        let earlier = leaving.compactMap(\.spool).first {
            $0.options.spoolPath == options.spoolPath
        }
        do {
            state = Mutex(State(spool: try Self.openSpool(options, hooks, takingOver: earlier)))
        } catch {
            guard error.kind == .vanished || error.number == ESTALE else {
                throw StartError(settings.name, error)
            }
            state = Mutex(State())
        }
    }

    /// The engine recovers it, which the pickup's thread has to wait for.
    private static func openSpool(
        _ options: SpoolOptions,
        _ hooks: SpoolHooks,
        takingOver former: MessageSpool? = nil
    ) throws(SpoolError) -> MessageSpool {
        let spool = try MessageSpool(opening: options, hooks: hooks, takingOver: former)
        spool.awaitRecovery()
        return spool
    }

    var condition: Condition { state.withLock { $0.condition } }

    /// The spool in use; `nil` while the folder is missing.
    var spool: MessageSpool? { state.withLock { $0.spool } }

    /// Ends the watching of the pickup whose place it takes, waits for a claim under way, and takes its
    /// spool, which never loses its lock.
    func takeOver(from former: RelayPickup) {
        former.stop()
        let spool = former.state.withLock { state in
            defer { state.spool = nil }
            return state.spool
        }
        state.withLock { $0.spool = spool }
    }

    /// Whether content may be copied to another file system, and texts be written for writers.
    func allowCopies(_ mayCopy: Bool, feedback mayTell: Bool) {
        state.withLock { $0.spool }?.allowCopies(mayCopy)
        feedback?.allow(mayTell, spool: spool, now: EngineClock.system.wall)
    }

    /// Hands the spool to the engine and begins to watch the folder.
    func start() {
        let (options, hooks) = (SpoolOptions(of: settings), hooks)
        let spool = state.withLock { $0.spool }
        if let spool { addToEngine(spool) }
        let folder = PickupFolder(
            name: settings.name,
            path: settings.path,
            rules: PickupRules(settings, documents: documents),
            spool: spool,
            open: { () throws(SpoolError) in try Self.openSpool(options, hooks) },
            report: { [weak self] event in self?.receive(event) }
        )
        state.withLock { $0.folder = folder }
        folder.start()
    }

    /// Passes on what the watch helper saw.
    func hint(_ record: WatchRecord) { state.withLock { $0.folder }?.hint(record) }

    /// Asks for a scan.
    func scan() { state.withLock { $0.folder }?.scan() }

    /// Ends the watching; what is claimed is claimed.
    func stop() {
        let folder = state.withLock { state in
            defer { state.folder = nil }
            return state.folder
        }
        folder?.stop()
    }

    /// Removes old texts for writers.
    func removeOldFeedback() { feedback?.removeOld() }

    /// Frees the spool's lock.
    func close() {
        feedback?.finish()
        state.withLock { $0.spool }?.close()
    }

    private func addToEngine(_ spool: MessageSpool) {
        feedback?.sweep(spool, now: EngineClock.system.wall)
        var delivery = DeliveryPickup(
            name: settings.name,
            spool: spool,
            routes: settings.routes,
            policy: SettlementPolicy(settings, routes: routes),
            rules: rules,
            documents: documents,
            foundStrays: { [weak self] strays in
                self?.state.withLock { $0.folder }?.examine(strays: strays)
            }
        )
        delivery.maximumPerHour = settings.maximumPerHour
        delivery.maximumRecipientsPerDay = settings.maximumRecipientsPerDay
        delivery.priority = DeliveryPriority(settings.priority)
        delivery.refused = { [feedback, refused] name, text in
            feedback?.write(text, about: name)
            refused(name)
        }
        let (engine, added) = (engine, delivery)
        loop.execute { engine.add(added) }
    }

    private func receive(_ event: PickupEvent) {
        log.write(event)
        switch event {
        case .claimed(let files):
            engine.claimed(
                files.map(\.name),
                dropped: files.map { $0.facts.modified / 1000 },
                pickup: settings.name
            )
        case .wake:
            engine.wake(pickup: settings.name)
        case .suspended(let error), .folderMissing(let error):
            state.withLock { $0.condition.trouble = error.fullSentence }
        case .resumed:
            state.withLock { $0.condition.trouble = nil }
        case .folderBack(let spool):
            let isNew = state.withLock { state in
                defer {
                    state.spool = spool
                    state.condition.trouble = nil
                }
                return state.spool !== spool
            }
            if isNew { addToEngine(spool) }
        case .effectiveReadiness(let readiness):
            state.withLock { state in
                state.condition.readiness = readiness.sentence
                state.condition.isReadinessDegraded = readiness.isDegraded
            }
        case .held(let file):
            let text = FeedbackText(truncated: file.completeness)
            feedback?.write(text.octets(file.name, at: EngineClock.system.wall()), about: file.name)
        case .left, .leftUnreported, .crowded:
            break
        }
    }
}
