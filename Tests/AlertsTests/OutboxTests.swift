import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Alerts
@testable import Spool

@Suite("Outbox")
struct OutboxTests {
    private static let day: Int64 = 86_400_000_000

    /// Posts two messages to an outbox in a state directory, and settles them: one sent, one failed.
    private func settledMail(in state: String, _ threads: SpoolThreads) async throws -> [SpoolName]
    {
        let claimed = Mutex<[SpoolName]>([])
        let outbox = try Outbox(.bounce, of: "erp", state: state, threads: threads) {
            names,
            pickup in
            #expect(pickup == "bounce.erp")
            claimed.withLock { $0 += names }
        }
        for text in ["one", "two"] {
            let failure = await outbox.post(Array("Subject: \(text)\r\n\r\n".utf8))
            #expect(failure == nil)
        }
        outbox.close()
        let names = claimed.withLock { $0 }
        let folder = "\(state)/alerts/bounce.erp"
        let spool = try MessageSpool(
            opening: SpoolOptions(dropPath: folder),
            hooks: SpoolHooks(now: { start })
        )
        try spool.beginSending(names[0])
        _ = try spool.settleSent(names[0])
        let state = DeliveryState(names[1])
        _ = try spool.fail(names[1], from: .queue, reason: Array("why".utf8), state: state)
        spool.close()
        return names
    }

    private func sweep(_ state: String, days: Int64) throws -> [String] {
        try OwnMail.all(in: state).flatMap { _, folder in
            var sweep = try RetentionSweep(
                opening: SpoolOptions(dropPath: folder),
                OwnMail.retention,
                now: { start + days * Self.day }
            )
            var removed: [String] = []
            while !sweep.isDone { removed += try sweep.step().map(\.id.text) }
            return removed
        }
    }

    @Test func `own mail that was sent or failed goes after 30 days`() async throws {
        let scratch = try ScratchFolder("outbox")
        let threads = SpoolThreads()
        defer { threads.stop() }
        let names = try await settledMail(in: scratch.path, threads)
        #expect(try sweep(scratch.path, days: 0).isEmpty)
        #expect(try sweep(scratch.path, days: 29).isEmpty)
        #expect(try sweep(scratch.path, days: 30) == [names[1].id.text])
        #expect(try sweep(scratch.path, days: 31) == [names[0].id.text])
        for folder in ["sent", "failed", "queue/sending", "drop"] {
            #expect(scratch.names("alerts/bounce.erp/\(folder)").isEmpty, "\(folder)")
        }
    }

    @Test func `outboxes are found by their names, whatever the settings have`() throws {
        let scratch = try ScratchFolder("outboxes")
        #expect(OwnMail.all(in: scratch.path).isEmpty)
        for name in ["alert.it", "bounce.erp", "other.erp", ".hidden"] {
            try scratch.makeFolder("alerts/\(name)")
        }
        #expect(OwnMail.all(in: scratch.path).map(\.name) == ["alert.it", "bounce.erp"])
        #expect(OwnMail.all(in: scratch.path).first?.folder == "\(scratch.path)/alerts/alert.it")
    }
}
