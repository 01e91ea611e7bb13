internal import Alerts
internal import Delivery
internal import EventLog
internal import NIOCore
internal import Settings
internal import Spool
internal import Submission

/// The spools of Postchute's own mail: one for each channel by mail, and one for each pickup whose
/// senders are told of failures.
final class Outboxes: Sendable {
    private let outboxes: [(outbox: Outbox, pickup: DeliveryPickup)]
    private let engine: DeliveryEngine
    private let loop: any EventLoop
    private let log: LogSink

    /// Opens them; one that cannot be opened is said in the log and missing then, and no mail of others
    /// waits for that.
    init(
        _ settings: RelaySettings,
        engine: DeliveryEngine,
        loop: any EventLoop,
        threads: SpoolThreads,
        log: LogSink
    ) {
        (self.engine, self.loop, self.log) = (engine, loop, log)
        let alerts = settings.alerts.channels.compactMap { channel in
            if case .mail(let mail) = channel.means {
                (Outbox.Kind.alert, channel.name, mail.routes)
            } else {
                nil
            }
        }
        let bounces = settings.pickups.filter { $0.bounceFrom != nil }.map {
            (Outbox.Kind.bounce, $0.name, $0.routes)
        }
        var opened: [(Outbox, DeliveryPickup)] = []
        for (kind, object, routes) in alerts + bounces {
            do throws(SpoolError) {
                let outbox = try Outbox(
                    kind,
                    of: object,
                    state: settings.state.directory,
                    threads: threads
                ) { engine.claimed($0, pickup: $1) }
                let policy = SettlementPolicy()
                opened.append((outbox, outbox.pickup(routes: routes, policy: policy)))
            } catch {
                Self.complain(error, object, log)
            }
        }
        outboxes = opened
    }

    /// The outbox of a channel or of a pickup.
    subscript(kind: Outbox.Kind, object: String) -> Outbox? {
        outboxes.first { $0.outbox.name == "\(kind.rawValue).\(object)" }?.outbox
    }

    /// Hands them to the engine, with what a crash left unclaimed.
    func start() {
        for (outbox, pickup) in outboxes {
            let engine = engine
            loop.execute { engine.add(pickup) }
            do throws(SpoolError) {
                try outbox.claimLeft()
            } catch {
                Self.complain(error, outbox.name, log)
            }
        }
    }

    /// Frees the locks of the spools.
    func close() { for entry in outboxes { entry.outbox.close() } }

    private static func complain(_ error: SpoolError, _ object: String, _ log: LogSink) {
        var line = LogLine(.error, "own-mail-unusable").adding("of", object)
        line.add("reason", error.fullSentence)
        log.write(line)
    }
}
