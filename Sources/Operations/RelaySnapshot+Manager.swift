package import Delivery

extension RelaySnapshot {
    /// The daemon in one sentence, for who asks the service manager: whether mail flows, else what
    /// keeps it from that.
    package var managerSentence: String {
        let waiting = pickups.reduce(0) { $0 + $1.waiting + $1.deferred + $1.underWay }
        let what = "\(Self.count(pickups.count, "pickup")), \(Self.count(routes.count, "route"))"
        guard let obstacle = obstacles.first else {
            return "Mail flows: \(what); \(waiting) waiting."
        }
        let others = obstacles.count - 1
        let more = others == 0 ? "" : " (and \(others) more; see postchute status)"
        return "\(obstacle) \(waiting) waiting.\(more)"
    }

    /// What keeps mail from flowing, or soon will, one sentence each; routes first.
    private var obstacles: [String] {
        let suspended = routes.filter { $0.cause != nil }.map { route in
            "Route \(route.name) is suspended: \(route.reason ?? "")"
        }
        let stopped = pickups.compactMap { pickup in
            (pickup.suspended ?? pickup.folder).map { "Pickup \(pickup.name) waits: \($0)" }
        }
        let paused =
            routes.filter(\.isPaused).map { "Route \($0.name) is paused." }
            + pickups.filter(\.isPaused).map { "Pickup \($0.name) is paused." }
        return suspended + stopped + (disks ?? []).compactMap(\.isLow) + paused
    }

    private static func count(_ number: Int, _ word: String) -> String {
        number == 1 ? "1 \(word)" : "\(number) \(word)s"
    }
}
