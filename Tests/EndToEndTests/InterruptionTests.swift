import TestSupport
import Testing

/// Connections that die, replies that never end or never come.
@Suite("Interruptions", .serialized)
struct InterruptionTests {
    /// What can happen after the final dot that leaves open whether the message was accepted.
    static let uncertain = [
        ("closed.eml", "close-after-dot@fault.test", "The connection was lost while waiting for"),
        ("half.eml", "dot.half-reply@fault.test", "The connection was lost while waiting for"),
        ("endless.eml", "dot.endless-reply@fault.test", "The server broke the protocol while wait"),
        ("late.eml", "delay-1m.dot@fault.test", "The server did not answer within 1 s while wait"),
    ]

    @Test
    func `a lost reply after the dot is a possible duplicate, sent once more and then held`()
        async throws
    {
        var plan = RelayPlan()
        plan.route = ["final_reply_timeout = '1s'"]
        try await withRelay("uncertain", plan) { relay in
            for (name, to, _) in Self.uncertain {
                try relay.drop(name, "From: a@example.com\nTo: \(to)\nSubject: \(name)\n\nHello.\n")
            }
            for (name, _, reason) in Self.uncertain {
                let line = try await relay.waitForLine("uncertain") { $0["file"] == name }
                #expect(line["level"] == "warning")
                #expect(line["note"] == "possible duplicate")
                #expect(line["then"] == "retry in 15 min")
                #expect(line["reason"]?.hasPrefix(reason) == true, "\(line)")
                try await relay.waitFor(.queue, name)
            }
            #expect(relay.lines("route-suspended").isEmpty)
            try await waitUntil("the histories") {
                folderNames("\(relay.drop)/state").count == Self.uncertain.count + 1
            }
            let list = try await relay.command("list").output
            #expect(list.ranges(of: "next attempt in 14 min").count == 4, "\(list)")

            let retry = try await relay.command(["retry"] + Self.uncertain.map(\.0))
            #expect(retry.code == 0, "\(retry)")
            for (name, _, sentence) in Self.uncertain {
                try await relay.waitFor(.held, name)
                let line = try await relay.waitForLine("uncertain") {
                    $0["file"] == name && $0["then"] == "held"
                }
                #expect(line["note"] == "possible duplicate")
                let reason = try relay.reason(name)
                let known = "It is not known whether the server accepted this message: \(sentence)"
                #expect(reason.contains(known), "\(reason)")
                #expect(reason.contains("If it did not arrive, move the message file back"))
                #expect(reason.contains("or run \"postchute release\" with its id"))
                try Self.expectTwins(named: name, in: relay)
            }
        }
    }

    /// Both copies have the same octets, Message-ID and Date included.
    private static func expectTwins(named name: String, in relay: RelayHarness) throws {
        let copies = try relay.received().filter { $0.text.contains("Subject: \(name)\r\n") }
        // The sandbox keeps no message whose reply is still delayed.
        let isLate = name == "late.eml"
        #expect(copies.count == (isLate ? 0 : 2), "\(name)")
        #expect(Set(copies.map(\.octets)).count == (isLate ? 0 : 1), "\(name)")
        #expect(copies.allSatisfy { $0.text.contains("\r\nDate: ") })
    }

    @Test func `a pickup that prefers to ask holds an uncertain message at once`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["when_uncertain = 'hold'"]
        try await withRelay("ask", plan) { relay in
            let text = RelayHarness.message("x", to: "close-after-dot@fault.test")
            try relay.drop("x.eml", text)
            try await relay.waitFor(.held, "x.eml")
            #expect(try relay.receivedOnce("x").recipients == ["close-after-dot@fault.test"])
            let line = try await relay.waitForLine("uncertain")
            #expect(line["then"] == "held")
            #expect(try relay.reason("x.eml").contains("Message-ID <x@example.com>"))
        }
    }

    @Test func `a session that breaks before the dot is no duplicate and holds up nobody for long`()
        async throws
    {
        var plan = RelayPlan()
        plan.route = ["reply_timeout = '1s'", "retry_first = '1h'", "retry_maximum = '1h'"]
        plan.script = """
            at content from broken@example.com close times 1
            at RCPT from late@example.com delay 1m times 1
            """
        let senders = [
            ("broken@example.com", "b@example.org", "The connection was lost while sending the c"),
            ("late@example.com", "b@example.org", "The server did not answer within 1 s while s"),
            (
                "a@example.com", "once.rcpt.half-reply@fault.test",
                "The connection was lost while sending"
            ),
            (
                "b@example.com", "once.rcpt.endless-reply@fault.test",
                "The server broke the protocol whi"
            ),
        ]
        // More than the socket buffers take, so that the client cannot have written its dot.
        let body = String(repeating: String(repeating: "x", count: 76) + "\n", count: 200_000)
        try await withRelay("broken", plan) { relay in
            for (number, (from, to, reason)) in senders.enumerated() {
                let name = "\(number).eml"
                try relay.drop(name, "From: \(from)\nTo: \(to)\nSubject: x\n\n\(body)")
                let line = try await relay.waitForLine("deferred") { $0["file"] == name }
                #expect(line["reason"]?.hasPrefix(reason) == true, "\(line)")
                let suspended = try await relay.waitForLine("route-suspended") {
                    $0["reason"] == line["reason"]
                }
                #expect(suspended["cause"] == "connection")
                try await relay.waitFor(.queue, name)
                // Nobody waits longer than until the route is looked at again.
                try relay.drop("other\(number).eml", RelayHarness.message("other\(number)"))
                _ = try await relay.command("resume", "--route", "lab")
                try await relay.waitFor(.sent, "other\(number).eml")
                let retry = try await relay.command("retry", name)
                #expect(retry.code == 0, "\(retry)")
                try await relay.waitFor(.sent, name)
            }
            #expect(relay.lines("uncertain").isEmpty)
            #expect(try relay.received().count == 2 * senders.count)
        }
    }
}
