internal import CLinux
internal import Glibc

/// The calls whose time or result a test or a benchmark replaces: the clock and the disk's barriers.
///
/// Barriers return zero or −errno.
package struct SpoolHooks: Sendable {
    /// Microseconds since 1970.
    package var now: @Sendable () -> Int64
    /// fsync(2) of a folder or a file we wrote.
    package var sync: @Sendable (_ descriptor: Int32) -> Int32
    /// fdatasync(2) of a claimed file.
    package var syncData: @Sendable (_ descriptor: Int32) -> Int32

    /// Creates hooks; the system's own by default.
    package init(
        now: @escaping @Sendable () -> Int64 = { SpoolHooks.systemTime() },
        sync: @escaping @Sendable (Int32) -> Int32 = { SpoolHooks.systemSync($0) },
        syncData: @escaping @Sendable (Int32) -> Int32 = { SpoolHooks.systemSyncData($0) }
    ) {
        self.now = now
        self.sync = sync
        self.syncData = syncData
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
