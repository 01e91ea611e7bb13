internal import Glibc

/// How the checks of a settings file look at the system; tests give another.
package struct SettingsProbe: Sendable {
    /// Looks at a path, following links.
    package var look: @Sendable (String) -> ProbedFile
    /// Whether the system knows a group.
    package var hasGroup: @Sendable (String) -> Bool
    /// Whether a file is that of a time zone.
    package var isTimeZone: @Sendable (String) -> Bool
    /// What `$CREDENTIALS_DIRECTORY` holds.
    package var credentialsDirectory: String?
    /// A variable of the environment.
    package var environment: @Sendable (String) -> String?

    /// Creates a probe.
    package init(
        look: @escaping @Sendable (String) -> ProbedFile,
        hasGroup: @escaping @Sendable (String) -> Bool,
        isTimeZone: @escaping @Sendable (String) -> Bool,
        credentialsDirectory: String?,
        environment: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.look = look
        self.hasGroup = hasGroup
        self.isTimeZone = isTimeZone
        self.credentialsDirectory = credentialsDirectory
        self.environment = environment
    }

    /// Looks at this system, as the user the process runs as.
    package static var system: Self {
        Self(
            look: ProbedFile.init(at:),
            hasGroup: systemHasGroup,
            isTimeZone: systemIsTimeZone,
            credentialsDirectory: systemVariable("CREDENTIALS_DIRECTORY"),
            environment: systemVariable
        )
    }
}

/// What a file's meaning depends on besides its text.
struct Surroundings: Sendable {
    /// What `$CREDENTIALS_DIRECTORY` holds.
    var credentialsDirectory: String?
    /// A variable of the environment.
    var environment: @Sendable (String) -> String?
}

extension SettingsProbe {
    /// What a file's meaning depends on.
    var surroundings: Surroundings {
        Surroundings(credentialsDirectory: credentialsDirectory, environment: environment)
    }
}

/// What a probe saw at a path.
package enum ProbedFile: Hashable, Sendable {
    case missing
    /// The system would not say; its words.
    case hidden(String)
    case folder(FileIdentity)
    case file(mode: UInt32, isReadable: Bool)
    /// A device, a pipe or a socket.
    case other

    /// Which file it is, whatever its path.
    package struct FileIdentity: Hashable, Sendable {
        package var device: UInt64
        package var inode: UInt64

        /// Creates an identity.
        package init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }
}

extension ProbedFile {
    fileprivate init(at path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            let code = errno
            let isMissing = code == ENOENT || code == ENOTDIR
            self = isMissing ? .missing : .hidden(String(cString: strerror(code)))
            return
        }
        switch facts.st_mode & S_IFMT {
        case S_IFDIR:
            self = .folder(
                FileIdentity(device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino))
            )
        case S_IFREG:
            let isReadable = faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0
            self = .file(mode: UInt32(facts.st_mode & 0o7777), isReadable: isReadable)
        default:
            self = .other
        }
    }
}

private func systemVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// By the magic octets of RFC 8536 §3.1.
private func systemIsTimeZone(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var magic = [UInt8](repeating: 0, count: 4)
    return read(descriptor, &magic, magic.count) == 4 && magic.elementsEqual("TZif".utf8)
}

private func systemHasGroup(_ name: String) -> Bool {
    var group = group()
    var found: UnsafeMutablePointer<group>?
    var size = 1024
    // The buffer grows with the group's members; a megabyte holds tens of thousands.
    while size <= 1_048_576 {
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
        defer { buffer.deallocate() }
        let code = getgrnam_r(name, &group, buffer, size, &found)
        if code != ERANGE { return found != nil }
        size *= 4
    }
    return true
}
