import FoundationEssentials
import TestSupport

/// A terminal on which a test runs a command, as a person would.
struct Terminal: Sendable {
    /// What a person does, in order, each step after the one before has shown its effect.
    enum Step: Sendable {
        /// Waits until the terminal has shown this since the last step but waiting.
        case see(String)
        case type(String)
        /// Makes the window another size.
        case resize(columns: Int, rows: Int)
        case signal(Int32)

        fileprivate var words: [String] {
            switch self {
            case .see(let text): ["see", text]
            case .type(let text): ["type", text]
            case .resize(let columns, let rows): ["resize", "\(columns)", "\(rows)"]
            case .signal(let number): ["signal", "\(number)"]
            }
        }
    }

    /// What came of it.
    struct Session: Decodable, Sendable {
        /// Everything the terminal was sent.
        let output: String
        /// The exit code; negative for a signal.
        let exit: Int32
        /// Whether the terminal's settings are those of before.
        let isRestored: Bool
        /// From the first step to the last, in seconds.
        let seconds: Double
    }

    /// The terminal's kind, for `TERM`.
    var kind = "xterm"
    var columns = 40
    var rows = 20

    /// Runs a command on the terminal until it ends.
    func run(_ command: [String], _ steps: [Step]) async throws -> Session {
        let steps = try JSONEncoder().encode(steps.map(\.words))
        let run = try await ChildProcess.run(
            ["python3", "-c", Self.script, kind, "\(columns)", "\(rows)"]
                + [String(decoding: steps, as: UTF8.self)] + command,
            limit: .seconds(100)
        )
        guard run.exit == .code(0) else { throw WaitError("\(run.errors)\(run.output)") }
        return try JSONDecoder().decode(Session.self, from: Data(run.output.utf8))
    }

    private static let script = """
        import fcntl, json, os, pty, select, struct, sys, termios, time

        kind, columns, rows, steps = sys.argv[1:5]
        main, side = pty.openpty()

        def resize(columns, rows):
            size = struct.pack("HHHH", int(rows), int(columns), 0, 0)
            fcntl.ioctl(main, termios.TIOCSWINSZ, size)

        resize(columns, rows)
        before = termios.tcgetattr(side)
        child = os.fork()
        if child == 0:
            os.setsid()
            fcntl.ioctl(side, termios.TIOCSCTTY, 0)
            for end in (0, 1, 2): os.dup2(side, end)
            os.environ["TERM"] = kind
            os.execvp(sys.argv[5], sys.argv[5:])

        seen, mark, limit = b"", 0, time.time() + 60

        def take():
            global seen
            if select.select([main], [], [], 0.05)[0]: seen += os.read(main, 65536)
            if time.time() > limit: sys.exit("in vain; the terminal shows " + repr(seen))

        started = time.time()
        for step in json.loads(steps):
            if step[0] == "see":
                while step[1].encode() not in seen[mark:]: take()
                continue
            mark = len(seen)
            if step[0] == "type": os.write(main, step[1].encode())
            if step[0] == "resize": resize(*step[1:])
            if step[0] == "signal": os.kill(child, int(step[1]))
        seconds = time.time() - started
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            take()
            if done: break
        while select.select([main], [], [], 0.1)[0]: seen += os.read(main, 65536)
        print(json.dumps({
            "output": seen.decode("utf-8", "replace"), "seconds": seconds,
            "exit": os.waitstatus_to_exitcode(status),
            "isRestored": termios.tcgetattr(side) == before,
        }))
        """
}
