internal import CLinux
internal import Glibc

/// The calls whose time, place or result is somebody else's to choose: the clock, the disk's barriers
/// and another thread.
///
/// Barriers return zero or −errno.
package struct SpoolHooks: Sendable {
    /// Microseconds since 1970.
    package var now: @Sendable () -> Int64
    /// fsync(2) of a folder or a file we wrote.
    package var sync: @Sendable (_ descriptor: Int32) -> Int32
    /// fdatasync(2) of a claimed file.
    package var syncData: @Sendable (_ descriptor: Int32) -> Int32
    /// Runs blocking work on another thread, at once on this one where there is no other.
    package var later: @Sendable (_ work: @escaping @Sendable () -> Void) -> Void
    /// The same behind the work that waits already, by this thread where it is one that does such
    /// work: the last thing that the caller does.
    package var inTurn: @Sendable (_ work: @escaping @Sendable () -> Void) -> Void
    /// The same after some milliseconds.
    package var soon: @Sendable (_ work: @escaping @Sendable () -> Void) -> Void

    /// Creates hooks; the system's own by default.
    package init(
        now: @escaping @Sendable () -> Int64 = { SpoolHooks.systemTime() },
        sync: @escaping @Sendable (Int32) -> Int32 = { SpoolHooks.systemSync($0) },
        syncData: @escaping @Sendable (Int32) -> Int32 = { SpoolHooks.systemSyncData($0) },
        later: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() },
        inTurn: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() },
        soon: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() }
    ) {
        self.now = now
        self.sync = sync
        self.syncData = syncData
        self.later = later
        self.inTurn = inTurn
        self.soon = soon
    }

    /// The system's own calls for a daemon: its threads know when one of them waits for the disk.
    package init(threads: SpoolThreads) {
        self.init(
            sync: { descriptor in threads.blocking { SpoolHooks.systemSync(descriptor) } },
            syncData: { descriptor in threads.blocking { SpoolHooks.systemSyncData(descriptor) } },
            later: { threads.runAnyway($0) },
            inTurn: { threads.runInTurn($0) },
            soon: { threads.runSoon($0) }
        )
    }

    /// The system's clock in microseconds since 1970.
    package static func systemTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// fsync(2), or −errno.
    package static func systemSync(_ descriptor: Int32) -> Int32 { linux_sync(descriptor) }

    /// fdatasync(2), or −errno.
    package static func systemSyncData(_ descriptor: Int32) -> Int32 { linux_sync_data(descriptor) }
}
