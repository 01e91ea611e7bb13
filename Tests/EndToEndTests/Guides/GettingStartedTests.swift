import Glibc
import TestSupport
import Testing

/// Plays docs/getting-started.md as somebody types it who is not root.
///
/// A block of `sh` with the word `terminal=N` is typed into that terminal. `stays` says that its
/// command goes on running, `repeat` that a reader may have to give it a second time, and
/// `after=ctrl-c` that the commands that stay are interrupted first.
@Suite("Getting started")
struct GettingStartedTests {
    @Test func `every command of the page does what the page says, also without root`() async throws
    {
        let blocks = try FencedBlock.all(of: "getting-started.md").filter { $0.language == "sh" }
        // Installing is for others to try.
        #expect(blocks.count { $0.words["terminal"] == nil } == 2)
        try await withScratchFolder("getting-started") { scratch in
            let play = try await Play(scratch)
            do {
                for block in blocks where block.words["terminal"] != nil {
                    try await play.act(block)
                }
            } catch {
                await play.end()
                throw error
            }
            #expect(play.interrupted.contains { $0.contains("event=stopped") })
            #expect(scratch.names("home").isEmpty)
            await play.end()
        }
    }
}

/// The terminals of a page that is played.
private final class Play {
    /// What the terminals printed that were interrupted.
    private(set) var interrupted: [String] = []
    private var terminals: [String: TypingShell] = [:]
    private var staying: [String] = []
    private let command: [String]
    /// The ports of the page and those in their place.
    private let ports: [(String, String)]

    /// Makes a home for user and group nobody, unless the tests run as somebody themselves.
    init(_ scratch: ScratchFolder) async throws {
        let home = try scratch.makeFolder("home")
        let programs = try scratch.makeFolder("bin")
        let built = try Executables.postchute
        let copied = try await ChildProcess.run(["cp", built, "\(built)-watch", programs])
        try #require(copied.exit == .code(0) && chmod(scratch.path, 0o755) == 0)
        var command: [String] = []
        if getuid() == 0 {
            try #require(chown(home, 65534, 65534) == 0)
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        self.command = command + ["env", "HOME=\(home)", "PATH=\(programs):\(path)", "sh"]
        ports = try ["2525", "8025"].map { ($0, "\(try freePort())") }
    }

    /// Types a block and compares what comes with what the page shows.
    func act(_ block: FencedBlock) async throws {
        if block.words["after"] == "ctrl-c" { try await interrupt() }
        let name = block.words["terminal"] ?? ""
        let terminal = try terminals[name] ?? TypingShell(command)
        terminals[name] = terminal
        let commands = ports.reduce(block.text) { $0.replacing($1.0, with: $1.1) }
        let shown = block.output.map { text in
            ShownOutput(ports.reduce(text) { $0.replacing($1.0, with: $1.1) })
        }
        if block.words["stays"] != nil {
            staying.append(name)
            return try await terminal.start(commands, showing: shown)
        }
        var (output, code) = try await terminal.run(commands)
        if block.words["repeat"] != nil {
            try await waitUntil("what the page shows at \(block) but not: \(output)") {
                if code == "0", shown?.matches(output) != false { return true }
                (output, code) = try await terminal.run(commands)
                return false
            }
        }
        #expect(code == "0", "\(block) printed:\n\(output)")
        #expect((shown ?? ShownOutput("")).matches(output), "\(block) printed:\n\(output)")
    }

    private func interrupt() async throws {
        for name in staying { interrupted.append(try await terminals[name]?.interrupt() ?? "") }
        staying = []
    }

    /// Ends everything.
    func end() async {
        for terminal in terminals.values { await terminal.close() }
    }
}
