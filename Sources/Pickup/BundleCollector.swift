internal import Documents
internal import Spool

/// Which bundles wait for further files, and which wait no longer.
///
/// Knows times and names only; ``CandidateLooker`` moves the files.
final class BundleCollector {
    private struct Open {
        var bundle: CollectedBundle
        /// When its last file came.
        var last: Duration
    }

    /// By the folder that the files come from.
    private var open: [[UInt8]: Open] = [:]
    /// Those that get no further file.
    private var closed: [CollectedBundle] = []
    private let window: Duration
    private let maximumOctets: Int64

    /// How long a file that is still being written may keep its bundle waiting.
    static let longestDelay = Duration.seconds(600)

    /// Collects by a pickup's rules; `nil` where it makes no bundles.
    init?(_ rules: PickupRules) {
        guard let documents = rules.documents, let window = documents.bundle else { return nil }
        self.window = window
        // Base64 makes four octets of three, and a line end of every 57.
        maximumOctets = Int64(documents.rules.maximumOctets) / 78 * 57
    }

    /// The bundle that a file of a folder joins; `nil` begins one.
    func joinable(_ folder: [UInt8], octets: Int64) -> CollectedBundle? {
        guard let bundle = open[folder]?.bundle else { return nil }
        if bundle.count < DocumentRules.maximumMembers,
            bundle.octets + octets <= maximumOctets
        {
            return bundle
        }
        close(folder)
        return nil
    }

    /// Notes that a file has joined a bundle, or begun it.
    func add(_ bundle: CollectedBundle, to folder: [UInt8], at now: Duration) {
        open[folder] = Open(bundle: bundle, last: now)
    }

    /// Lets no further file into the bundle of a folder.
    func close(_ folder: [UInt8]) {
        if let bundle = open.removeValue(forKey: folder)?.bundle { closed.append(bundle) }
    }

    /// Goes on with a bundle that an earlier process left, or sends it off where another of its folder
    /// is open.
    func resume(_ bundle: CollectedBundle, at now: PickupTime) {
        let age = now.wall - .nanoseconds(bundle.lastArrival)
        // A clock that was set proves nothing: the full time then.
        let waited = age >= .zero && age <= window ? age : age > window ? window : .zero
        let last = now.monotonic - waited
        if let other = open[bundle.folder], other.bundle.name != bundle.name {
            closed.append(other.bundle)
        }
        open[bundle.folder] = Open(bundle: bundle, last: last)
    }

    /// The folders whose bundles have waited long enough, unless a file there is still on its way.
    func due(at now: Duration, hasPending: ([UInt8]) -> Bool) -> [[UInt8]] {
        open.filter { folder, bundle in
            let waited = now - bundle.last
            return waited >= window && (!hasPending(folder) || waited >= Self.longestDelay)
        }.map(\.key)
    }

    /// Takes what gets no further file.
    func takeClosed() -> [CollectedBundle] {
        defer { closed = [] }
        return closed
    }

    /// Gives back what could not be put into the queue, for the next time.
    func putBack(_ bundles: [CollectedBundle]) { closed += bundles }

    /// When something is due next.
    func nextDue(at now: Duration, hasPending: ([UInt8]) -> Bool) -> Duration? {
        if !closed.isEmpty { return now }
        return open.map { folder, bundle in
            let due = bundle.last + window
            if due > now || !hasPending(folder) { return due }
            // The file on its way has an appointment of its own.
            return bundle.last + Self.longestDelay
        }.min()
    }

    /// Whether nothing waits.
    var isEmpty: Bool { open.isEmpty && closed.isEmpty }
}
