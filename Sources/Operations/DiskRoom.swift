internal import Glibc
package import Settings

/// How much room one file system has, as statvfs(3) tells.
package struct DiskRoom: Hashable, Sendable {
    /// Tells file systems apart.
    package var device: UInt64
    package var freeOctets: Int64
    package var totalOctets: Int64
    /// `nil` on file systems that do not count files.
    package var freeFiles: Int64?
    package var totalFiles: Int64?

    /// Creates a room.
    package init(
        device: UInt64 = 0,
        freeOctets: Int64,
        totalOctets: Int64,
        freeFiles: Int64? = nil,
        totalFiles: Int64? = nil
    ) {
        (self.device, self.freeOctets, self.totalOctets) = (device, freeOctets, totalOctets)
        (self.freeFiles, self.totalFiles) = (freeFiles, totalFiles)
    }

    /// Looks at the file system of a folder; `nil` where it is not there.
    ///
    /// Blocks for as long as the file system does not answer.
    package init?(of path: String) {
        var facts = statvfs()
        var file = stat()
        guard statvfs(path, &facts) == 0, stat(path, &file) == 0 else { return nil }
        let block = Int64(clamping: facts.f_frsize)
        device = UInt64(file.st_dev)
        // What only root may still use is not ours to use.
        freeOctets = Self.product(Int64(clamping: facts.f_bavail), block)
        totalOctets = Self.product(Int64(clamping: facts.f_blocks), block)
        if facts.f_files > 0 {
            freeFiles = Int64(clamping: facts.f_favail)
            totalFiles = Int64(clamping: facts.f_files)
        }
    }

    private static func product(_ left: Int64, _ right: Int64) -> Int64 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : product
    }
}

/// What may be begun on a file system (ARCHITECTURE.md, "Room on the disk").
package enum DiskLevel: Int, Hashable, Sendable, Comparable {
    /// Everything.
    case enough
    /// Nothing that grows: no copies, no texts for writers.
    case low
    /// Nothing that may have to be recorded: no submissions either.
    case full

    package static func < (left: DiskLevel, right: DiskLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension DiskSettings {
    /// Room kept for recording what becomes of messages, at most.
    private static let largestReserve: Int64 = 33_554_432
    /// The same in files.
    private static let largestFileReserve: Int64 = 1024

    /// The level of a file system that had another one before: it has to gain a tenth more than it had
    /// to lose, so that it does not come and go.
    package func level(of room: DiskRoom, after before: DiskLevel) -> DiskLevel {
        let octets = Self.level(
            free: room.freeOctets,
            floor: floor.least(of: room.totalOctets),
            reserve: Self.largestReserve,
            after: before
        )
        guard let free = room.freeFiles, let total = room.totalFiles else { return octets }
        let files = Self.level(
            free: free,
            floor: inodes.least(of: total),
            reserve: Self.largestFileReserve,
            after: before
        )
        return max(octets, files)
    }

    private static func level(
        free: Int64,
        floor: Int64,
        reserve: Int64,
        after before: DiskLevel
    ) -> DiskLevel {
        let reserve = min(floor / 8, reserve)
        if free < reserve + (before == .full ? reserve / 10 : 0) { return .full }
        if free < floor + (before == .enough ? 0 : floor / 10) { return .low }
        return .enough
    }

    /// Why less is begun on a file system than usual, in sentences; `nil` where nothing is kept back.
    package func sentence(_ level: DiskLevel, _ room: DiskRoom, of path: String) -> String? {
        guard level > .enough else { return nil }
        let least = floor.least(of: room.totalOctets)
        let isOfFiles = room.freeOctets >= least
        let found =
            isOfFiles
            ? "room for only \(room.freeFiles ?? 0) more files"
            : "only \(Self.text(room.freeOctets)) of \(Self.text(room.totalOctets)) free"
        let kept =
            level == .full
            ? "nothing is submitted until there is more"
            : "mail goes on, but files are not copied from other file systems until there is more"
        return "The disk of \(path) has \(found); \(kept)."
    }

    /// An amount of data for people.
    private static func text(_ octets: Int64) -> String {
        let units = ["bytes", "KB", "MB", "GB", "TB"]
        var (amount, unit) = (octets, 0)
        while amount >= 10_240, unit < units.count - 1 {
            (amount, unit) = (amount / 1024, unit + 1)
        }
        return "\(amount) \(units[unit])"
    }
}
