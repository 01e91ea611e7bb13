internal import CLinux
internal import Glibc
package import Settings
package import Spool

/// The file `running` of the state directory: there while a daemon runs, and after one that ended
/// without a word.
package struct CrashMarker: Sendable {
    private let file: DurableFile
    private let boot: String

    /// How the daemon before this one ended.
    package enum Earlier: Hashable, Sendable {
        /// By itself, or there was none.
        case stopped
        /// It was killed or crashed, and the machine went on.
        case crashed(process: Int32)
        /// The machine went down under it.
        case machineWentDown
    }

    /// The marker of these settings; `boot` is which boot of the machine this is.
    package init(_ settings: StateSettings, boot: String = HostClock.boot) {
        file = DurableFile(folder: settings.directory, name: "running")
        self.boot = boot
    }

    /// Leaves the marker, durable when this returns, and tells how the last daemon ended.
    ///
    /// Blocking; to be called when the spools are locked, so that no other daemon is alive.
    package func begin(process: Int32 = getpid()) -> (earlier: Earlier, failure: SpoolError?) {
        let earlier = earlier
        do throws(SpoolError) {
            try file.replace(with: Array("\(process)\n\(boot)\n".utf8))
            return (earlier, nil)
        } catch {
            return (earlier, error)
        }
    }

    /// Removes the marker: the daemon stopped as it should.
    package func end() { _ = linux_unlink(AT_FDCWD, file.path) }

    private var earlier: Earlier {
        guard let octets = (try? file.read(atMost: 4096)) ?? nil else { return .stopped }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        let isOtherBoot = lines.count > 1 && !boot.isEmpty && lines[1] != boot
        if isOtherBoot { return .machineWentDown }
        // A marker that cannot be read was being written when the machine went down, or is damaged.
        return .crashed(process: lines.first.flatMap { Int32($0) } ?? 0)
    }
}

extension CrashMarker.Earlier {
    /// What happened, in one sentence; `nil` where nothing did.
    package var sentence: String? {
        switch self {
        case .stopped: nil
        case .crashed(let process) where process > 0:
            "The daemon before this one, process \(process), ended without stopping."
        case .crashed: "The daemon before this one ended without stopping."
        case .machineWentDown:
            "The machine went down, or was started anew, while the daemon was running."
        }
    }
}
