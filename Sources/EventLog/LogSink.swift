internal import Synchronization

/// Where log lines go: a descriptor, written by a thread of its own.
///
/// Never blocks its caller. When the reader of the descriptor is slower than the daemon, lines
/// beyond `capacity` are dropped, and one line says how many.
package final class LogSink: Sendable {
    private enum Target: Sendable {
        case writer(LogWriter)
        case memory(MemoryLog)
    }

    private let target: Target
    private let minimum: Atomic<Int>
    private let filter: (@Sendable (String) -> String)?

    /// Starts the thread that writes to `descriptor`, which stays the caller's to close; `capacity`
    /// is how many lines may wait for a slow reader.
    ///
    /// `filter` is given each line, whatever it is about, and returns what is written of it.
    package init(
        descriptor: Int32,
        minimum: LogLevel,
        style: LogStyle,
        capacity: Int = 10_000,
        filter: (@Sendable (String) -> String)? = nil
    ) {
        self.minimum = Atomic(minimum.rawValue)
        self.filter = filter
        target = .writer(LogWriter(descriptor: descriptor, style: style, capacity: capacity))
    }

    private init(
        memory: MemoryLog,
        minimum: LogLevel,
        filter: (@Sendable (String) -> String)?
    ) {
        self.minimum = Atomic(minimum.rawValue)
        self.filter = filter
        target = .memory(memory)
    }

    deinit {
        if case .writer(let writer) = target { writer.stop() }
    }

    /// Creates a sink that keeps its lines readable in ``lines``, for tests.
    package static func memory(
        minimum: LogLevel = .debug,
        filter: (@Sendable (String) -> String)? = nil
    ) -> LogSink {
        LogSink(memory: MemoryLog(), minimum: minimum, filter: filter)
    }

    /// The lines of a ``memory(minimum:)`` sink without priority and time, in order; empty for others.
    package var lines: [String] {
        switch target {
        case .writer: []
        case .memory(let log): log.lines
        }
    }

    /// Whether lines of this level are kept, for callers to whom building one is work.
    package func isEnabled(_ level: LogLevel) -> Bool {
        level.rawValue <= minimum.load(ordering: .relaxed)
    }

    /// Writes by another minimum and style from now on.
    package func adjust(minimum: LogLevel, style: LogStyle) {
        self.minimum.store(minimum.rawValue, ordering: .relaxed)
        if case .writer(let writer) = target { writer.adjust(style) }
    }

    /// Calls back on the thread that writes, once it has written what was handed over before: whoever
    /// waits for that knows that it does not hang.
    package func whenAnswering(_ completion: @escaping @Sendable () -> Void) {
        switch target {
        case .writer(let writer): writer.whenAnswering(completion)
        case .memory: completion()
        }
    }

    /// Hands one line over and returns at once.
    package func write(_ line: LogLine) {
        guard isEnabled(line.level) else { return }
        let line = filter.map { line.filtered(by: $0) } ?? line
        switch target {
        case .writer(let writer): writer.enqueue(line)
        case .memory(let log): log.append(line.text)
        }
    }

    /// Waits until every line handed over before is written, at most five seconds: a reader that
    /// hangs must not keep the daemon from stopping.
    package func flush() {
        if case .writer(let writer) = target { writer.flush(limitSeconds: 5) }
    }

    /// Flushes and ends the thread; lines written later are dropped.
    package func close() {
        flush()
        if case .writer(let writer) = target { writer.stop() }
    }
}
