import Glibc
import NIOCore
import NIOPosix
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

@Suite("Stopping the delivery engine")
struct DeliveryEngineStopTests {
    @Test func `stopping aborts what has no dot and waits for the rest`() async throws {
        try await withEngine(scripts: [[.hangs]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("under way") { fixture.submitters[0].hangingCount == 1 }
            let engine = fixture.engine
            let stopped = fixture.group.next().flatSubmit { engine.stop() }
            try fixture.claim("b.eml", to: ["b@example.org"])
            fixture.submitters[0].release(
                AttemptReport(
                    end: .accepted(Scripted.reply),
                    recipients: [.accepted(Scripted.reply)],
                    peer: ""
                )
            )
            try await stopped.get()
            #expect(fixture.sent.count == 1)
            #expect(fixture.names("queue").count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `stopping does not wait for a message whose id a defective stranger had`() async throws {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"])
            try fixture.spool.save(DeliveryState(name), of: name, in: .queue)
            let text = String(decoding: name.octets, as: UTF8.self)
            let stranger = try fixture.folder.write("no message", to: "drop/stranger")
            #expect(rename(stranger, fixture.folder.path("drop/queue/\(text)")) == 0)
            try await fixture.begin()
            try await waitUntil("failed") { fixture.names("failed").count == 2 }
            #expect(!fixture.names("failed").contains(text))
            let engine = fixture.engine
            try await fixture.group.next().flatSubmit { engine.stop() }.get()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `stopping does not wait for a message that was still being read`() async throws {
        try await withEngine { fixture in
            try await fixture.begin()
            let engine = fixture.engine
            try await fixture.group.next().flatSubmit {
                // In one turn of the loop: what was read comes back when the stop has begun.
                let claimed = Result { try fixture.claim("a.eml", to: ["b@example.org"]) }
                guard case .success(let name) = claimed else { return engine.stop() }
                engine.receive([.claimed([name], dropped: [], pickup: "erp")])
                return engine.stop()
            }.get()
            #expect(fixture.names("queue").count == 2)
            #expect(fixture.submitters[0].seen.isEmpty)
        }
    }
}
