internal import Delivery
internal import Glibc
internal import Settings
internal import Spool

/// Whether a daemon serves these settings, by what it left and what it holds.
enum DaemonState: Hashable, Sendable {
    /// It reports.
    case running(RelaySnapshot)
    /// It holds a spool and has not reported for a while, or not yet.
    case silent(process: Int32?, last: RelaySnapshot?)
    /// There is none; the last one left this.
    case stopped(RelaySnapshot?)
    /// This user may not look.
    case hidden

    /// How old a report may be, in microseconds; the daemon writes one every few seconds.
    private static let freshness: Int64 = 30_000_000

    // A report from the future is from before the clock was set back.
    static func isFresh(_ report: RelaySnapshot, at now: Int64) -> Bool {
        let age = Readable.microseconds(from: report.takenAt, to: now)
        return (-freshness..<freshness).contains(age)
    }

    /// What a running daemon says of itself.
    var snapshot: RelaySnapshot? {
        switch self {
        case .running(let snapshot): snapshot
        case .silent, .stopped, .hidden: nil
        }
    }

    /// Whether there is no daemon that would notice what a command does.
    var isStopped: Bool {
        switch self {
        case .stopped: true
        case .running, .silent, .hidden: false
        }
    }

    /// One sentence about it.
    func sentence(at now: Int64, directory: String) -> String {
        switch self {
        case .running(let snapshot):
            return "Postchute \(snapshot.version) is running: process \(snapshot.processID), "
                + "seen \(Readable.span(from: snapshot.takenAt, to: now)) ago."
        case .silent(let process, let last):
            let who = process.map { "Postchute (process \($0))" } ?? "Postchute"
            guard let last, last.processID == process else {
                return "\(who) is starting: it has not reported yet."
            }
            return "\(who) runs but has not reported since \(WallTime.text(last.takenAt)): "
                + "it hangs, or the disk of \(directory) does."
        case .stopped(let last?):
            return "Postchute is not running; it was last seen at \(WallTime.text(last.takenAt)), "
                + "\(Readable.span(from: last.takenAt, to: now)) ago."
        case .stopped(nil):
            return "Postchute is not running; it has left no report in \(directory)."
        case .hidden:
            return "It is not known whether Postchute is running: \(directory) is closed to you; "
                + "ask as root or as the daemon's user."
        }
    }
}

extension RelayFolders {
    /// Looks for a daemon.
    func daemon() -> DaemonState {
        let file = StatusFile(settings.state)
        if file.isHidden { return .hidden }
        let last = file.read()
        if let last, DaemonState.isFresh(last, at: now()), isAlive(last.processID) {
            return .running(last)
        }
        guard let holder = holder() else { return .stopped(last) }
        return .silent(process: holder.process, last: last)
    }

    // EPERM: it lives and is somebody else's.
    private func isAlive(_ process: Int32) -> Bool {
        process > 0 && (kill(process, 0) == 0 || errno == EPERM)
    }

    /// Who holds the lock of a spool.
    private func holder() -> (isRunning: Bool, process: Int32?)? {
        for pickup in settings.pickups {
            if let holder = try? spool(of: pickup).daemon(), holder.isRunning { return holder }
        }
        return nil
    }
}
