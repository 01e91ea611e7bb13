import Glibc
import TestSupport
import Testing

/// What the ledger of the real daemon knows.
@Suite("Ledger of a daemon", .serialized)
struct LedgerTests {
    private static let refused = "550-5.1.10@fault.test"

    /// `trace --json`, as far as tests look.
    private struct Output: Decodable {
        struct Message: Decodable {
            let id: String
            let last: String
            let file: String
            let sender: String?
            let subject: String?
            let reply: String?
            let events: [Event]?
        }

        struct Event: Decodable {
            let event: String
            let actor: String?
            let is_unattributed: Bool
            let peer: String?
            let session: String?
            let milliseconds: Int?
            let reply: String?
        }

        let messages: [Message]
    }

    private static func trace(
        _ relay: RelayHarness,
        _ words: String...,
        until isThere: (Output) -> Bool
    ) async throws -> Output {
        // Events are written a moment later, and at first there is no file yet.
        for _ in 0..<100 {
            let answer = try await relay.command(["trace", "--json"] + words)
            if let output = try? answer.json(Output.self), isThere(output) { return output }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try await relay.command(["trace", "--json"] + words).json(Output.self)
    }

    @Test func `a sent message is found with its whole way`() async throws {
        try await withRelay("ledger") { relay in
            try relay.drop("x.eml", RelayHarness.message("hello"))
            try await relay.waitFor(.sent, "x.eml")
            let found = try await Self.trace(relay, "--subject", "HELLO") {
                $0.messages.first?.last == "sent"
            }
            let message = try #require(found.messages.first)
            #expect(message.file == "x.eml")
            #expect(message.sender == "a@example.com")
            let events = try #require(message.events)
            #expect(events.map(\.event) == ["dropped", "claimed", "sent"])
            let sent = try #require(events.last)
            #expect(sent.reply?.hasPrefix("250 ") == true)
            #expect(sent.peer?.hasPrefix("127.0.0.1") == true)
            #expect(sent.session?.isEmpty == false)
            #expect(sent.milliseconds != nil)
            let text = try await relay.command("trace", "--address", "b@example.org")
            #expect(text.output.contains("  sent through lab in "))
            let report = try await relay.command("report", "--by", "route")
            #expect(report.output.contains("\nlab "))
        }
    }

    @Test func `what people do to a message is told, with a name where there is one`() async throws
    {
        try await withRelay("hands") { relay in
            try relay.drop("x.eml", RelayHarness.message("x", to: Self.refused))
            let failed = try await relay.waitFor(.failed, "x.eml")
            let retried = try await relay.command("retry", "x.eml")
            #expect(retried.code == 0)
            try await relay.waitForLine("failed") { _ in relay.lines("failed").count == 2 }
            try await relay.waitFor(.failed, "x.eml")
            // With a file manager.
            let name = failed.split(separator: "/").last.map { String($0) } ?? ""
            #expect(rename(failed, "\(relay.spool)/queue/\(name)") == 0)
            try await relay.waitForLine("failed") { _ in relay.lines("failed").count == 3 }
            let found = try await Self.trace(relay, "x.eml") {
                $0.messages.first?.events?.count == 7
            }
            let events = try #require(found.messages.first?.events)
            #expect(
                events.map(\.event) == [
                    "dropped", "claimed", "failed", "retried", "failed", "retried", "failed",
                ]
            )
            #expect(events[3].actor?.contains("(uid ") == true)
            #expect(events[5].actor == nil)
            #expect(events[5].is_unattributed)
        }
    }

    @Test func `a ledger that is lost or damaged is rebuilt from the folders`() async throws {
        try await withRelay("rebuilt") { relay in
            try relay.drop("x.eml", RelayHarness.message("sent one"))
            try relay.drop("y.eml", RelayHarness.message("y", to: Self.refused))
            try await relay.waitFor(.sent, "x.eml")
            try await relay.waitFor(.failed, "y.eml")
            try await relay.stopDaemon()
            let ledger = relay.scratch.path("state/ledger.sqlite")
            #expect(unlink(ledger) == 0)
            for suffix in ["-wal", "-shm"] { unlink(ledger + suffix) }
            try writeFile("this is no database, it is somebody's shopping list".utf8, to: ledger)
            try await relay.startDaemon()
            try await relay.waitForLine("ledger-set-aside")
            try await relay.waitForLine("ledger-rebuilt") { $0["messages"] == "2" }
            try relay.drop("z.eml", RelayHarness.message("z"))
            try await relay.waitFor(.sent, "z.eml")
            let found = try await Self.trace(relay, "--last", "sent,failed") {
                $0.messages.count == 3
            }
            #expect(Set(found.messages.map(\.file)) == ["x.eml", "y.eml", "z.eml"])
            let first = found.messages.first { $0.file == "x.eml" }
            // The line says it; an alert would be over before anybody could act.
            #expect(relay.lines("ledger-set-aside").count == 1)
            #expect(relay.lines("ledger-waits").isEmpty)
            #expect(relay.lines("alert").isEmpty)
            #expect(first?.subject == "sent one")
            #expect(first?.last == "sent")
        }
    }

    @Test func `a locked ledger stops no mail, is said by status, and is written later`()
        async throws
    {
        try await withRelay("locked") { relay in
            try relay.drop("a.eml", RelayHarness.message("a"))
            try await relay.waitFor(.sent, "a.eml")
            _ = try await Self.trace(relay, "a.eml") { $0.messages.count == 1 }
            let ledger = relay.scratch.path("state/ledger.sqlite")
            let script = """
                import sqlite3, sys
                ledger = sqlite3.connect(sys.argv[1], isolation_level=None)
                ledger.execute("BEGIN EXCLUSIVE")
                print("locked", flush=True)
                sys.stdin.readline()
                """
            let locker = try ChildProcess(["python3", "-c", script, ledger], input: .pipe)
            try await locker.waitForOutput("locked")
            try relay.drop("b.eml", RelayHarness.message("b"))
            try await relay.waitFor(.sent, "b.eml")
            try await relay.waitForLine("ledger-waits")
            try await waitUntil {
                let status = try await relay.command("status", "--json").json(StatusOutput.self)
                return status.attention.contains {
                    $0.hasPrefix("ledger: Another process keeps the ledger ")
                }
            }
            try await locker.end()
            try await relay.waitForLine("ledger-resumed")
            let found = try await Self.trace(relay, "b.eml") { $0.messages.count == 1 }
            #expect(found.messages.first?.last == "sent")
        }
    }
}
