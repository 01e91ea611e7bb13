internal import Delivery
internal import Synchronization

/// The last snapshot, for those in this process who would otherwise read the file.
final class LatestSnapshot: Sendable {
    private let snapshot = Mutex<RelaySnapshot?>(nil)

    /// The snapshot; `nil` before the first.
    var value: RelaySnapshot? { snapshot.withLock { $0 } }

    /// Keeps a snapshot instead of the one before.
    func keep(_ new: RelaySnapshot) { snapshot.withLock { $0 = new } }
}
