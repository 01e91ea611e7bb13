import Settings
import Spool
import TestSupport
import Testing

@testable import Operations

@Suite("Message list")
struct MessageListTests {
    @Test func `messages that are not sent are listed with what is known at a glance`() throws {
        let relay = try TestRelay()
        let fresh = try relay.claimed("a.eml")
        let deferred = try relay.deferred("b.eml")
        let sending = try relay.sending("c.eml")
        let failed = try relay.failed("d.eml")
        let held = try relay.held("e.eml")
        _ = try relay.sent("f.eml")
        relay.now += 185_000_000
        let result = try MessageList(relay.folders).text
        let id = "ID" + String(repeating: " ", count: 33)
        #expect(
            result.output == [
                "\(id)  PICKUP  FOLDER     AGE  SIZE  FILE   NOTE",
                "\(fresh.id)  erp     queue    3 min  97 B  a.eml",
                "\(deferred.id)  erp     queue    3 min  97 B  b.eml  next attempt in 56 min",
                "\(sending.id)  erp     sending  3 min  97 B  c.eml",
                "\(failed.id)  erp     failed   3 min  97 B  d.eml  The server refused it.",
                "\(held.id)  erp     held     3 min  97 B  e.eml",
            ]
        )
        #expect(result.status == .done)
        relay.now += 3_600_000_000
        #expect(try MessageList(relay.folders).text.output[2].hasSuffix("  b.eml  due"))
    }

    @Test func `a message that may have been sent already is a possible duplicate`() throws {
        let relay = try TestRelay()
        let name = try relay.claimed("a.eml")
        var state = TestRelay.history(name)
        state.uncertainCount = 1
        _ = try relay.spool.returnToQueue(name, from: .queue, state: state)
        relay.now += 185_000_000
        let list = try MessageList(relay.folders)
        let line = list.text.output[1]
        #expect(line.hasSuffix("  a.eml  possible duplicate; next attempt in 56 min"), "\(line)")
        #expect(list.json.output.contains { $0.contains("\"is_uncertain\": true") })
    }

    @Test func `an empty list says where it looked`() throws {
        let relay = try TestRelay()
        #expect(
            try MessageList(relay.folders).text
                == CommandResult(["No messages in queue, sending, failed, held."])
        )
        #expect(
            try MessageList(relay.folders, folder: .sent).text
                == CommandResult(["No messages in sent."])
        )
    }

    @Test func `the document for programs has the same and exact times`() throws {
        let relay = try TestRelay()
        let deferred = try relay.deferred("b.eml")
        let failed = try relay.failed("d\"\n.eml")
        relay.now += 5_500_000
        #expect(
            try MessageList(relay.folders).json.output.joined(separator: "\n") == """
                {
                  "messages": [
                    {
                      "id": "\(deferred.id)",
                      "pickup": "erp",
                      "folder": "queue",
                      "file": "b.eml",
                      "size": 97,
                      "claimed_at": "2026-11-23T10:15:30Z",
                      "age_seconds": 5,
                      "due_at": "2026-11-23T11:15:30Z",
                      "is_uncertain": false,
                      "happened": null
                    },
                    {
                      "id": "\(failed.id)",
                      "pickup": "erp",
                      "folder": "failed",
                      "file": "d__.eml",
                      "size": 97,
                      "claimed_at": "2026-11-23T10:15:30Z",
                      "age_seconds": 5,
                      "due_at": null,
                      "is_uncertain": false,
                      "happened": "The server refused it."
                    }
                  ],
                  "is_cut": false
                }
                """
        )
        _ = try relay.run(.remove, "b.eml", failed.id.text)
        #expect(
            try MessageList(relay.folders).json.output
                == ["{", "  \"messages\": [],", "  \"is_cut\": false", "}"]
        )
    }

    @Test(arguments: [1, 3, 9, 10])
    func `of many messages the latest are listed, the oldest of them first`(limit: Int) throws {
        let relay = try TestRelay()
        let names = try (0..<10).map { try relay.claimed("\($0).eml") }
        let list = try MessageList(relay.folders, folder: .queue, limit: limit)
        #expect(list.rows.map(\.entry.id) == names.suffix(limit).map(\.id))
        #expect(list.isCut == (limit < 10))
        let last = try #require(list.text.output.last)
        let hint = "There are more; --limit lists more than \(limit) of a folder."
        #expect((last == hint) == (limit < 10))
    }

    @Test func `of sent messages the days are read from the latest on`() throws {
        let relay = try TestRelay()
        let today = try relay.sent("a.eml")
        try relay.scratch.makeFolder("drop/sent/2026-11-20")
        try relay.scratch.write("x", to: "drop/sent/2026-11-20/old.eml")
        let all = try MessageList(relay.folders, folder: .sent)
        #expect(all.rows.map(\.entry.id) == [nil, today.id])
        #expect(!all.isCut)
        let one = try MessageList(relay.folders, folder: .sent, limit: 1)
        #expect(one.rows.map(\.entry.id) == [today.id])
        #expect(one.isCut)
    }

    @Test func `a pickup that cannot be read does not hide the others`() throws {
        let relay = try TestRelay()
        _ = try relay.claimed()
        let gone = relay.scratch.path("gone")
        relay.settings.pickups.append(PickupSettings(name: "scans", path: gone, routes: ["m365"]))
        let result = try MessageList(relay.folders).text
        #expect(result.output.count == 2)
        #expect(
            result.complaints == [
                "pickup scans: Cannot open folder \(gone): No such file or directory."
            ]
        )
        #expect(result.status == .unavailable)
        #expect(try MessageList(relay.folders, pickup: "erp").text.status == .done)
    }

    @Test func `a hostile name stays in its column`() throws {
        let relay = try TestRelay()
        _ = try relay.claimed("a\n\u{1B}[2Jb.eml")
        let lines = try MessageList(relay.folders).text.output
        #expect(lines.count == 2)
        #expect(lines[1].hasSuffix("  a\\n\\x1B[2Jb.eml"))
    }
}
