internal import Glibc
internal import SafeText
internal import Synchronization

/// Tells the service manager how the daemon is; says nothing where there is none.
///
/// Callable from any thread; a call blocks for a second at most, when nobody reads the socket.
package final class ServiceManager: Sendable {
    private let socket: ServiceManagerSocket?
    /// How soon the manager takes the daemon for hung; `nil` where it does not watch.
    package let watchdog: Duration?
    private let shown = Mutex("")

    /// Creates the manager of an environment, whose variables concern this process only.
    package init(environment: [String: String], process: Int32 = getpid()) {
        socket = ServiceManagerSocket(environment["NOTIFY_SOCKET"])
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
        watchdog =
            isOurs && limit > 0 && socket != nil ? .microseconds(min(limit, Self.longest)) : nil
    }

    /// A day: nobody waits longer for a sign of life.
    private static let longest: Int64 = 86_400_000_000

    /// The manager of this process, and takes its variables away: a child must not speak for us.
    ///
    /// To be called once, before other threads read the environment.
    package static func takeFromEnvironment() -> ServiceManager {
        let names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
        var environment: [String: String] = [:]
        for name in names {
            environment[name] = getenv(name).map { String(cString: $0) }
            unsetenv(name)
        }
        return ServiceManager(environment: environment)
    }

    /// Whether anybody listens.
    package var isThere: Bool { socket != nil }

    /// The daemon does its work: after the start, and after a reload whatever came of it.
    package func ready() { send(["READY=1"]) }

    /// Settings are being read again; ``ready()`` ends that.
    package func reload() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        send(["RELOADING=1", "MONOTONIC_USEC=\(microseconds)"])
    }

    /// The daemon begins to stop.
    package func stopping() { send(["STOPPING=1"]) }

    /// Asks for more time to start or to stop, from now on.
    package func extend(by time: Duration) {
        let (seconds, attoseconds) = time.components
        send(["EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)"])
    }

    /// The daemon was seen to live.
    package func alive() { send(["WATCHDOG=1"]) }

    /// Shows one sentence about the daemon, unless it is shown already.
    package func show(_ sentence: String) {
        let line = SafeText.line(sentence)
        let isNew = shown.withLock { shown in
            defer { shown = line }
            return shown != line
        }
        if isNew { send(["STATUS=\(line)"]) }
    }

    private func send(_ lines: [String]) { _ = socket?.send(lines) }
}
