import Glibc
import TestSupport

/// What a test needs to make a disk misbehave.
enum SickDisk {
    /// Whether this process may mount, which is the only way to a disk that is really full.
    static var canMount: Bool {
        guard let status = try? readFile("/proc/self/status") else { return false }
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("CapEff:")
        }
        let mask = line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" }, radix: 16) } ?? 0
        // CAP_SYS_ADMIN, capabilities(7).
        return mask >> 21 & 1 == 1
    }

    /// Runs the body with a small file system in a folder, which hides what is there.
    static func withTinyDisk<Value>(
        at path: String,
        size: String = "1m",
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await run("mount", "-t", "tmpfs", "-o", "size=\(size),mode=700", "tmpfs", path)
        do {
            let value = try await body()
            try await run("umount", path)
            return value
        } catch {
            // Whoever still uses it keeps it until the end.
            try? await run("umount", "--lazy", path)
            throw error
        }
    }

    /// Fills a disk with one file, whose path is returned.
    static func fill(_ folder: String) throws -> String {
        let path = "\(folder)/.ballast"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw WaitError("open \(path): \(systemError())") }
        defer { close(descriptor) }
        let octets = [UInt8](repeating: 0x78, count: 4096)
        for _ in 0..<1024 where write(descriptor, octets, octets.count) < octets.count {
            return path
        }
        throw WaitError("\(folder) is larger than it should be")
    }

    /// Has system calls of a process fail, as strace(1) names them, while the body runs.
    static func withFailing<Value>(
        _ injection: String,
        of path: String? = nil,
        in process: ChildProcess?,
        _ body: () async throws -> Value
    ) async throws -> Value {
        guard let process else { throw WaitError("there is no daemon") }
        var command = ["-f", "-p", "\(process.id)"]
        if let path { command += ["-P", path] }
        return try await withTracer(command + ["-e", "inject=\(injection)"], body)
    }

    /// Has one thread of a process hang, whatever the others do, while the body runs.
    ///
    /// It hangs where it next waits for events; what it does until then it still does.
    static func withHanging<Value>(
        thread name: String,
        of process: ChildProcess?,
        _ body: () async throws -> Value
    ) async throws -> Value {
        guard let process else { throw WaitError("there is no daemon") }
        let threads = folderNames("/proc/\(process.id)/task").filter { thread in
            let octets = (try? readFile("/proc/\(process.id)/task/\(thread)/comm")) ?? []
            return String(decoding: octets, as: UTF8.self) == "\(name)\n"
        }
        guard threads.count == 1, let thread = threads.first else {
            throw WaitError("\(threads.count) threads are called \(name)")
        }
        // Not all threads, by `-f`: timers wait for events in a thread of their own, which would hang
        // as well, and nobody would ask any more whether the one that is meant answers.
        let waits = "epoll_wait,epoll_pwait,epoll_pwait2"
        let hang = ["-e", "trace=\(waits)", "-e", "inject=\(waits):delay_enter=600000000"]
        return try await withTracer(["-p", thread] + hang, body)
    }

    private static func withTracer<Value>(
        _ options: [String],
        _ body: () async throws -> Value
    ) async throws -> Value {
        let tracer = try ChildProcess(["strace", "-o", "/dev/null"] + options)
        try await tracer.waitForOutput(" attached")
        do {
            let value = try await body()
            try await tracer.end()
            return value
        } catch {
            _ = try? await tracer.end()
            throw error
        }
    }

    private static func run(_ command: String...) async throws {
        let run = try await ChildProcess.run(command)
        guard run.exit == .code(0) else { throw WaitError("\(command): \(run.errors)") }
    }
}
