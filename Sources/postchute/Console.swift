internal import Glibc
internal import SafeText

/// Standard output and standard error of a command.
enum Console {
    /// Writes lines to standard output; each is neutralised, whatever file or server it quotes.
    static func print(_ lines: [String]) { write(lines, to: STDOUT_FILENO) }

    /// Writes one line to standard output.
    static func print(_ line: String) { print([line]) }

    /// Writes lines to standard error.
    static func complain(_ lines: [String]) { write(lines, to: STDERR_FILENO) }

    /// Writes one line to standard error.
    static func complain(_ line: String) { complain([line]) }

    private static func write(_ lines: [String], to descriptor: Int32) {
        let text = lines.map { SafeText.line($0) + "\n" }.joined()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A closed pipe ends the output, not the command.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
