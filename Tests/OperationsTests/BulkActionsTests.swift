import Glibc
import Spool
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

/// Verbs for every message of a selection.
@Suite("Bulk actions")
struct BulkActionsTests {
    private static func select(
        _ change: (inout MessageSelection) -> Void = { _ in }
    ) -> MessageSelection {
        var selection = MessageSelection()
        change(&selection)
        return selection
    }

    private static func ago(_ text: String) throws -> TimeReference {
        try TimeReference(text, now: TestRelay.noon)
    }

    @Test(arguments: [
        ("550 5.7.60 no", "5.7.60", true), ("550 5.7.60 no", "5.7.6", false),
        ("550 15.7.60", "5.7.60", false), ("Mailbox FULL", "mailbox full", true),
        ("550", "550", true), ("5", "55", false), ("x", "", false), ("a5.7.60b", "5.7.60", true),
    ])
    func `words of a reply are found, but no part of a number`(
        _ line: String,
        _ words: String,
        _ isFound: Bool
    ) {
        #expect(MessageFilter.says(line, words) == isFound)
    }

    @Test func `a reply is looked for where servers speak, not in the subject or the advice`() {
        var text = ReasonText(happened: "The server refused it: 550 5.1.1 x", advice: "See 5.2.2.")
        text.facts = [("Subject", "5.3.3"), ("Route", "m365")]
        text.replies = [("to RCPT TO:<a@b>", "550 5.4.4 y")]
        text.attempts = [("then", "451 4.5.5 z\n  Route: forged")]
        let lines = ReasonFile.lines(text.octets())
        let said = ReasonFile.replies(lines).joined(separator: "\n")
        for words in ["5.1.1", "5.4.4", "4.5.5"] { #expect(said.contains(words)) }
        for words in ["5.2.2", "5.3.3"] { #expect(!said.contains(words)) }
        #expect(ReasonFile.route(lines) == "m365")
    }

    @Test func `a rehearsal counts, shows the first ten and moves nothing`() throws {
        let relay = try TestRelay()
        let names = try (0..<12).map { try relay.failed("\($0).eml") }
        let outcome = try BulkActions(.retry, relay.folders, Self.select()).rehearsal
        #expect(outcome.text.output.count == 12)
        #expect(
            outcome.text.output[0]
                == "12 failed messages would be back in the queue, due at once."
        )
        #expect(outcome.text.output[11] == "  … and 2 more")
        #expect(Set(outcome.examples).isSubset(of: names.map(\.label)))
        #expect(relay.names("queue").isEmpty)
        #expect(outcome.json.output.contains("  \"dry_run\": true,"))
    }

    @Test func `only what a server said so about is meant`() throws {
        let relay = try TestRelay()
        let (one, other) = (try relay.failed("a.eml"), try relay.failed("b.eml"))
        let text = ReasonText(happened: "Refused: 550 5.7.60 no", advice: "Ask.")
        try relay.scratch.write(
            String(decoding: text.octets(), as: UTF8.self),
            to: "drop/failed/\(one.text).txt"
        )
        let selection = Self.select { $0.reply = "5.7.60" }
        let result = try BulkActions(.retry, relay.folders, selection).run().text
        #expect(result == CommandResult(["1 failed message is back in the queue, due at once."]))
        #expect(relay.names("queue") == [one.text])
        #expect(relay.names("failed").contains(other.text))
    }

    @Test func `only what failed in time is meant`() throws {
        let relay = try TestRelay()
        let names = try ["a.eml", "b.eml"].map { try relay.failed($0) }
        let seconds = Int(TestRelay.noon / 1_000_000)
        for (name, age) in zip(names, [3 * 3600, 3600]) {
            var times = [timespec(tv_sec: seconds - age, tv_nsec: 0)]
            times.append(times[0])
            #expect(
                utimensat(AT_FDCWD, relay.scratch.path("drop/failed/\(name.text).txt"), times, 0)
                    == 0
            )
        }
        let since = try Self.ago("2h")
        #expect(
            try BulkActions(.retry, relay.folders, Self.select { $0.since = since }).rehearsal
                .examples == [names[1].label]
        )
        #expect(
            try BulkActions(.retry, relay.folders, Self.select { $0.until = since }).rehearsal
                .examples == [names[0].label]
        )
    }

    @Test func `envelope and route select, and what cannot be meant is refused`() throws {
        let relay = try TestRelay()
        _ = try relay.failed("a.eml")
        func count(_ change: (inout MessageSelection) -> Void) throws -> Int {
            try BulkActions(.retry, relay.folders, Self.select(change)).count
        }
        #expect(try count { $0.from = "erp@example.com" } == 1)
        #expect(try count { $0.from = "other@example.com" } == 0)
        #expect(try count { $0.to = "example.com" } == 1)
        #expect(try count { $0.to = "example.org" } == 0)
        #expect(try count { $0.route = "m365" } == 1)
        let complaints: [((inout MessageSelection) -> Void, String)] = [
            (
                { $0.from = "a b" },
                "--from \"a b\" is no address; write a@example.com or example.com."
            ),
            ({ $0.route = "x" }, "There is no route \"x\"; the settings have: m365."),
            (
                { $0.folder = .sent },
                "retry is not for messages in sent, only for those in: failed, queue."
            ),
        ]
        for (change, sentence) in complaints {
            let refusal = #expect(throws: CommandRefusal.self) { try count(change) }
            #expect(refusal?.lines == [sentence])
            #expect(refusal?.status == .usage)
        }
    }

    @Test func `every verb says what it did`() throws {
        let relay = try TestRelay()
        _ = try relay.claimed("a.eml")
        func run(
            _ verb: MessageVerb,
            _ change: (inout MessageSelection) -> Void = { _ in }
        ) throws -> [String] {
            try BulkActions(verb, relay.folders, Self.select(change)).run().text.output
        }
        #expect(try run(.hold) == ["1 queued message is set aside."])
        #expect(try run(.hold) == ["No message was set aside: none in queue is meant."])
        #expect(try run(.release) == ["1 held message is back in the queue, due at once."])
        #expect(try run(.release) == ["No message was released: none in held is meant."])
        #expect(try run(.remove) == ["No message was removed: none in failed is meant."])
        #expect(try run(.remove) { $0.folder = .queue } == ["1 queued message is removed."])
        #expect(relay.names("queue").isEmpty)
        let actions = try BulkActions(.remove, relay.folders, Self.select())
        #expect(actions.question == "Remove 0 messages from failed, with the texts and histories?")
    }

    @Test func `it can be stopped between two messages`() throws {
        let relay = try TestRelay()
        for index in 0..<5 { _ = try relay.failed("\(index).eml") }
        let outcome = try BulkActions(.retry, relay.folders, Self.select()).run { $0 < 2 }
        #expect(
            outcome.text
                == CommandResult(
                    [
                        "2 failed messages are back in the queue, due at once.",
                        "Stopped: 3 messages left as before.",
                    ],
                    status: .tryLater
                )
        )
        #expect(relay.names("queue").count == 2)
        #expect(relay.names("failed").count == 6)
    }

    @Test func `ten thousand messages are moved quickly`() throws {
        let relay = try TestRelay()
        let id = SpoolID(microseconds: TestRelay.noon, random: 0)
        for index in 0..<10_000 {
            let one = SpoolID(microseconds: id.microseconds + Int64(index), random: 7)
            let name = "\(one).x.eml"
            try relay.scratch.write("x", to: "drop/failed/\(name)")
            try relay.scratch.write("x", to: "drop/failed/\(name).txt")
        }
        let clock = ContinuousClock()
        let time = try clock.measure {
            let outcome = try BulkActions(.retry, relay.folders, Self.select()).run()
            #expect(outcome.done == 10_000)
        }
        #expect(relay.names("failed").isEmpty)
        #expect(time < .seconds(20), "\(time)")
        print("10,000 messages put back in \(time)")
    }

    @Test(arguments: [
        (0, 10, "[..............................] 0 of 10"),
        (5, 10, "[###############...............] 5 of 10"),
        (99, 10, "[##############################] 99 of 10"),
        (0, 0, "[##############################] 0 of 0"),
    ])
    func `a bar fills`(_ done: Int, _ total: Int, _ bar: String) {
        #expect(BulkProgress.bar(done, of: total) == bar)
    }
}
