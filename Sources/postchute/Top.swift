internal import ArgumentParser
internal import Glibc
internal import Operations

/// `postchute top`: the relay as it is, again every two seconds.
struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show pickups and routes live: what waits, what was sent, what keeps mail back.",
        discussion: "q ends it, p stops the picture and lets it go on, the space bar looks at once."
    )

    @OptionGroup var settings: SettingsOption

    @Flag(help: "Look once and print it.")
    var once = false

    func run() throws {
        let folders = try settings.folders()
        var screen = Screen(folders)
        let isDumb = (getenv("TERM").map { String(cString: $0) } ?? "dumb") == "dumb"
        guard !once, !isDumb, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            let report = screen.look()
            return Console.print(screen.view(report, columns: 120).lines().map(\.text))
        }
        try screen.run()
    }

    /// What is looked at, and how.
    private struct Screen {
        private let folders: RelayFolders
        private var history = TopHistory()

        init(_ folders: RelayFolders) { self.folders = folders }

        mutating func look() -> StatusReport {
            let report = StatusReport(folders)
            history.note(report)
            return report
        }

        func view(_ report: StatusReport, columns: Int) -> TopView {
            let failed = try? MessageList(folders, folder: .failed, limit: 3)
            let failures = Array((failed?.sentences ?? []).prefix(3))
            return TopView(report, history, failures: failures, columns: columns)
        }

        /// Draws until somebody wants an end.
        mutating func run() throws {
            Interruption.watch()
            guard let terminal = LiveTerminal() else { throw ExitStatus.unavailable.error }
            defer { terminal.restore() }
            var report = look()
            var isPaused = false
            while !Interruption.isWanted {
                let size = terminal.size
                let lines = view(report, columns: size.columns).lines(atMost: size.rows - 1)
                terminal.draw(
                    lines,
                    keys: isPaused ? "paused   p go on   q quit" : "p pause   q quit"
                )
                switch terminal.key(within: 2000) {
                case UInt8(ascii: "q"), UInt8(ascii: "Q"): return
                case UInt8(ascii: "p"), UInt8(ascii: "P"): isPaused.toggle()
                case UInt8(ascii: " "): report = look()
                case .some: break
                case nil: if !isPaused { report = look() }
                }
            }
        }
    }
}
