/// What kind of file system a drop folder lies on, by its magic number (statfs(2)).
package enum FileSystemKind: Hashable, Sendable {
    /// Known to keep leases honest: every open of the file goes through this kernel.
    case local(String)
    /// A known network or user-space file system: others write without this kernel knowing.
    case remote(String)
    /// Anything else is treated like ``remote(_:)``.
    case unknown(UInt32)

    /// Classifies a magic number.
    package init(magic: UInt32) {
        if let name = Self.local[magic] {
            self = .local(name)
        } else if let name = Self.remote[magic] {
            self = .remote(name)
        } else {
            self = .unknown(magic)
        }
    }

    /// Whether a granted lease proves that nobody writes.
    package var keepsLeases: Bool {
        switch self {
        case .local: true
        case .remote, .unknown: false
        }
    }

    /// The name an operator knows it by.
    package var name: String {
        switch self {
        case .local(let name), .remote(let name): name
        case .unknown(let magic): "an unknown file system (0x\(String(magic, radix: 16)))"
        }
    }

    // overlayfs is not here: its files have an inode on two layers, and a lease holds on one.
    private static let local: [UInt32: String] = [
        0xEF53: "ext4", 0x5846_5342: "xfs", 0x9123_683E: "btrfs", 0x2FC1_2FC1: "zfs",
        0x0102_1994: "tmpfs", 0x8584_58F6: "ramfs", 0xF2F5_2010: "f2fs", 0xCA45_1A4E: "bcachefs",
        0x3153_464A: "jfs", 0x3434: "nilfs2",
    ]

    private static let remote: [UInt32: String] = [
        0x6969: "NFS", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB", 0x517B: "SMB",
        0x6573_5546: "FUSE", 0x0102_1997: "9p", 0x00C3_6400: "Ceph", 0x5346_414F: "AFS",
        0x786F_4256: "a VirtualBox share", 0x0BD0_0BD0: "Lustre", 0x0116_1970: "GFS2",
        0x7461_636F: "OCFS2", 0x4750_4653: "GPFS",
    ]
}
