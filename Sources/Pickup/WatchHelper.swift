internal import Glibc
internal import Subprocess
internal import SystemPackage

/// Runs `postchute-watch` and hands on what it sees.
///
/// The helper may die at any time: whatever happens while it is away is found by the scans that its
/// coming back asks for.
package final class WatchHelper: Sendable {
    /// A folder to watch.
    package struct Folder: Hashable, Sendable {
        package var path: String
        package var isRecursive: Bool
        /// Folders below it that are not watched.
        package var excluded: [String]

        /// Creates a folder.
        package init(path: String, isRecursive: Bool = false, excluded: [String] = []) {
            self.path = path
            self.isRecursive = isRecursive
            self.excluded = excluded
        }
    }

    /// What the helper has to say.
    package enum Event: Hashable, Sendable {
        case record(WatchRecord)
        /// It runs, as this process; its ``WatchRecord/ready`` follows.
        case started(process: Int32)
        /// It does not run; the words say why, and when it is tried again.
        case away(reason: String, retry: Duration)
    }

    static let shortestDelay = Duration.seconds(1)
    static let longestDelay = Duration.seconds(30)
    /// A helper that ran this long was no failure.
    static let provenAfter = Duration.seconds(60)

    private let executable: String
    private let arguments: [String]
    private let shortestDelay: Duration
    private let deliver: @Sendable (Event) -> Void

    /// Creates a helper that does not run yet.
    ///
    /// ``locate(beside:)`` finds the executable. Events are delivered in order, on no thread in
    /// particular.
    package init(
        executable: String,
        folders: [Folder],
        shortestDelay: Duration = shortestDelay,
        deliver: @escaping @Sendable (Event) -> Void
    ) {
        self.executable = executable
        self.shortestDelay = shortestDelay
        self.deliver = deliver
        var arguments: [String] = []
        for folder in folders { arguments += folder.excluded.flatMap { ["-x", $0] } }
        for folder in folders {
            arguments += folder.isRecursive ? ["-r", folder.path] : [folder.path]
        }
        self.arguments = arguments
    }

    /// The helper that belongs to a daemon: beside it, or in the libexec folder of the same
    /// installation, and never one that `PATH` happens to lead to.
    package static func locate(beside executable: String) -> String? {
        let slash = executable.lastIndex(of: "/") ?? executable.startIndex
        let folder = executable[..<slash]
        return ["\(folder)/postchute-watch", "\(folder)/../libexec/postchute/postchute-watch"]
            .first { access($0, X_OK) == 0 }
    }

    /// The path of the running program.
    package static func ownExecutable() -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { readlink("/proc/self/exe", $0, characters.count) }
                    ?? -1
            }
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// Runs the helper, again and again, until the task is cancelled.
    package func run() async {
        var delay = shortestDelay
        let clock = ContinuousClock()
        while !Task.isCancelled {
            let begin = clock.now
            let reason = await runOnce()
            if Task.isCancelled { return }
            if begin.duration(to: clock.now) >= Self.provenAfter { delay = shortestDelay }
            deliver(.away(reason: reason, retry: delay))
            try? await Task.sleep(for: delay)
            delay = min(delay * 2, Self.longestDelay)
        }
    }

    /// Runs the helper until it ends and returns why it did.
    private func runOnce() async -> String {
        if !Self.canOpenMore {
            return "too few files can be opened beside those that are; raise LimitNOFILE"
        }
        do {
            let result = try await Subprocess.run(
                .path(FilePath(executable)),
                arguments: Arguments(arguments),
                environment: .custom([[UInt8]]()),
                workingDirectory: "/",
                input: .inputWriter,
                output: .sequence,
                error: .discarded
            ) { execution in
                // Its standard input stays open for as long as this body runs: its end is how the
                // helper learns that the daemon is gone, however it went.
                deliver(.started(process: execution.processIdentifier.value))
                try await read(execution.standardOutput)
            }
            return "it ended with \(result.terminationStatus)"
        } catch let error as WatchRecordParser.Garbage {
            return error.sentence
        } catch {
            return "\(error)"
        }
    }

    /// Whether there are descriptors enough to start a process.
    ///
    /// The library that starts it takes about ten, one after the other, and ends the whole daemon
    /// when it cannot have the last of them (swift-subprocess 1.0: "was not closed").
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

    private func read(_ output: SubprocessOutputSequence) async throws {
        var parser = WatchRecordParser()
        for try await buffer in output {
            try buffer.withUnsafeBytes { (octets) throws(WatchRecordParser.Garbage) in
                try parser.read(octets) { deliver(.record($0)) }
            }
        }
    }
}
