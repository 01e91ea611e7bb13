internal import CLinux
internal import Glibc

/// What tells one file, and one version of its content, from another.
package struct FileFacts: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    package var links: UInt32
    /// Type and permission bits.
    package var mode: UInt32
    package var user: UInt32
    package var group: UInt32
    /// Octets.
    package var size: Int64
    /// Nanoseconds since 1970.
    package var modified: Int64
    /// Nanoseconds since 1970; a rename changes it too.
    package var changed: Int64
    /// When the inode was made, in nanoseconds since 1970, or zero where nobody knows: tells a file
    /// from a later one that was given the same inode.
    package var born: Int64

    /// Asks about an open descriptor.
    package init(descriptor: Int32, path: [UInt8] = []) throws(SpoolError) {
        var facts = linux_facts()
        let result = linux_look(descriptor, "", &facts)
        guard result == 0 else { throw SpoolError(number: -result, "look at", path: path) }
        self.init(facts)
    }

    init(_ facts: linux_facts) {
        device = facts.device
        inode = facts.inode
        links = facts.links
        mode = facts.mode
        user = facts.user
        group = facts.group
        size = facts.size
        modified = facts.modified
        changed = facts.changed
        born = max(facts.born, 0)
    }

    /// Whether this is a regular file.
    package var isRegular: Bool { mode & S_IFMT == S_IFREG }
    /// Whether this is a folder.
    package var isFolder: Bool { mode & S_IFMT == S_IFDIR }
    /// The permission bits with set-id and sticky bits.
    package var permissions: UInt32 { mode & 0o7777 }

    /// Whether both are the same file, whatever its content.
    package func isSameFile(as other: Self) -> Bool {
        device == other.device && inode == other.inode
    }

    /// Why the file cannot be a message, or `nil` when it can: regular and with one name.
    package var obstacle: String? {
        switch mode & S_IFMT {
        case S_IFREG: links == 1 ? nil : "a file with \(links) names"
        case S_IFDIR: "a folder"
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a named pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    /// The first difference that matters before the final dot, or `nil`.
    func difference(from now: Self, ignoringChangeTime: Bool) -> String? {
        if !isSameFile(as: now) { return "identity" }
        if links != now.links { return "number of names" }
        if size != now.size { return "size" }
        if modified != now.modified { return "modification time" }
        if !ignoringChangeTime && changed != now.changed { return "change time" }
        return nil
    }
}
