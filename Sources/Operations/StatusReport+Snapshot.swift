package import Delivery
package import Settings

extension StatusReport {
    /// Judges by a snapshot alone, for the daemon itself: no folder is looked at.
    package init(of snapshot: RelaySnapshot, _ settings: RelaySettings, now: Int64) {
        let isFresh = DaemonState.isFresh(snapshot, at: now)
        daemon = isFresh ? .running(snapshot) : .silent(process: snapshot.processID, last: snapshot)
        self.now = now
        directory = settings.state.directory
        pickups = settings.pickups.map { pickup in
            let reported = snapshot.pickups.first { $0.name == pickup.name }
            var counts = FolderCounts()
            counts.isPaused = reported?.isPaused ?? false
            return Pickup(name: pickup.name, counts: .success(counts), reported: reported)
        }
        routes = settings.routes.map { route in
            let reported = snapshot.routes.first { $0.name == route.name }
            return Route(
                name: route.name,
                isPaused: reported?.isPaused ?? false,
                reported: reported
            )
        }
    }

    /// What keeps mail from flowing, one sentence or a few for each; empty while it flows.
    package var sentences: [String] {
        switch daemon {
        case .running: obstacles
        case .stopped, .silent, .hidden: [daemon.sentence(at: now, directory: directory)]
        }
    }
}
