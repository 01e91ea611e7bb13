internal import CLinux
internal import Glibc

/// What the machine knows of its clocks beyond their readings.
package enum HostClock {
    /// Which boot of the machine this is, so that readings of the monotonic clock can be compared
    /// across processes; empty where the system does not say.
    package static let boot: String = {
        let path = "/proc/sys/kernel/random/boot_id"
        let file = linux_open(AT_FDCWD, path, O_RDONLY, 0)
        guard file >= 0 else { return "" }
        defer { _ = linux_close(file) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = buffer.withUnsafeMutableBytes { linux_read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return "" }
        return String(decoding: buffer.prefix(Int(count)).prefix { $0 > 0x20 }, as: UTF8.self)
    }()

    /// Whether a time server keeps the wall clock, as far as the kernel was told.
    package static var isWallKept: Bool { linux_clock_is_kept() == 1 }
}
