internal import Alerts
internal import Delivery
internal import EventLog
internal import Glibc
internal import Ledger
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Settings
internal import Synchronization

extension Relay {
    /// How often the snapshot is renewed; `status` calls one older than this many times over stale.
    private static let snapshotInterval = Duration.seconds(2)

    /// Leaves a snapshot again and again until the task is cancelled.
    func leaveSnapshots() async {
        while !Task.isCancelled {
            await leaveSnapshot()
            try? await Task.sleep(for: Self.snapshotInterval)
        }
    }

    /// Leaves one snapshot; where that fails, one line says so and mail goes on.
    func leaveSnapshot() async {
        let engine = engine
        guard
            var snapshot = try? await group.next().submit({
                engine.snapshot(processID: getpid(), version: Version.text)
            }).get()
        else { return }
        add(conditionsTo: &snapshot)
        if let mask { snapshot.mask(by: mask) }
        snapshot.expiring = expiring.withLock { $0 }
        snapshot.startedAt = startedAt
        snapshot.isAfterCrash = isAfterCrash.load(ordering: .relaxed)
        snapshot.disks = disks.statuses
        snapshot.ledger = ledger?.trouble?.sentence
        snapshot.alerts = alerts.observe(snapshot)
        // Postchute's own mail is shown by its alerts.
        snapshot.pickups.removeAll { $0.name.contains(".") }
        latestSnapshot.keep(snapshot)
        // A stop shows how far it is.
        if reloading.withLock({ $0.isOpen }) { manager.show(snapshot.managerSentence) }
        do {
            try StatusFile(settings.state).write(snapshot)
            snapshotTrouble.withLock { $0 = nil }
        } catch {
            let reason = "\(error)"
            let isNew = snapshotTrouble.withLock { known in
                defer { known = reason }
                return known != reason
            }
            if isNew { log.write(LogLine(.warning, "no-snapshot").adding("reason", reason)) }
        }
    }

    private func add(conditionsTo snapshot: inout RelaySnapshot) {
        for pickup in pickups {
            let condition = pickup.condition
            if let index = snapshot.pickups.firstIndex(where: { $0.name == pickup.settings.name }) {
                snapshot.pickups[index].readiness = condition.readiness
                snapshot.pickups[index].isReadinessDegraded = condition.isReadinessDegraded
                snapshot.pickups[index].folder = condition.trouble
            } else {
                snapshot.pickups.append(
                    RelaySnapshot.PickupStatus(missing: pickup.settings.name, condition.trouble)
                )
            }
        }
    }
}
