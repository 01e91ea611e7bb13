package import Delivery

extension StatusReport {
    /// What keeps mail from flowing by the daemon's own word, each with what it is about, what is the
    /// matter and what to do: the sentences of `status`.
    ///
    /// Looks at no folder: what only a folder tells, such as that it cannot be read, is missing.
    package static func obstacles(
        in snapshot: RelaySnapshot
    ) -> [(subject: String, sentence: String)] {
        let pickups = snapshot.pickups.flatMap { pickup in
            var counts = FolderCounts()
            counts.isPaused = pickup.isPaused
            return Pickup(name: pickup.name, counts: .success(counts), reported: pickup).attention
        }
        let routes = snapshot.routes.flatMap { route in
            Route(name: route.name, isPaused: route.isPaused, reported: route).attention
        }
        let accounts = (snapshot.accounts ?? []).flatMap(\.attention)
        return (pickups + routes + accounts).map(parts)
    }

    private static func parts(_ line: String) -> (subject: String, sentence: String) {
        guard let colon = line.firstRange(of: ": ") else { return ("", line) }
        return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }
}
