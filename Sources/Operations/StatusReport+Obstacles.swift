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

    /// What does not keep mail from flowing, and needs somebody all the same: pickups at a limit of
    /// their own, and disks that are low.
    package static func cautions(
        in snapshot: RelaySnapshot
    ) -> [(subject: String, sentence: String)] {
        snapshot.pickups.compactMap(usedUp) + (snapshot.disks ?? []).compactMap(lack)
    }

    static func usedUp(
        _ pickup: RelaySnapshot.PickupStatus
    ) -> (subject: String, sentence: String)? {
        pickup.usedUp.map { limit in
            let sentence =
                "It has used up its limit of \(limit.words); the rest waits, and there is room again "
                + "in \(Readable.span(seconds: limit.roomInSeconds)). \(pickup.rateAdvice)"
            return ("pickup \(pickup.name)", sentence)
        }
    }

    static func lack(_ disk: DiskStatus) -> (subject: String, sentence: String)? {
        disk.isLow.map { ("disk of \(disk.use)", "\($0) \(DiskStatus.advice)") }
    }

    private static func parts(_ line: String) -> (subject: String, sentence: String) {
        guard let colon = line.firstRange(of: ": ") else { return ("", line) }
        return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }
}
