import EventLog
import Glibc
import NIOCore
import NIOPosix
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

@Suite("Delivery engine")
struct DeliveryEngineTests {
    private static let ok = Scripted.reply
    private static let refusal = Reply.answer(550, "5.1.1 User unknown")
    private static let busy = Reply.answer(451, "4.3.0 Try later")

    @Test func `a claimed message is sent and filed under its day without writing a state`()
        async throws
    {
        try await withEngine { fixture in
            try await fixture.begin()
            let name = try fixture.claim("invoice.eml", to: ["b@example.org"])
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(fixture.sent == ["\(name.id.text).invoice.eml"])
            #expect(fixture.names("queue") == ["sending"])
            try await waitUntil("no state") { fixture.names("state") == ["lock"] }
            let seen = try #require(fixture.submitters[0].seen.first)
            let text = String(decoding: seen.content, as: UTF8.self)
            #expect(text.hasSuffix("\r\n\r\ntext\r\n.\r\n"))
            #expect(text.contains("Message-ID: <\(name.id.text)@example.com>\r\n"))
            let line = try #require(fixture.log.lines.first { $0.contains("event=sent") })
            #expect(
                line.hasPrefix("id=\(name.id.text) event=sent pickup=erp route=r0 file=invoice.eml")
            )
        }
    }

    @Test func `who has the message never gets it again when the others are retried`() async throws
    {
        let first = Scripted.takes(
            .accepted(Self.ok),
            [.accepted(Self.ok), .refused(Self.busy), .accepted(Self.ok)]
        )
        try await withEngine(scripts: [[first]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org", "c@example.org", "d@example.org"])
            try await waitUntil("deferred") { fixture.names("state").count == 2 }
            fixture.clock.advance(by: .seconds(120))
            try await waitUntil("sent") {
                fixture.nudge()
                return fixture.sent.count == 1
            }
            #expect(
                fixture.submitters[0].seen.map(\.recipients) == [
                    ["b@example.org", "c@example.org", "d@example.org"], ["c@example.org"],
                ]
            )
            try await waitUntil("no state") { fixture.names("state") == ["lock"] }
        }
    }

    @Test func `a partly accepted message fails naming the others and a retry goes only to them`()
        async throws
    {
        let first = Scripted.takes(
            .accepted(Self.ok),
            [.accepted(Self.ok), .refused(Self.refusal)]
        )
        try await withEngine(scripts: [[first]]) { fixture in
            try await fixture.begin()
            let name = try fixture.claim("a.eml", to: ["b@example.org", "c@example.org"])
            try await waitUntil("failed") { fixture.names("failed").count == 2 }
            let reason = try fixture.folder.text("drop/failed/\(name.id.text).a.eml.txt")
            #expect(
                reason.contains(
                    "The server accepted this message for 1 of 2 recipients. The server refused "
                        + "c@example.org: 550 5.1.1 User unknown"
                )
            )
            #expect(reason.contains("b@example.org: accepted, has the message (250 2.0.0 OK)"))
            #expect(reason.contains("c@example.org: refused (550 5.1.1 User unknown)"))
            #expect(reason.contains("A retry goes only to those who did not get it."))
            try await waitUntil("settled") {
                fixture.log.lines.contains { $0.contains("event=failed") }
            }
            try moveBack(name, in: fixture)
            fixture.engine.wake(pickup: "erp")
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(fixture.submitters[0].seen.map(\.recipients).last == ["c@example.org"])
            #expect(fixture.names("failed") == [])
        }
    }

    private func moveBack(_ name: SpoolName, in fixture: EngineFixture) throws {
        let file = "\(name.id.text).\(String(decoding: name.original.octets, as: UTF8.self))"
        let (from, to) = ("drop/failed/\(file)", "drop/queue/\(file)")
        #expect(rename(fixture.folder.path(from), fixture.folder.path(to)) == 0)
    }

    @Test func `a large envelope goes in parts and each part is on disk before the next`()
        async throws
    {
        let recipients = (1...5).map { "r\($0)@example.org" }
        try await withEngine(maximumRecipients: 2) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: recipients)
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(
                fixture.submitters[0].seen.map(\.recipients) == [
                    ["r1@example.org", "r2@example.org"], ["r3@example.org", "r4@example.org"],
                    ["r5@example.org"],
                ]
            )
            try await waitUntil("no state") { fixture.names("state") == ["lock"] }
        }
    }

    @Test func `a part whose recipients were all refused does not keep the others waiting`()
        async throws
    {
        let refused = Scripted.takes(
            .failed(.noRecipientAccepted),
            [.refused(Self.refusal), .refused(Self.refusal)]
        )
        try await withEngine(scripts: [[refused]], maximumRecipients: 2) { fixture in
            try await fixture.begin()
            let name = try fixture.claim("a.eml", to: (1...3).map { "r\($0)@example.org" })
            try await waitUntil("failed") { fixture.names("failed").count == 2 }
            #expect(fixture.submitters[0].seen.map(\.recipients).last == ["r3@example.org"])
            let reason = try fixture.folder.text("drop/failed/\(name.id.text).a.eml.txt")
            #expect(reason.contains("for 1 of 3 recipients"))
        }
    }

    @Test func `a route that cannot be reached waits, probes, and the message loses no attempt`()
        async throws
    {
        let failure = Failure.connect(attempts: ["127.0.0.1:1: connection refused"])
        try await withEngine(
            scripts: [[.refuses(failure)]],
            probes: [failure, nil]
        ) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("suspended") {
                fixture.log.lines.contains { $0.contains("event=route-suspended") }
            }
            try await waitUntil("no state") { fixture.names("state") == ["lock"] }
            for expected in 1...2 {
                fixture.clock.advance(by: .seconds(60))
                try await waitUntil("probe \(expected)") {
                    fixture.nudge()
                    return fixture.submitters[0].probeCount == expected
                }
            }
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(fixture.log.lines.contains { $0 == "event=route-resumed route=r0" })
        }
    }

    @Test func `the next route of the list serves while the first has no connection`() async throws
    {
        let failure = Failure.connect(attempts: ["127.0.0.1:1: connection refused"])
        try await withEngine(scripts: [[.refuses(failure)], []], probes: [failure]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(fixture.submitters[0].seen.isEmpty)
            #expect(fixture.submitters[1].seen.count == 1)
        }
    }

    @Test func `a throttled route is waited for, not replaced`() async throws {
        let throttled = Reply(
            ReplyCode(432)!,
            lines: ["4.3.2 Concurrent connections limit exceeded."]
        )
        let script = Scripted.takes(
            .failed(.refused(throttled, .endOfData)),
            [.accepted(Self.ok)]
        )
        try await withEngine(scripts: [[script], []]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("suspended") {
                fixture.log.lines.contains { $0.contains("cause=rate") }
            }
            fixture.clock.advance(by: .seconds(20))
            try await waitUntil("sent") {
                fixture.nudge()
                return fixture.sent.count == 1
            }
            #expect(fixture.submitters[1].seen.isEmpty)
        }
    }

    @Test func `resuming a route lets the messages of its suspended senders go at once`()
        async throws
    {
        let denied = Reply.answer(550, "5.7.60 SMTP; Client does not have permissions")
        try await withEngine(scripts: [[.refuses(.refused(denied, .mail))]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("suspended") {
                fixture.log.lines.contains { $0.contains("event=sender-suspended") }
            }
            try await waitUntil("returned") {
                fixture.log.lines.contains { $0.contains("event=returned") }
            }
            let engine = fixture.engine
            try await waitUntil("sent") {
                try await fixture.group.next().submit { engine.resume(route: "r0") }.get()
                return fixture.sent.count == 1
            }
        }
    }

    @Test func `a sender that is resumed while its message is on its way back waits no more`()
        async throws
    {
        let denied = Reply.answer(550, "5.7.60 SMTP; Client does not have permissions")
        try await withEngine(scripts: [[.refuses(.refused(denied, .mail))]]) { fixture in
            try await fixture.begin()
            // Asks in every turn of the loop, so that it comes before the end of the move.
            @Sendable func resumeWhenReturned() {
                guard fixture.log.lines.contains(where: { $0.contains("event=returned") }) else {
                    return fixture.group.next().execute(resumeWhenReturned)
                }
                fixture.engine.resume(route: "r0")
            }
            fixture.group.next().execute(resumeWhenReturned)
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("sent") { fixture.sent.count == 1 }
        }
    }

    @Test
    func
        `an uncertain outcome is logged as possible duplicate and retried once with the same Message-ID`()
        async throws
    {
        let lost = Scripted.takes(
            .uncertain(.connectionLost(.endOfData, detail: "reset by peer")),
            [.accepted(Self.ok)]
        )
        try await withEngine(scripts: [[lost]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("uncertain") { fixture.names("state").count == 2 }
            let line = try #require(fixture.log.lines.first { $0.contains("event=uncertain") })
            #expect(line.contains("note=\"possible duplicate\" then=\"retry in 15 min\""))
            fixture.clock.advance(by: .seconds(901))
            try await waitUntil("sent") {
                fixture.nudge()
                return fixture.sent.count == 1
            }
            let seen = fixture.submitters[0].seen
            #expect(seen.count == 2)
            #expect(seen.first?.content == seen.last?.content)
        }
    }

    @Test func `a second uncertain outcome is held beside a text that says how to decide`()
        async throws
    {
        let lost = Scripted.takes(
            .uncertain(.connectionLost(.endOfData, detail: "")),
            [.accepted(Self.ok)]
        )
        try await withEngine(scripts: [[lost, lost]]) { fixture in
            try await fixture.begin()
            let name = try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("uncertain") { fixture.names("state").count == 2 }
            fixture.clock.advance(by: .seconds(901))
            try await waitUntil("held") {
                fixture.nudge()
                return fixture.names("held").count == 2
            }
            let reason = try fixture.folder.text("drop/held/\(name.id.text).a.eml.txt")
            #expect(
                reason.contains(
                    "It is not known whether the server accepted this message: The connection was lost "
                        + "while waiting for the reply after the final dot."
                )
            )
            #expect(reason.contains("run \"postchute release\" with its id"))
            let events = fixture.events.all
            #expect(events.map(\.kind) == [.claimed, .uncertain, .uncertain, .held])
            #expect(
                events[1].advice
                    == "Postchute sends it once more by itself (retry in 15 min), with the same"
                    + " Message-ID. If a second copy would do harm, set it aside before that with"
                    + " postchute hold, and ask a recipient or search for the Message-ID in the message"
                    + " trace of the server. If it arrived, run postchute remove; if it did not,"
                    + " postchute release."
            )
            let decide = events[3].advice ?? ""
            #expect(reason.contains("  \(decide)\r\n"))
            #expect(
                events[3].reason == "It is not known whether the server accepted this message: The"
                    + " connection was lost while waiting for the reply after the final dot."
            )
        }
    }

    @Test func `what a crash left in sending is uncertain and comes back after fifteen minutes`()
        async throws
    {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"])
            try fixture.spool.beginSending(name)
            try await fixture.begin()
            try await waitUntil("recovered") { fixture.names("queue").count == 2 }
            #expect(
                fixture.log.lines.contains {
                    $0.contains("event=uncertain") && $0.contains("note=\"possible duplicate\"")
                }
            )
            #expect(fixture.submitters[0].seen.isEmpty)
            fixture.clock.advance(by: .seconds(901))
            try await waitUntil("sent") {
                fixture.nudge()
                return fixture.sent.count == 1
            }
        }
    }

    @Test
    func `what a crash left in sending with a damaged history is held and stops nothing else`()
        async throws
    {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"])
            try fixture.spool.beginSending(name)
            try fixture.folder.write("postchute-state 1\nid", to: "drop/state/\(name.id.text)")
            try fixture.claim("b.eml", to: ["b@example.org"])
            try await fixture.begin()
            try await waitUntil("the other sent") { fixture.sent.count == 1 }
            try await waitUntil("held") { fixture.names("held").count == 2 }
            #expect(fixture.log.lines.contains { $0.contains("event=uncertain") })
            let reason = try fixture.folder.text("drop/held/\(name.id.text).a.eml.txt")
            #expect(
                reason.contains(
                    "It is not known who has this message: Postchute ended while its content was on "
                        + "the wire, and its history is damaged."
                )
            )
            #expect(
                reason.contains(
                    "A release sends it to every recipient, also to those who have it."
                )
            )
            #expect(try fixture.spool.state(of: name.id)?.uncertainCount == 1)
        }
    }

    @Test func `a message without recipients fails with a reason and without an attempt`()
        async throws
    {
        try await withEngine { fixture in
            try await fixture.begin()
            let name = try fixture.claim("a.eml", to: [])
            try await waitUntil("failed") { fixture.names("failed").count == 2 }
            let reason = try fixture.folder.text("drop/failed/\(name.id.text).a.eml.txt")
            #expect(reason.contains("\r\n\r\nWhat to do\r\n  "))
            #expect(reason.contains("To try again, move the message file (not this text) back"))
            #expect(fixture.submitters[0].seen.isEmpty)
        }
    }
}
