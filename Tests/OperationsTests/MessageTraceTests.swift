import Delivery
import Ledger
import Settings
import Spool
import TestSupport
import Testing

@testable import Operations

struct MessageTraceTests {
    /// A ledger with a message that was sent, one that failed and one with a hostile name.
    private static func relay() throws -> TestRelay {
        let relay = try TestRelay()
        let store = try LedgerStore(stateDirectory: relay.settings.state.directory)
        try store.append(events("1", "invoice.eml", .sent))
        try store.append(events("2", "=cmd|' /C calc'!A0.eml", .failed))
        try store.append(events("3", "\u{1B}[2Jreport.eml", .deferred))
        return relay
    }

    private static func events(
        _ number: String,
        _ file: String,
        _ kind: MessageEvent.Kind
    ) -> [MessageEvent] {
        let id = "20261123T10150000000\(number)-0000000000000"
        let at = TestRelay.noon + (Int64(number) ?? 0) * 1_000_000
        var claimed = MessageEvent(.claimed, at: at, id: id, pickup: "erp", file: file)
        var end = claimed
        end.kind = kind
        end.at += 2_000_000
        end.route = "m365"
        end.sender = "erp@example.com"
        end.recipients = [.init("office@example.com", kind == .sent ? .accepted : .pending)]
        end.subject = "Invoice \(number)"
        end.messageID = "<\(id)@example.com>"
        end.octets = 1234
        end.milliseconds = 250
        end.peer = "smtp.example.com [192.0.2.1]:587 TLSv1.3"
        end.session = "7"
        switch kind {
        case .sent: end.reply = "250 2.0.0 OK"
        case .failed:
            end.recipients = [.init("office@example.com", .refused, reply: "550 5.1.10 no")]
            (end.reply, end.reason) = ("550 5.1.10 no\n550 5.1.10 sorry", "The address is wrong.")
            end.advice = "Correct it."
        default: break
        }
        claimed.kind = .claimed
        return [claimed, end]
    }

    private static func trace(
        _ relay: TestRelay,
        _ change: (inout TraceQuestion) -> Void
    ) throws -> MessageTrace {
        var question = TraceQuestion()
        change(&question)
        return try MessageTrace(relay.folders, question)
    }

    @Test func `several messages are a table, the newest first`() throws {
        let result = try Self.trace(Self.relay()) { _ in }.text
        #expect(
            result.output == [
                "LAST EVENT            STATE     ID                                   PICKUP  FILE                    FROM             TO                  SUBJECT",
                "2026-11-23T10:15:35Z  deferred  20261123T101500000003-0000000000000  erp     \\x1B[2Jreport.eml       erp@example.com  office@example.com  Invoice 3",
                "2026-11-23T10:15:34Z  failed    20261123T101500000002-0000000000000  erp     =cmd|' /C calc'!A0.eml  erp@example.com  office@example.com  Invoice 2",
                "2026-11-23T10:15:33Z  sent      20261123T101500000001-0000000000000  erp     invoice.eml             erp@example.com  office@example.com  Invoice 1",
            ]
        )
        #expect(result.complaints.isEmpty)
        #expect(result.status == .done)
    }

    @Test func `a single message comes with everything that happened`() throws {
        let relay = try Self.relay()
        var removed = try #require(Self.events("2", "=cmd|' /C calc'!A0.eml", .failed).first)
        (removed.kind, removed.actor) = (.removed, "anna (uid 1001)")
        removed.at += 60_000_000
        try LedgerStore(stateDirectory: relay.settings.state.directory).append([removed])
        let result = try Self.trace(relay) { $0.reply = "5.1.10" }.text
        #expect(
            result.output == [
                "20261123T101500000002-0000000000000 (=cmd|' /C calc'!A0.eml)",
                "  File:       =cmd|' /C calc'!A0.eml",
                "  Pickup:     erp",
                "  State:      removed",
                "  Route:      m365",
                "  From:       erp@example.com",
                "  To:         office@example.com: refused",
                "  Subject:    Invoice 2",
                "  Message-ID: <20261123T101500000002-0000000000000@example.com>",
                "  Size:       1.2 KB",
                "",
                "2026-11-23T10:15:32Z  claimed",
                "2026-11-23T10:15:34Z  failed through m365 in 250 ms",
                "  Reason:                The address is wrong.",
                "  Advice:                Correct it.",
                "  Reply:                 550 5.1.10 no",
                "  Reply:                 550 5.1.10 sorry",
                "  To office@example.com: refused: 550 5.1.10 no",
                "  Peer:                  smtp.example.com [192.0.2.1]:587 TLSv1.3, session 7",
                "2026-11-23T10:16:32Z  removed by anna (uid 1001)",
            ]
        )
    }

    @Test func `a move nobody is known for says so`() throws {
        let relay = try Self.relay()
        var taken = try #require(Self.events("3", "report.eml", .deferred).first)
        taken.kind = .taken
        taken.at += 60_000_000
        try LedgerStore(stateDirectory: relay.settings.state.directory).append([taken])
        let result = try Self.trace(relay) { $0.text = "report" }.text
        #expect(
            result.output.last
                == "2026-11-23T10:16:33Z  taken, unattributed: somebody with a file manager"
        )
    }

    @Test func `CSV has no cell that a spreadsheet takes for a formula`() throws {
        let result = try Self.trace(Self.relay()) { $0.last = "failed" }.csv
        #expect(
            result.output == [
                "id,last_at,last,pickup,route,file,sender,recipients,subject,message_id,octets,"
                    + "attempts,reply,reason,claimed_at",
                "20261123T101500000002-0000000000000,2026-11-23T10:15:34Z,failed,erp,m365,"
                    + "'=cmd|' /C calc'!A0.eml,erp@example.com,office@example.com,Invoice 2,"
                    + "<20261123T101500000002-0000000000000@example.com>,1234,1,"
                    + "550 5.1.10 no\\n550 5.1.10 sorry,The address is wrong.,"
                    + "2026-11-23T10:15:00Z",
            ]
        )
    }

    @Test func `JSON has the events of a single message`() throws {
        let lines = try Self.trace(Self.relay()) { $0.subject = "Invoice 1" }.json.output
        #expect(lines.contains("      \"last\": \"sent\","))
        #expect(lines.contains("          \"event\": \"claimed\","))
        #expect(lines.contains("          \"session\": \"7\","))
        #expect(lines.contains("  \"is_cut\": false"))
        let several = try Self.trace(Self.relay()) { $0.limit = 2 }.json.output
        #expect(several.contains("  \"is_cut\": true"))
        #expect(!several.contains { $0.contains("\"events\"") })
    }

    @Test func `times, words and pickups that are none are refused`() throws {
        let relay = try Self.relay()
        func lines(_ change: (inout TraceQuestion) -> Void) -> [String] {
            #expect(throws: CommandRefusal.self) { try Self.trace(relay, change) }?.lines ?? []
        }
        #expect(lines { $0.since = "yesterday" }.first?.hasPrefix("\"yesterday\" is not a") == true)
        #expect(
            lines { $0.last = "sent,lost" } == [
                "\"lost\" is no event; the events are: dropped, claimed, sent, part-sent, deferred, "
                    + "uncertain, returned, failed, held, taken, retried, released, set-aside, "
                    + "removed, expired."
            ]
        )
        #expect(lines { $0.pickup = "x" }.first?.hasPrefix("There is no pickup \"x\"") == true)
    }

    @Test func `times bound what is found`() throws {
        let relay = try Self.relay()
        relay.now += 10_000_000
        let found = try Self.trace(relay) { ($0.since, $0.until) = ("6s", "5s") }.messages
        #expect(found.map(\.last) == ["failed"])
        #expect(found.count == 1)
    }

    @Test func `nothing found is said and is no success`() throws {
        let result = try Self.trace(Self.relay()) { $0.text = "no such" }.text
        #expect(result.output == ["The ledger has no such message."])
        #expect(result.status == .data)
    }

    @Test func `without a ledger the cure is said`() throws {
        let relay = try TestRelay()
        let path = "\(relay.settings.state.directory)/ledger.sqlite"
        let refusal = #expect(throws: CommandRefusal.self) { try Self.trace(relay) { _ in } }
        #expect(
            refusal?.lines == [
                "There is no ledger \(path). The daemon makes it when it starts; it is not made while "
                    + "[ledger] has enabled = false."
            ]
        )
        relay.settings.ledger.isEnabled = false
        let other = #expect(throws: CommandRefusal.self) { try Self.trace(relay) { _ in } }
        #expect(
            other?.lines == [
                "No ledger is kept: [ledger] has enabled = false in the settings."
            ]
        )
    }

    @Test func `a report adds up by day, pickup, route and failure`() throws {
        let relay = try Self.relay()
        func output(_ by: ActivityReport.Grouping) throws -> [String] {
            try ActivityReport(relay.folders, by: by, since: "1d").text.output
        }
        let numbers =
            "CLAIMED  SENT  FAILED  DEFERRED  HELD  UNCERTAIN  RECIPIENTS    SIZE  MS EACH"
        let counts = "3     1       1         1     0          0           1  1.2 KB      250"
        #expect(
            try output(.day) == ["DAY         \(numbers)", "2026-11-23        \(counts)"]
        )
        #expect(try output(.pickup) == ["PICKUP  \(numbers)", "erp           \(counts)"])
        #expect(
            try output(.route).map { String($0.prefix(19)) } == [
                "ROUTE       CLAIMED", "(none yet)        3", "m365              0",
            ]
        )
        #expect(
            try output(.failure) == [
                "MESSAGES  LAST                  FOR EXAMPLE                          REASON",
                "       1  2026-11-23T10:15:34Z  20261123T101500000002-0000000000000  "
                    + "The address is wrong.",
            ]
        )
        let csv = try ActivityReport(relay.folders, by: .pickup, since: "1d").csv.output
        #expect(
            csv == [
                "pickup,claimed,sent,failed,deferred,held,uncertain,recipients,octets,milliseconds",
                "erp,3,1,1,1,0,0,1,1234,250",
            ]
        )
        relay.now += 2 * 86_400_000_000
        #expect(try output(.failure) == ["Nothing failed in that time."])
    }
}
