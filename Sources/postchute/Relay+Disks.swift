internal import Delivery
internal import EventLog
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Settings

extension Relay {
    /// How often the disks are looked at, and how long an answer is waited for.
    private static let diskInterval = Duration.seconds(3)
    private static let diskPatience = Duration.milliseconds(200)

    /// Looks at the disks again and again, and keeps what would fill them from beginning; until the
    /// task is cancelled.
    func watchDisks() async {
        while !Task.isCancelled {
            let settings = settings
            let places = settings.writtenPlaces
            disks.look(at: places)
            try? await Task.sleep(for: Self.diskPatience)
            for (before, finding) in disks.judge(places, by: settings.disk) {
                tell(finding, after: before)
            }
            await holdBack(settings)
            try? await Task.sleep(for: Self.diskInterval)
        }
    }

    private func tell(_ finding: DiskWatch.Finding, after before: DiskLevel) {
        let status = finding.status
        var line =
            finding.level > before
            ? LogLine(finding.level == .full ? .error : .warning, "disk-low")
            : LogLine(.notice, finding.level == .enough ? "disk-recovered" : "disk-low")
        line.add("path", status.path)
        line.add("use", status.use)
        line.add("free", status.freeOctets)
        if let files = status.freeInodes { line.add("free_files", files) }
        if let reason = status.isLow {
            line.add("reason", reason)
            line.add("advice", DiskStatus.advice)
        }
        log.write(line)
    }

    private func holdBack(_ settings: RelaySettings) async {
        var waiting: [String: String] = [:]
        for pickup in pickups {
            let level = disks.level(of: pickup.settings.spool)
            let feedback = pickup.settings.feedback.map { disks.level(of: $0) } ?? .enough
            pickup.allowCopies(level == .enough, feedback: feedback == .enough)
            if level == .full {
                waiting[pickup.settings.name] = disks.reason(pickup.settings.spool)
            }
        }
        let (engine, held) = (engine, waiting)
        try? await group.next().submit { engine.holdForRoom(held) }.get()
    }
}

extension RelaySettings {
    /// Every folder whose file system the daemon writes to, and what uses it.
    fileprivate var writtenPlaces: [DiskWatch.Place] {
        let spools = pickups.map { DiskWatch.Place(path: $0.spool, use: "spool of \($0.name)") }
        let texts = pickups.compactMap { pickup in
            pickup.feedback.map { DiskWatch.Place(path: $0, use: "feedback of \(pickup.name)") }
        }
        return spools + texts + [DiskWatch.Place(path: state.directory, use: "state")]
    }
}
