internal import CLinux
internal import Glibc
internal import SafeText
package import Settings
internal import Subprocess
internal import SystemPackage

/// Gives notices to a program, as JSON on its standard input.
package struct CommandSender: AlertSender {
    private let command: AlertCommand
    private let host: String

    /// What is kept of standard error.
    private static let maximumErrorOctets = 512

    /// Creates a sender; `host` is the name this host calls itself.
    package init(_ command: AlertCommand, host: String) {
        (self.command, self.host) = (command, host)
    }

    package func send(_ notice: Notice) async -> String? {
        guard let program = command.arguments.first else { return "There is no program." }
        guard Self.canOpenMore else {
            return "Too few files can be opened to start \(program); raise LimitNOFILE."
        }
        let input = NoticeJSON.octets(notice, .json, host: host)
        let file = Self.file(of: input)
        guard file >= 0 else {
            return "The notice cannot be given to \(program): "
                + "\(String(cString: linux_error_text(-file)))."
        }
        defer { _ = linux_close(file) }
        do {
            return try await run(program, FileDescriptor(rawValue: file))
        } catch {
            return SafeText.line("\(program) cannot be run: \(error).")
        }
    }

    /// A file with the notice to be read from its beginning, or a negative error number.
    ///
    /// Not a pipe: a program may end without reading, and the library ends the whole process when it
    /// cannot write to the end.
    private static func file(of input: [UInt8]) -> Int32 {
        let file = linux_memory_file("notice")
        guard file >= 0 else { return file }
        let result = input.withUnsafeBytes { linux_write_all(file, $0.baseAddress, $0.count) }
        guard result == 0, lseek(file, 0, SEEK_SET) == 0 else {
            _ = linux_close(file)
            return result < 0 ? result : -EIO
        }
        return file
    }

    private func run(_ program: String, _ input: FileDescriptor) async throws -> String? {
        var options = PlatformOptions()
        // A group of its own, so that what it started is killed with it.
        options.processGroupID = 0
        let limit = command.timeout
        let result = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(Array(command.arguments.dropFirst())),
            environment: .custom([[UInt8]]()),
            workingDirectory: "/",
            platformOptions: options,
            input: .fileDescriptor(input, closeAfterSpawningProcess: false),
            output: .discarded,
            error: .sequence
        ) { execution in
            let group = execution.processIdentifier.value
            let watch = Task {
                try await Task.sleep(for: limit)
                kill(-group, SIGKILL)
                return true
            }
            let words = await withTaskCancellationHandler {
                await Self.read(execution.standardError)
            } onCancel: {
                kill(-group, SIGKILL)
            }
            watch.cancel()
            let isLate = (try? await watch.value) ?? false
            return (words: words, isLate: isLate)
        }
        return sentence(program, result.terminationStatus, result.closureResult)
    }

    private func sentence(
        _ program: String,
        _ status: TerminationStatus,
        _ end: (words: String, isLate: Bool)
    ) -> String? {
        if end.isLate {
            return "\(program) took longer than \(command.timeout) and was killed."
        }
        if status.isSuccess { return nil }
        let words = end.words.isEmpty ? "." : ": \(end.words)"
        return "\(program) ended with \(status)\(words)"
    }

    /// Reads to the end, so that the program never waits, and keeps the beginning.
    private static func read(_ output: SubprocessOutputSequence) async -> String {
        var kept: [UInt8] = []
        do {
            for try await buffer in output {
                buffer.withUnsafeBytes {
                    kept += $0.prefix(max(maximumErrorOctets - kept.count, 0))
                }
            }
        } catch {
            // What it said is for the log only.
        }
        while let last = kept.last, last <= 0x20 { kept.removeLast() }
        return SafeText.line(octets: kept)
    }

    /// Whether there are descriptors enough to start a process: the library ends the whole daemon
    /// when it cannot have the last of those it takes.
    private static var canOpenMore: Bool {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        while opened.count < 24 {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { return false }
            opened.append(descriptor)
        }
        return true
    }
}
