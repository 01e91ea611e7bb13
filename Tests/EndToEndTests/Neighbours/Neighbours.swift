import Glibc
import TestSupport
import Testing

/// What other programs and people on the same machine do to the relay.
extension RelayHarness {
    /// The watch helpers of the daemon, by process id.
    var helpers: [pid_t] {
        guard let daemon else { return [] }
        let tasks = "/proc/\(daemon.id)/task"
        return folderNames(tasks).flatMap { task -> [pid_t] in
            let children = (try? readFile("\(tasks)/\(task)/children")) ?? []
            return String(decoding: children, as: UTF8.self).split(separator: " ").compactMap {
                pid_t($0)
            }
        }
    }

    /// Kills the watch helper; the daemon scans then.
    func killHelper() {
        for helper in helpers { kill(helper, SIGKILL) }
    }

    /// Waits until nothing waits or is under way in the spool of a folder, doing what an operator
    /// does.
    func waitUntilEmpty(_ root: String? = nil, limit: Duration = .seconds(120)) async throws {
        let root = root ?? drop
        var next = ContinuousClock.now + .seconds(1)
        try await waitUntil(limit: limit, "\(root) to be empty; the log:\n\(log.suffix(20_000))") {
            if ContinuousClock.now >= next {
                try await helpAlong()
                next = .now + .seconds(1)
            }
            return Place.allCases.filter { $0 != .sent }.allSatisfy { place in
                Self.entries(place, below: root).allSatisfy { !$0.name.hasEML }
            }
        }
    }

    /// Checks that everything was received once, or more often with a word about that.
    func expectReceived(_ names: Set<String>) throws {
        let copies = Dictionary(grouping: try received()) { $0.envelope.messageID }
        #expect(Set(copies.keys) == Set(names.map { "<\($0.dropLast(4))@example.com>" }))
        let announced = Set(lines("uncertain").compactMap { $0["file"] })
        for (id, copies) in copies where copies.count > 1 {
            let name = "\(id.dropFirst().prefix { $0 != "@" }).eml"
            #expect(announced.contains(name), "\(id) came \(copies.count) times without a word")
            #expect(Set(copies.map(\.octets)).count == 1, "the copies of \(id) differ")
        }
    }
}

/// A folder that can be mounted and unmounted again and again, with all it holds.
enum BindMount {
    /// Shows a folder in the place of another.
    static func mount(_ source: String, at target: String) async throws {
        try await run("mount", "--bind", source, target)
    }

    /// Takes it away, at once although it is in use.
    static func unmount(_ target: String) async throws {
        try await run("umount", "--lazy", target)
    }

    private static func run(_ command: String...) async throws {
        let run = try await ChildProcess.run(command)
        guard run.exit == .code(0) else { throw WaitError("\(command): \(run.errors)") }
    }
}
