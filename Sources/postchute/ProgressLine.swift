internal import Glibc
internal import Operations

/// How far a long command is, on standard error: a bar on a terminal, elsewhere a line now and then.
struct ProgressLine {
    private let total: Int
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shownAt: Int64 = 0
    private var hasShown = false

    /// A terminal is told ten times a second, anything else every ten seconds.
    private var pause: Int64 { isTerminal ? 100_000 : 10_000_000 }

    init(of total: Int) {
        self.total = total
        // Nobody wants to be told of what takes no time.
        shownAt = RelayFolders.systemTime()
    }

    /// Shows that so many are done, unless it was shown just now.
    mutating func show(_ done: Int) {
        let now = RelayFolders.systemTime()
        guard now - shownAt >= pause || now < shownAt else { return }
        shownAt = now
        hasShown = true
        guard isTerminal else { return Console.complain("\(done) of \(total)") }
        Console.draw("\r\(BulkProgress.bar(done, of: total))")
    }

    /// Leaves the line to what comes next.
    func end() { if isTerminal, hasShown { Console.draw("\r\u{1B}[K") } }
}

extension Console {
    /// Writes our own control sequences to standard error; never anything that others chose.
    static func draw(_ text: String) {
        var octets = Array(text.utf8)[...]
        while !octets.isEmpty {
            let count = octets.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            octets = octets.dropFirst(count)
        }
    }
}
