import Glibc
import Synchronization
import TestSupport
import Testing

/// Every call the daemon makes on files for a message, refused.
///
/// A running daemon is watched with strace(1) for what it calls; then each of these calls is refused
/// to a daemon of its own, on the folder it was made on, as long as it takes to see what comes of it.
@Suite("Faults at every call", .serialized)
struct FaultTests {
    /// How many daemons are under test at once: most of what they do is waiting.
    private static let width = 10

    @Test(.timeLimit(.minutes(20)))
    func `whatever is refused, nothing is lost, hidden or doubled, and all goes on afterwards`()
        async throws
    {
        let flows = LongRun.isOn ? FaultFlow.allCases : [.sent, .deferred, .refused]
        let faults = FaultMatrix.chosen(of: try await Self.recordings(flows))
        #expect(faults.count >= 15, "\(faults)")
        let unmet = Mutex<[Fault]>([])
        try await inParallel(faults, Self.width) { fault in
            do {
                let refused = try await FaultTrial.run(fault)
                if refused == 0 { unmet.withLock { $0.append(fault) } }
            } catch {
                Issue.record("\(fault): \(error)")
            }
        }
        // Some calls are made by a scan only, which need not come while the fault lasts.
        let count = unmet.withLock { $0.count }
        #expect(count <= faults.count / 8, "never met: \(unmet.withLock { $0 })")
        print("\(faults.count) faults, \(count) of them never met")
    }

    private static func recordings(_ flows: [FaultFlow]) async throws -> [FaultFlow: FaultRecording]
    {
        try await withThrowingTaskGroup(of: (FaultFlow, FaultRecording).self) { group in
            for flow in flows { group.addTask { (flow, try await record(flow)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private static func record(_ flow: FaultFlow) async throws -> FaultRecording {
        try await withFlow(flow, FaultTrial.plan(flow)) { relay in
            try await relay.recorded {
                try relay.drop(flow.file, flow.text)
                try await waitUntil(limit: .seconds(60), "\(flow)\n\(relay.log)") {
                    // The history goes last.
                    try await Task.sleep(for: .milliseconds(50))
                    return relay.places == [flow.end]
                        && (flow.end != .sent || folderNames("\(relay.spool)/state") == ["lock"])
                }
            }
        }
    }

    @Test func `an accepted message whose move cannot be synced is not sent again`() async throws {
        try await withRelay("b3") { relay in
            let folder = "\(relay.drop)/sent/\(RelayHarness.today)"
            try await SickDisk.withFailing("fsync:error=EIO", of: folder, in: relay.daemon) {
                try relay.drop("x.eml", RelayHarness.message("x"))
                let line = try await relay.waitForLine("pickup-suspended")
                let cause =
                    "Cannot sync \(folder): Input/output error; check the disk, then restart"
                #expect(line["reason"]?.hasPrefix(cause) == true, "\(line)")
            }
            // Where its end could not be recorded nothing more is begun.
            try relay.drop("y.eml", RelayHarness.message("y"))
            try await relay.waitFor(.queue, "y.eml")
            // The first pause is five seconds: what is not begun after it is not begun.
            try await Task.sleep(for: .seconds(7))
            #expect(relay.lines("pickup-suspended").count == 1, "one cause, one line")
            #expect(try relay.received().count == 1)
            #expect(relay.places("x.eml") == [.sent])
            #expect(relay.places("y.eml") == [.queue])
            try await relay.stopDaemon()
            try await relay.startDaemon()
            try await relay.waitFor(.sent, "y.eml")
            #expect(try relay.received("x").count == 1)
            #expect(try relay.received().count == 2)
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    /// Errors of reading the history of a message that comes back.
    static let readings = ["openat:error=EMFILE", "openat:error=EIO", "openat:error=ESTALE"]

    @Test func `who has a message does not get it again because its history cannot be read`()
        async throws
    {
        try await inParallel(Self.readings, 3) { injection in
            var plan = RelayPlan()
            plan.script = #"at RCPT reply "550 5.1.1 Not here." after 1 times 1"#
            try await withRelay("history", plan) { relay in
                try relay.drop(
                    "x.eml",
                    RelayHarness.message("x", to: "a@example.org, b@example.org")
                )
                let path = try await relay.waitFor(.failed, "x.eml")
                let name = path.split(separator: "/").last ?? ""
                let state = "\(relay.drop)/state"
                try await SickDisk.withFailing(injection, of: state, in: relay.daemon) {
                    #expect(rename(path, "\(relay.drop)/\(name)") == 0)
                    try await relay.waitForLine("claiming-suspended")
                }
                try await relay.waitFor(.sent, "x.eml")
                let recipients = try relay.received("x").map(\.recipients)
                #expect(recipients == [["a@example.org"], ["b@example.org"]], "\(injection)")
            }
        }
    }
}

/// Calls the body for each element, some at a time: what they do is waiting, mostly.
func inParallel<Element: Sendable>(
    _ elements: [Element],
    _ width: Int,
    _ body: @escaping @Sendable (Element) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, element) in elements.enumerated() {
            if index >= width { try await group.next() }
            group.addTask { try await body(element) }
        }
        try await group.waitForAll()
    }
}
