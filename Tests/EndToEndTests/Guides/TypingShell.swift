import Glibc
import Synchronization
import TestSupport

/// A shell that is told one block of commands after another, as somebody types them.
final class TypingShell: Sendable {
    private let shell: ChildProcess
    private let count = Mutex(0)

    /// Opens one.
    init(_ command: [String]) throws {
        shell = try ChildProcess(command, input: .pipe)
        shell.write("exec 2>&1\n")
    }

    /// Has commands run; returns what they printed, and how the last one ended.
    func run(_ commands: String) async throws -> (output: String, code: String) {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let start = shell.output.utf8.count
        shell.write("\(commands)printf 'end-of-\(number) %s.\\n' $?\n")
        let mark = "end-of-\(number) "
        var parts: [String] = []
        try await waitUntil("the end of \(commands)it printed: \(shell.output)") {
            if let exit = shell.exit { throw WaitError("the shell ended: \(exit) \(commands)") }
            parts = shell.output.dropOctets(start).split(mark)
            return parts.last?.hasSuffix(".\n") == true && parts.count == 2
        }
        return (parts[0], String(parts[1].dropLast(2)))
    }

    /// Starts a command that goes on running, and waits for what it prints first.
    func start(_ command: String, showing shown: ShownOutput?) async throws {
        let start = shell.output.utf8.count
        shell.write(command)
        try await waitUntil("\(command)to start; it printed: \(shell.output)") {
            if let exit = shell.exit { throw WaitError("the shell ended: \(exit) \(command)") }
            return shown?.matches(shell.output.dropOctets(start)) != false
        }
    }

    /// Presses Ctrl-C; returns everything that was printed.
    func interrupt() async throws -> String {
        kill(-shell.id, SIGINT)
        shell.closeInput()
        try await shell.waitForExit()
        return shell.output
    }

    /// Ends the shell and what runs in it.
    func close() async {
        _ = try? await shell.end()
    }
}

extension String {
    fileprivate func dropOctets(_ count: Int) -> String {
        String(decoding: utf8.dropFirst(count), as: UTF8.self)
    }

    /// What stands before and behind a mark.
    fileprivate func split(_ mark: String) -> [String] {
        guard let place = firstRange(of: mark) else { return [self] }
        return [String(self[..<place.lowerBound]), String(self[place.upperBound...])]
    }
}
