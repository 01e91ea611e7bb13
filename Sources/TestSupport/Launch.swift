import Glibc
import Synchronization

/// The two ends of a stream between us and a child; not inherited unless asked for.
struct StreamPair {
    let readEnd: Int32
    let writeEnd: Int32

    /// Opens a pipe for a child's output.
    static func pipe() throws -> StreamPair {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw WaitError("pipe: \(systemError())") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return StreamPair(readEnd: ends[0], writeEnd: ends[1])
    }

    /// Opens a socket pair for a child's input: only to a socket can we write without SIGPIPE.
    static func socket() throws -> StreamPair {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw WaitError("socketpair: \(systemError())")
        }
        return StreamPair(readEnd: ends[0], writeEnd: ends[1])
    }
}

/// What `posix_spawn` needs to start a child.
struct Launch {
    let arguments: [String]
    let environment: [String: String]?
    /// Standard input, output and error; `nil` is `/dev/null`.
    var streams: [Int32?] = [nil, nil, nil]

    // Held from a pipe's creation to the start: between the two calls that make a pipe and mark it
    // a child of another test could inherit it, and its reader would wait for that child too.
    static let oneAtATime = Mutex(())

    /// Prepares a start; a folder goes through `env`, for Swift sees no `posix_spawn` call for it.
    init(_ arguments: [String], environment: [String: String]?, folder: String?) {
        self.arguments = folder.map { ["env", "-C", $0, "--"] + arguments } ?? arguments
        self.environment = environment
    }

    /// Starts the child; `failure` is 0 or an `errno`.
    func start() -> (id: pid_t, failure: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, stream) in zip(Int32(0)..., streams) {
            if let stream {
                posix_spawn_file_actions_adddup2(&actions, stream, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        var attributes = Self.attributes()
        defer { posix_spawnattr_destroy(&attributes) }
        return spawn(&actions, &attributes)
    }

    /// A group of its own, and the signal state of a fresh shell: tests ignore some signals.
    private static func attributes() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    private func spawn(
        _ actions: inout posix_spawn_file_actions_t,
        _ attributes: inout posix_spawnattr_t
    ) -> (id: pid_t, failure: Int32) {
        guard let program = arguments.first else { return (0, EINVAL) }
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { $0.map { strdup("\($0)=\($1)") } + [nil] }
        defer { for pointer in argv + (envp ?? []) { free(pointer) } }
        var id: pid_t = 0
        let failure = posix_spawnp(
            &id,
            program,
            &actions,
            &attributes,
            argv,
            envp ?? Self.inherited()
        )
        return (id, failure)
    }

    private static func inherited() -> [UnsafeMutablePointer<CChar>?] {
        var result: [UnsafeMutablePointer<CChar>?] = []
        var next = environ
        while let entry = next.pointee {
            result.append(entry)
            next += 1
        }
        return result + [nil]
    }
}

/// The children that run, so that none outlives the test process.
enum LiveChildren {
    private static let ids = Mutex<Set<pid_t>>([])
    private static let killsAtExit: Void = {
        atexit { LiveChildren.killAll() }
        return ()
    }()

    /// Remembers a child.
    static func add(_ id: pid_t) {
        _ = killsAtExit
        ids.withLock { _ = $0.insert(id) }
    }

    /// Forgets a child that ended.
    static func remove(_ id: pid_t) {
        ids.withLock { _ = $0.remove(id) }
    }

    private static func killAll() {
        ids.withLock { for id in $0 { kill(-id, SIGKILL) } }
    }
}

/// A thread for calls that block, which must not take the cooperative pool's.
package enum BlockingThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs the body on a new thread.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            },
            Unmanaged.passRetained(Work(body)).toOpaque()
        )
        precondition(failure == 0, "pthread_create: \(systemError(failure))")
        pthread_detach(thread)
    }
}
