import Glibc
import Synchronization
import TestSupport

@testable import Pickup

/// The real watch helper on real folders, with what it said.
final class TestHelper: Sendable {
    private let task: Task<Void, Never>

    /// The helper that was built beside this test bundle.
    static func executable() throws -> String {
        guard let own = WatchHelper.ownExecutable() else { throw WaitError("no /proc/self/exe") }
        // The bundle is a program of its own with some runners, and loaded by `swift-testing`'s
        // runner with others: then its path is among the arguments.
        for candidate in [own] + CommandLine.arguments {
            if let found = WatchHelper.locate(beside: candidate) { return found }
        }
        throw WaitError("postchute-watch is not beside \(own) or \(CommandLine.arguments)")
    }

    init(
        _ folders: [WatchHelper.Folder],
        deliver: @escaping @Sendable (WatchHelper.Event) -> Void = { _ in }
    ) throws {
        let executable = try Self.executable()
        let events = Events()
        self.collected = events
        let helper = WatchHelper(
            executable: executable,
            folders: folders,
            shortestDelay: .milliseconds(20)
        ) { event in
            events.list.withLock { $0.append(event) }
            deliver(event)
        }
        task = Task { await helper.run() }
    }

    private final class Events: Sendable {
        let list = Mutex<[WatchHelper.Event]>([])
    }

    private let collected: Events

    deinit { task.cancel() }

    var all: [WatchHelper.Event] { collected.list.withLock { $0 } }

    var records: [WatchRecord] {
        all.compactMap { if case .record(let record) = $0 { record } else { nil } }
    }

    var processes: [Int32] {
        all.compactMap { if case .started(let process) = $0 { process } else { nil } }
    }

    /// Ends the helper and waits until its process is gone.
    func stop() async {
        task.cancel()
        await task.value
    }

    func waitForReady(_ count: Int = 1) async throws {
        try await waitUntil("the helper to be ready; it said \(all)") {
            records.count { $0 == .ready } >= count
        }
    }

    /// Waits for an event of a file whose path ends so.
    func waitForEvent(_ kind: WatchEvents, _ path: String) async throws {
        try await waitUntil("an event of \(path); the helper said \(all)") {
            records.contains { record in
                guard case .event(let kinds, let folder, let name) = record else { return false }
                let full = String(decoding: folder + [0x2F] + name, as: UTF8.self)
                return kinds.isSuperset(of: kind) && full == path
            }
        }
    }

    func waitFor(_ record: WatchRecord) async throws {
        try await waitUntil("\(record); the helper said \(all)") { records.contains(record) }
    }
}
