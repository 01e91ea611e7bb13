internal import Glibc
internal import Synchronization

/// Whether somebody wants the command to end: Ctrl-C, or a terminal or system that goes away.
enum Interruption {
    private static let flag = Atomic<Bool>(false)

    /// Takes the signals from now on; a second one of the same kind ends the program at once.
    static func watch() {
        // Made before a handler can need it.
        flag.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // Nothing but an atomic store and signal() may happen here.
            signal(number) { number in
                Interruption.flag.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// Whether a signal has come.
    static var isWanted: Bool { flag.load(ordering: .relaxed) }
}
