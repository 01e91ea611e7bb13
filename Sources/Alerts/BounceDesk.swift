internal import CLinux
package import Delivery
internal import Glibc
package import Settings
package import Spool
internal import Synchronization

/// Tells senders of messages that failed, for pickups that want it.
///
/// A message is told of when both are known: what happened, by its event, and that it is in
/// `failed/`, by its pickup.
package final class BounceDesk: MessageWitness {
    private let pickups: [String: PickupSettings]
    private let host: String
    private let threads: SpoolThreads
    private let state = Mutex(State())

    private struct State {
        var events: [String: MessageEvent] = [:]
        var allowance = BounceAllowance()
    }

    /// Messages between their event and their arrival in `failed/`.
    private static let maximumEvents = 1000
    private static let headOctets = 65_536

    /// Creates a desk; `host` is the name this host calls itself.
    package init(_ pickups: [PickupSettings], host: String, threads: SpoolThreads) {
        self.pickups = Dictionary(
            pickups.filter { $0.bounceFrom != nil }.map { ($0.name, $0) }
        ) { first, _ in first }
        (self.host, self.threads) = (host, threads)
    }

    package func note(_ event: MessageEvent) {
        guard event.kind == .failed, pickups[event.pickup] != nil else { return }
        state.withLock { state in
            if state.events.count < Self.maximumEvents { state.events[event.id] = event }
        }
    }

    /// Tells the sender of a message that is in `failed/` now, by mail of an outbox; returns at once.
    package func failed(_ name: SpoolName, pickup: String, by outbox: Outbox) {
        guard let settings = pickups[pickup], let from = settings.bounceFrom,
            let event = state.withLock({ $0.events.removeValue(forKey: name.id.text) })
        else { return }
        threads.run { [self] in
            let head = Self.head(of: name, in: "\(settings.spool)/failed")
            guard let head,
                let message = BounceMessage(event, original: head, from: from, host: host),
                state.withLock({ $0.allowance.take(event.sender ?? "", at: event.at) })
            else { return }
            outbox.postSoon(message.octets())
        }
    }

    private static func head(of name: SpoolName, in folder: String) -> [UInt8]? {
        let path = Array(folder.utf8) + [UInt8(ascii: "/")] + name.octets + [0]
        let descriptor = path.withUnsafeBytes { octets in
            octets.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map {
                    linux_open(AT_FDCWD, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)
                } ?? -EINVAL
            }
        }
        guard descriptor >= 0 else { return nil }
        defer { _ = linux_close(descriptor) }
        var octets = [UInt8](repeating: 0, count: headOctets)
        let count = octets.withUnsafeMutableBytes {
            linux_read(descriptor, $0.baseAddress, $0.count)
        }
        return count > 0 ? Array(octets[..<Int(count)]) : nil
    }
}

/// How often senders are told: a program that sends to nobody's address must not fill a mailbox.
struct BounceAllowance {
    private var times: [String: [Int64]] = [:]
    private var all: [Int64] = []

    private static let span: Int64 = 3_600_000_000
    private static let ofOne = 10
    private static let ofAll = 200

    /// Whether a sender may be told now, in microseconds since 1970; counts it if so.
    mutating func take(_ sender: String, at now: Int64) -> Bool {
        let isRecent = { (time: Int64) in abs(now - time) < Self.span }
        all = all.filter(isRecent)
        times = times.mapValues { $0.filter(isRecent) }.filter { !$0.value.isEmpty }
        let key = sender.lowercased()
        guard all.count < Self.ofAll, times[key, default: []].count < Self.ofOne else {
            return false
        }
        all.append(now)
        times[key, default: []].append(now)
        return true
    }
}
