/// The exit status of every command, after sysexits.h.
package enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
    /// The command did what was asked.
    case done = 0
    /// The arguments are wrong (EX_USAGE).
    case usage = 64
    /// A message is wrong, or was refused for good (EX_DATAERR).
    case data = 65
    /// A server, a folder or the daemon is not there (EX_UNAVAILABLE).
    case unavailable = 69
    /// Try again later (EX_TEMPFAIL).
    case tryLater = 75
    /// The settings are wrong (EX_CONFIG).
    case settings = 78
}

extension ExitStatus: Comparable {
    /// Orders by number: of several outcomes the highest becomes the status of the command.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
