internal import Alerts
internal import Delivery
internal import EventLog
internal import NIOCore
internal import Settings
internal import Spool
internal import Synchronization

/// The spools of Postchute's own mail: one for each channel by mail, and one for each pickup whose
/// senders are told of failures.
final class Outboxes: Sendable {
    private let opened = Mutex<[String: Opened]>([:])
    private let engine: DeliveryEngine
    private let loop: any EventLoop
    private let threads: SpoolThreads
    private let log: LogSink

    /// A spool in use.
    private struct Opened {
        let outbox: Outbox
        /// The routes that carry its mail, in order of preference.
        var routes: [String]
    }

    /// Opens nothing yet.
    init(engine: DeliveryEngine, loop: any EventLoop, threads: SpoolThreads, log: LogSink) {
        (self.engine, self.loop, self.threads, self.log) = (engine, loop, threads, log)
    }

    /// The outbox of a channel or of a pickup.
    subscript(kind: Outbox.Kind, object: String) -> Outbox? {
        opened.withLock { $0[Outbox.name(kind, of: object)]?.outbox }
    }

    /// Opens those of the settings that are not open, and hands them to the engine with what a crash
    /// left; blocking.
    ///
    /// Those that are open get the routes of the settings. One that cannot be opened is said in the
    /// log and missing: no mail of others waits for it. One that the settings no longer have goes on
    /// until the next start, for what waits in it.
    func open(for settings: RelaySettings) {
        for channel in settings.alerts.channels {
            guard case .mail(let mail) = channel.means else { continue }
            open(.alert, of: channel.name, routes: mail.routes, settings)
        }
        for pickup in settings.pickups where pickup.bounceFrom != nil {
            open(.bounce, of: pickup.name, routes: pickup.routes, settings)
        }
    }

    private func open(
        _ kind: Outbox.Kind,
        of object: String,
        routes: [String],
        _ settings: RelaySettings
    ) {
        if self[kind, object] != nil { return redirect(Outbox.name(kind, of: object), to: routes) }
        let engine = engine
        do throws(SpoolError) {
            let outbox = try Outbox(
                kind,
                of: object,
                state: settings.state.directory,
                threads: threads
            ) { engine.claimed($0, pickup: $1) }
            opened.withLock { $0[outbox.name] = Opened(outbox: outbox, routes: routes) }
            add(outbox, routes)
            try outbox.claimLeft()
        } catch {
            var line = LogLine(.error, "own-mail-unusable").adding("of", object)
            line.add("reason", error.fullSentence)
            log.write(line)
        }
    }

    /// Has other routes carry the mail of a spool that is open.
    private func redirect(_ name: String, to routes: [String]) {
        let changed = opened.withLock { opened -> Outbox? in
            guard let found = opened[name], found.routes != routes else { return nil }
            opened[name]?.routes = routes
            return found.outbox
        }
        if let changed { add(changed, routes) }
    }

    private func add(_ outbox: Outbox, _ routes: [String]) {
        let engine = engine
        let pickup = outbox.pickup(routes: routes, policy: SettlementPolicy())
        loop.execute { engine.add(pickup) }
    }

    /// Frees the locks of the spools.
    func close() {
        for opened in opened.withLock({ Array($0.values) }) { opened.outbox.close() }
    }
}
