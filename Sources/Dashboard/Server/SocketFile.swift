internal import Glibc

/// The file of a listening socket, and the words for why there is none.
enum SocketFile {
    /// Lets the group in, which the reverse proxy is made a member of.
    static func openToGroup(_ path: String) { chmod(path, 0o660) }

    /// Why an address cannot be listened on, and what to do.
    static func sentence(_ code: Int32) -> String {
        switch code {
        case EADDRINUSE:
            "Another program uses this port. Stop it, or choose another port for listen in [http]."
        case EADDRNOTAVAIL:
            "This host does not have this address. Correct listen in [http]."
        case EACCES:
            "The daemon's user may not use this port or folder. Choose a port above 1023 for listen in [http]."
        default: "\(String(cString: strerror(code)))."
        }
    }
}

/// The clock that sessions live by.
enum DashboardClock {
    private static let start = ContinuousClock.now

    /// Never set, and goes on while the host sleeps (CLOCK_BOOTTIME of clock_gettime(2)).
    static let system: @Sendable () -> Duration = { ContinuousClock.now - start }
}
