import Spool
import TestSupport
import Testing

@testable import Operations

@Suite("Message details")
struct MessageDetailsTests {
    @Test func `a failed message is shown with everything there is`() throws {
        let relay = try TestRelay()
        let name = try relay.failed()
        relay.now += 60_000_000
        let path = relay.scratch.path("drop/failed/\(name.text)")
        let result = try MessageDetails(relay.folders, name.id.text).text
        #expect(
            result.output.joined(separator: "\n") == """
                \(name.label)
                  Pickup:     erp
                  Folder:     failed
                  Path:       \(path)
                  Size:       97 B
                  Claimed:    2026-11-23 10:15:30 UTC, 60 s ago
                  From:       ERP <erp@example.com>
                  Subject:    Invoice
                  Message-ID: <\(name.id)@example.com>
                  Sender:     erp@example.com
                  Changed:    date: The missing Date was filled in with the time of the claim.
                  Changed:    message-id: The missing Message-ID was made from the message's id.
                  Waited:     2 min

                Recipients
                  ADDRESS             OUTCOME   REPLY
                  office@example.com  accepted  250 ok
                  shop@example.com    refused   550 no

                Attempts
                  STARTED                  MS  ROUTE  OUTCOME  PEER              DETAIL
                  2026-11-23 10:15:30 UTC  12  m365   failed   smtp.example.com  451 4.7.0 later

                The reason beside it
                  The server refused it.

                  What to do
                    Ask.
                """
        )
        #expect(result.complaints.isEmpty)
        #expect(result.status == .done)
    }

    @Test func `a deferred message says when it is due`() throws {
        let relay = try TestRelay()
        _ = try relay.deferred()
        let lines = try MessageDetails(relay.folders, "invoice.eml").text.output
        #expect(lines.contains("  Next:       2026-11-23 11:15:30 UTC, in 60 min"))
        relay.now += 3_600_000_000
        let later = try MessageDetails(relay.folders, "invoice.eml").text.output
        #expect(later.contains("  Next:       due"))
    }

    @Test func `a message nobody can send says what is wrong with it`() throws {
        let relay = try TestRelay()
        _ = try relay.claimed("a.eml", "From: a@example.com\r\n\r\nbody\r\n")
        let lines = try MessageDetails(relay.folders, "a.eml").text.output
        #expect(
            lines.contains(
                "  Defect:  No recipient is named in To, Cc, Bcc or X-Receiver. Add a line such as "
                    + "“To: office@example.com” to the header."
            )
        )
    }

    @Test func `a sent message has recipients and no history`() throws {
        let relay = try TestRelay()
        _ = try relay.sent()
        let details = try MessageDetails(relay.folders, "invoice.eml")
        #expect(
            details.recipients.map { "\($0.address) \($0.outcome)" }
                == ["office@example.com accepted", "shop@example.com accepted"]
        )
        #expect(details.state == nil)
        #expect(details.text.status == .done)
    }

    @Test func `a message that may have been sent twice says so`() throws {
        let relay = try TestRelay()
        let name = try relay.claimed()
        var state = TestRelay.history(name)
        state.uncertainCount = 1
        _ = try relay.spool.hold(name, from: .queue, state: state)
        let lines = try MessageDetails(relay.folders, "invoice.eml").text.output
        #expect(lines.contains("  Uncertain:  1 ×: a possible duplicate"))
    }

    @Test func `attempts that are not kept are counted`() throws {
        let relay = try TestRelay()
        let name = try relay.claimed()
        var state = DeliveryState(name)
        let record = try #require(TestRelay.history(name).attempts.latest)
        for _ in 0..<50 { state.attempts.append(record) }
        _ = try relay.spool.returnToQueue(name, from: .queue, state: state)
        let details = try MessageDetails(relay.folders, "invoice.eml")
        #expect(details.text.output.last == "  10 between the first and the last are not kept")
        #expect(details.json.output.contains("    \"attempt_count\": 50,"))
    }

    @Test func `a damaged history is named, and the rest is shown`() throws {
        let relay = try TestRelay()
        let name = try relay.failed()
        try relay.scratch.write("nonsense", to: "drop/state/\(name.id)")
        let result = try MessageDetails(relay.folders, "invoice.eml").text
        #expect(result.status == .unavailable)
        #expect(result.complaints.count == 1)
        #expect(result.complaints[0].hasPrefix("Cannot read \(relay.scratch.path("drop/state/"))"))
        #expect(result.output.contains("  Subject:    Invoice"))
    }

    @Test func `the document for programs has the same`() throws {
        let relay = try TestRelay()
        let name = try relay.deferred()
        #expect(
            try MessageDetails(relay.folders, name.id.text).json.output.joined(separator: "\n")
                == """
                {
                  "id": "\(name.id)",
                  "pickup": "erp",
                  "folder": "queue",
                  "path": "\(relay.scratch.path("drop/queue/\(name.text)"))",
                  "file": "invoice.eml",
                  "size": 97,
                  "claimed_at": "2026-11-23T10:15:30Z",
                  "content": {
                    "from": "ERP <erp@example.com>",
                    "subject": "Invoice",
                    "message_id": "<\(name.id)@example.com>",
                    "sender": "erp@example.com",
                    "repairs": [
                      "date",
                      "message-id"
                    ]
                  },
                  "recipients": [
                    {
                      "address": "office@example.com",
                      "outcome": "accepted",
                      "reply": "250 ok"
                    },
                    {
                      "address": "shop@example.com",
                      "outcome": "refused",
                      "reply": "550 no"
                    }
                  ],
                  "delivery": {
                    "next_attempt_at": "2026-11-23T11:15:30Z",
                    "waited_seconds": 120,
                    "uncertain": 0,
                    "attempt_count": 1,
                    "attempts": [
                      {
                        "started_at": "2026-11-23T10:15:30Z",
                        "ms": 12,
                        "route": "m365",
                        "outcome": "failed",
                        "peer": "smtp.example.com",
                        "detail": "451 4.7.0 later"
                      }
                    ]
                  },
                  "reason": []
                }
                """
        )
    }

    @Test func `nothing found and too much found are refused`() throws {
        let relay = try TestRelay()
        _ = try relay.failed("a.eml")
        _ = try relay.held("b.eml")
        let missing = #expect(throws: CommandRefusal.self) {
            try MessageDetails(relay.folders, "c.eml")
        }
        #expect(missing?.lines == ["There is no message \"c.eml\"."])
        #expect(missing?.status == .data)
        let several = #expect(throws: CommandRefusal.self) {
            try MessageDetails(relay.folders, "2026")
        }
        #expect(several?.status == .usage)
    }
}
