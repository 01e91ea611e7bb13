internal import Delivery
internal import Dispatch
internal import Operations
internal import Settings
internal import Synchronization

/// Looks at the file systems that are written to, each on a thread of its own: a mount that hangs keeps
/// the others from nothing.
final class DiskWatch: Sendable {
    /// A folder that is written to.
    struct Place: Hashable, Sendable {
        var path: String
        /// What uses it, in words.
        var use: String
    }

    /// What is known of one folder.
    private struct Probe {
        let queue: DispatchQueue
        var isPending = false
        var room: DiskRoom?
    }

    /// A file system as it was found last.
    struct Finding: Hashable, Sendable {
        var level: DiskLevel
        var status: DiskStatus
        /// The folders on it.
        var paths: [String]
    }

    private struct State {
        var probes: [String: Probe] = [:]
        /// By device.
        var findings: [UInt64: Finding] = [:]
    }

    private let state = Mutex(State())

    /// The file systems, for the snapshot.
    var statuses: [DiskStatus] {
        state.withLock { $0.findings.values.map(\.status).sorted { $0.path < $1.path } }
    }

    /// How much room the file system of a folder has, as far as it was looked at; enough where it was
    /// not.
    func level(of path: String) -> DiskLevel {
        state.withLock { $0.findings.values.first { $0.paths.contains(path) }?.level ?? .enough }
    }

    /// Why less is begun than usual on the file system of a folder.
    func reason(_ path: String) -> String? {
        state.withLock { $0.findings.values.first { $0.paths.contains(path) }?.status.isLow ?? nil }
    }

    /// Has every folder looked at that is not being looked at already.
    func look(at places: [Place]) {
        for path in Set(places.map(\.path)) {
            let queue = state.withLock { state -> DispatchQueue? in
                var probe = state.probes[path] ?? Probe(queue: DispatchQueue(label: "disk"))
                defer { state.probes[path] = probe }
                if probe.isPending { return nil }
                probe.isPending = true
                return probe.queue
            }
            queue?.async { [weak self] in
                let room = DiskRoom(of: path)
                self?.state.withLock { state in
                    state.probes[path]?.isPending = false
                    state.probes[path]?.room = room
                }
            }
        }
    }

    /// Judges what was found; returns the file systems whose level changed, with the level before.
    ///
    /// One that does not answer keeps the level it had.
    func judge(_ places: [Place], by settings: DiskSettings) -> [(before: DiskLevel, Finding)] {
        state.withLock { state in
            var groups: [UInt64: (room: DiskRoom, places: [Place])] = [:]
            for place in places {
                guard let room = state.probes[place.path]?.room else { continue }
                groups[room.device, default: (room, [])].places.append(place)
            }
            var changes: [(before: DiskLevel, Finding)] = []
            var findings: [UInt64: Finding] = [:]
            for (device, group) in groups {
                let before = state.findings[device]?.level ?? .enough
                let finding = Finding(group.room, group.places, settings, before: before)
                findings[device] = finding
                if finding.level != before { changes.append((before, finding)) }
            }
            state.findings = findings
            return changes
        }
    }
}

extension DiskWatch.Finding {
    fileprivate init(
        _ room: DiskRoom,
        _ places: [DiskWatch.Place],
        _ settings: DiskSettings,
        before: DiskLevel
    ) {
        let path = places[0].path
        level = settings.level(of: room, after: before)
        paths = places.map(\.path)
        var uses: [String] = []
        for place in places where !uses.contains(place.use) { uses.append(place.use) }
        status = DiskStatus(
            path: path,
            use: uses.joined(separator: ", "),
            freeOctets: room.freeOctets,
            totalOctets: room.totalOctets
        )
        status.freeInodes = room.freeFiles
        status.totalInodes = room.totalFiles
        status.isLow = settings.sentence(level, room, of: path)
    }
}
