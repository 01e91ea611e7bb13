internal import Glibc
internal import Operations
internal import SafeText

/// A terminal whose other screen a command draws on; as it was again after ``restore()``.
struct LiveTerminal {
    private let before: termios
    private let hasColour = getenv("NO_COLOR").map { $0[0] == 0 } ?? true

    /// Takes the terminal: keys come one by one and unseen; `nil` when it refuses.
    init?() {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        before = settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &settings.c_cc) { keys in
            keys[Int(VMIN)] = 1
            keys[Int(VTIME)] = 0
            // Suspended, it would leave the shell on the wrong screen.
            keys[Int(VSUSP)] = 0
        }
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else { return nil }
        // A new size ends the wait for a key; the default would not.
        signal(SIGWINCH) { _ in }
        // The other screen, no cursor, no line breaks of the terminal's own.
        Self.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
    }

    /// Gives the terminal back.
    func restore() {
        Self.write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
        var settings = before
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    /// The size now; 80 by 24 where the terminal does not say.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 1
        else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws the lines from the top, and what keys do at the bottom.
    func draw(_ lines: [TopView.Line], keys: String) {
        var text = "\u{1B}[H"
        for line in lines { text += "\(styled(line))\u{1B}[K\r\n" }
        text += "\u{1B}[J\u{1B}[\(size.rows);1H\(SafeText.line(keys.prefix(size.columns)))\u{1B}[K"
        Self.write(text)
    }

    private func styled(_ line: TopView.Line) -> String {
        let text = SafeText.line(line.text)
        guard hasColour else { return text }
        return switch line.style {
        case .plain: text
        case .heading: "\u{1B}[1m\(text)\u{1B}[0m"
        case .good: "\u{1B}[1;32m\(text)\u{1B}[0m"
        case .bad: "\u{1B}[1;31m\(text)\u{1B}[0m"
        }
    }

    /// The next key, or `nil` after so many milliseconds, or when a signal came.
    ///
    /// A terminal that is gone counts as a `q`.
    func key(within milliseconds: Int32) -> UInt8? {
        var wanted = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, milliseconds) > 0 else { return nil }
        var key: UInt8 = 0
        return read(STDIN_FILENO, &key, 1) == 1 ? key : UInt8(ascii: "q")
    }

    private static func write(_ text: String) {
        var octets = Array(text.utf8)[...]
        while !octets.isEmpty {
            let count = octets.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            octets = octets.dropFirst(count)
        }
    }
}
