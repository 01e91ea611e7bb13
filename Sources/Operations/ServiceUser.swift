internal import CLinux
internal import Glibc
package import Settings

/// The user the daemon runs as, whom a command becomes when root runs it.
///
/// Root in folders that others can write to would be an invitation, and files root leaves there
/// would be closed to the daemon.
package enum ServiceUser: Hashable, Sendable {
    /// The command stays who it is: it is not root, or the folders are root's.
    case unchanged
    case become(user: UInt32, group: UInt32)
    /// The folders belong to several users.
    case disputed([FolderOwner])

    /// A folder and whose it is.
    package struct FolderOwner: Hashable, Sendable {
        package var path: String
        package var user: UInt32
        package var group: UInt32

        /// Creates an owner.
        package init(path: String, user: UInt32, group: UInt32) {
            self.path = path
            self.user = user
            self.group = group
        }

        /// Looks at a folder, a link at its end not followed; `nil` where there is none.
        fileprivate init?(_ path: String) {
            var facts = stat()
            guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { return nil }
            self.init(path: path, user: facts.st_uid, group: facts.st_gid)
        }
    }

    /// Decides by the owners of the folders.
    ///
    /// Folders of root among those of one other user are that user's to complain about: the daemon
    /// refuses them with the cure.
    package init(owners: [FolderOwner], asRoot: Bool) {
        let others = owners.filter { $0.user != 0 }
        guard asRoot, let first = others.first else {
            self = .unchanged
            return
        }
        self =
            others.allSatisfy { $0.user == first.user }
            ? .become(user: first.user, group: first.group) : .disputed(others)
    }

    /// Decides for the folders of these settings, as the user this process runs as.
    package init(for settings: RelaySettings) {
        self.init(owners: Self.owners(settings), asRoot: geteuid() == 0)
    }

    private static func owners(_ settings: RelaySettings) -> [FolderOwner] {
        // The owners a network mount makes up say nothing, unless there is nothing else to go by.
        let real = settings.pickups.filter { $0.writers == .untrusted }
        var paths = (real.isEmpty ? settings.pickups : real).flatMap { [$0.path, $0.spool] }
        paths.append(settings.state.directory)
        return paths.compactMap(FolderOwner.init)
    }

    /// Becomes the daemon's user for good; to be called before a folder is touched.
    ///
    /// With `keepsLeases` the program starts anew as that user, in the same process, with CAP_LEASE
    /// as its only capability, just as systemd would start it: the default of `ready` needs it for
    /// files of other users.
    ///
    /// - Throws: With status 78 when the folders belong to several users.
    package func adopt(keepsLeases: Bool = false) throws(CommandRefusal) {
        switch self {
        case .unchanged:
            return
        case .become(let user, let group):
            try Self.become(user, group, keepsLeases)
        case .disputed(let owners):
            throw Self.dispute(owners)
        }
    }

    private static func become(
        _ user: UInt32,
        _ group: UInt32,
        _ keepsLeases: Bool
    ) throws(CommandRefusal) {
        var result = linux_become_user(user, group, keepsLeases ? 1 : 0)
        // Linux keeps capabilities by thread, and threads we know nothing of exist already: only
        // execve(2) gives one to all.
        if result > 0 { result = linux_start_again(CommandLine.unsafeArgv) }
        guard result < 0 else { return }
        throw CommandRefusal(
            "Cannot become user \(name(user)): \(systemText(-result)).",
            .unavailable
        )
    }

    private static func dispute(_ owners: [FolderOwner]) -> CommandRefusal {
        var refusal = CommandRefusal(
            "The folders belong to several users, so it is not clear whom the daemon runs as; "
                + "give them all to one user, or run this as the right one.",
            .settings
        )
        refusal.lines += owners.map { "  \($0.path) belongs to \(name($0.user))" }
        return refusal
    }

    /// The name of a user, or the number where there is none.
    package static func name(_ user: UInt32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            linux_user_name(user, buffer.baseAddress, buffer.count)
            return String(
                decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
        }
    }
}

/// The system's description of an error number.
func systemText(_ number: Int32) -> String { String(cString: linux_error_text(number)) }
