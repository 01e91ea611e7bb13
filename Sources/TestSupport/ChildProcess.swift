import Glibc
import Synchronization

/// A program a test started: its output, its end, and a way to end it.
///
/// Leads a process group of its own, so that ``end(limit:)`` also reaches what it forked. Nothing
/// is inherited but standard input, output and error. Killed with the last reference, or when the
/// test process ends.
package final class ChildProcess: Sendable {
    /// How a program ended.
    package enum Exit: Hashable, Sendable {
        /// By itself, with a code of `0...255`.
        case code(Int32)
        /// By a signal nobody caught.
        case signal(Int32)
    }

    /// Where the program's standard input comes from.
    package enum Input: Hashable, Sendable {
        /// `/dev/null`.
        case nothing
        /// ``write(_:)`` and ``closeInput()``.
        case pipe
    }

    /// The process id, also of the process group.
    package let id: Int32
    private let name: String
    private let state = Mutex(State())
    private let inputEnd: Mutex<Int32?>

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var exit: Exit?
        var openPipes = 2
    }

    /// Starts a program, searched in `PATH` unless it has a slash.
    ///
    /// `nil` for environment or working folder passes ours on; an environment is the whole one.
    package init(
        _ arguments: [String],
        environment: [String: String]? = nil,
        folder: String? = nil,
        input: Input = .nothing
    ) throws {
        let started = try Launch.oneAtATime.withLock { _ in
            try Self.start(arguments, environment: environment, folder: folder, input: input)
        }
        name = arguments.first ?? ""
        id = started.id
        inputEnd = Mutex(started.input)
        LiveChildren.add(started.id)
        collect(from: started.output) { $0.output += $1 }
        collect(from: started.errors) { $0.errors += $1 }
        reap()
    }

    private static func start(
        _ arguments: [String],
        environment: [String: String]?,
        folder: String?,
        input: Input
    ) throws -> (id: Int32, input: Int32?, output: Int32, errors: Int32) {
        let output = try StreamPair.pipe()
        let errors = try StreamPair.pipe()
        let feed = input == .pipe ? try StreamPair.socket() : nil
        var launch = Launch(arguments, environment: environment, folder: folder)
        launch.streams = [feed?.readEnd, output.writeEnd, errors.writeEnd]
        let (id, failure) = launch.start()
        for end in launch.streams { if let end { close(end) } }
        guard failure == 0 else {
            for end in [feed?.writeEnd, output.readEnd, errors.readEnd] {
                if let end { close(end) }
            }
            throw WaitError("cannot start \(arguments): \(systemError(failure))")
        }
        return (id, feed?.writeEnd, output.readEnd, errors.readEnd)
    }

    deinit {
        if exit == nil { kill(-id, SIGKILL) }
        closeInput()
    }

    /// Standard output so far.
    package var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }

    /// Standard error so far.
    package var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    /// Hands over what came on standard error since the last time and forgets it, for programs
    /// that talk for hours.
    package func takeErrors() -> [UInt8] {
        state.withLock { state in
            defer { state.errors = [] }
            return state.errors
        }
    }

    /// Standard output so far, for programs that do not write text.
    package var outputOctets: [UInt8] { state.withLock { $0.output } }

    /// How the program ended, or `nil` while it runs.
    package var exit: Exit? { state.withLock { $0.exit } }

    /// Sends a signal to the program alone, not to its group.
    package func send(signal: Int32) {
        if exit == nil { kill(id, signal) }
    }

    /// Writes to standard input; what a program that ended would have read is dropped.
    package func write(_ text: String) {
        inputEnd.withLock { descriptor in
            guard let descriptor else { return }
            let octets = Array(text.utf8)
            var written = 0
            while written < octets.count {
                let count = octets.withUnsafeBytes {
                    // A socket, not a pipe: only `send` can be told not to raise SIGPIPE.
                    Glibc.send(
                        descriptor,
                        $0.baseAddress.map { $0 + written },
                        $0.count - written,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                if count <= 0 { return }
                written += count
            }
        }
    }

    /// Ends standard input.
    package func closeInput() {
        inputEnd.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }
}

extension ChildProcess {
    /// Waits for the program's end and the end of its output.
    ///
    /// Output that a surviving grandchild holds open is waited for one second only.
    @discardableResult
    package func waitForExit(limit: Duration = .seconds(60)) async throws -> Exit {
        try await waitUntil(limit: limit, "\(name) to end; it said: \(output)\(errors)") {
            exit != nil
        }
        try? await waitUntil(limit: .seconds(1)) { state.withLock { $0.openPipes == 0 } }
        guard let exit else { throw WaitError("\(name) came back to life") }
        return exit
    }

    /// Waits until standard output or standard error contains a text.
    package func waitForOutput(
        _ text: String,
        limit: Duration = .seconds(30)
    ) async throws {
        try await waitUntil(
            limit: limit,
            "\(name) to say '\(text)'; it said: \(output)\(errors)"
        ) {
            if output.contains(text) || errors.contains(text) { return true }
            if let exit { throw WaitError("\(name) ended (\(exit)); it said: \(output)\(errors)") }
            return false
        }
    }

    /// Asks the group to end, kills it after the limit, and returns how the program ended.
    @discardableResult
    package func end(limit: Duration = .seconds(10)) async throws -> Exit {
        if exit == nil { kill(-id, SIGTERM) }
        if let exit = try? await waitForExit(limit: limit) { return exit }
        kill(-id, SIGKILL)
        return try await waitForExit()
    }

    /// Runs a program to its end.
    package static func run(
        _ arguments: [String],
        environment: [String: String]? = nil,
        folder: String? = nil,
        limit: Duration = .seconds(120)
    ) async throws -> (exit: Exit, output: String, errors: String) {
        let child = try ChildProcess(arguments, environment: environment, folder: folder)
        let exit = try await child.waitForExit(limit: limit)
        return (exit, child.output, child.errors)
    }
}

extension ChildProcess {
    private func collect(
        from descriptor: Int32,
        append: @escaping @Sendable (inout State, ArraySlice<UInt8>) -> Void
    ) {
        BlockingThread.start { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                let octets = buffer[..<count]
                self?.state.withLock { append(&$0, octets) }
            }
            close(descriptor)
            self?.state.withLock { $0.openPipes -= 1 }
        }
    }

    private func reap() {
        let id = id
        BlockingThread.start { [weak self] in
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0 && errno == EINTR {}
            LiveChildren.remove(id)
            let signal = status & 0x7F
            let exit: Exit = signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
            self?.state.withLock { $0.exit = exit }
        }
    }
}
