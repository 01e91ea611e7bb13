internal import CLinux
internal import Glibc

/// Who runs a command, for the ledger.
package enum OperatorActor {
    /// The person: who used sudo, else who logged in, else the user of the process.
    ///
    /// As `anna (uid 1001)`. Asked for the first time before the process becomes another user.
    package static let current = name(
        sudoUser: environment("SUDO_USER"),
        sudoID: environment("SUDO_UID"),
        loginID: loginID(),
        user: getuid()
    )

    /// Decides by what is known; what the environment says is believed, since the ledger is no proof.
    static func name(sudoUser: String?, sudoID: String?, loginID: UInt32?, user: UInt32) -> String {
        if let sudoUser, !sudoUser.isEmpty, let id = sudoID.flatMap(UInt32.init) {
            return "\(sudoUser.prefix(64)) (uid \(id))"
        }
        let id = loginID ?? user
        return "\(userName(id)) (uid \(id))"
    }

    private static func userName(_ id: UInt32) -> String {
        var buffer = [CChar](repeating: 0, count: 65)
        linux_user_name(id, &buffer, buffer.count)
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The user that logged in, as the kernel's audit keeps it; it outlives su and sudo.
    private static func loginID() -> UInt32? {
        let file = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var octets = [UInt8](repeating: 0, count: 16)
        let count = read(file, &octets, octets.count)
        guard count > 0 else { return nil }
        let text = String(decoding: octets.prefix(count), as: UTF8.self)
        guard let id = UInt32(text.filter(\.isNumber)), id != .max else { return nil }
        return id
    }
}
