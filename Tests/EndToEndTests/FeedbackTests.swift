import Foundation
import Glibc
import TestSupport
import Testing

/// What writers, who see nothing of the spool, read about their messages.
@Suite("Feedback", .serialized)
struct FeedbackTests {
    private static var plan: RelayPlan {
        var plan = RelayPlan()
        plan.pickup = ["feedback = '{root}/feedback'"]
        return plan
    }

    private static func names(_ relay: RelayHarness) -> [String] {
        relay.scratch.names("feedback").filter { !$0.hasPrefix(".") }
    }

    private static let refusal = [
        "\u{FEFF}A recipient in To cannot be read: it has no @. Nobody was sent the message.",
        "",
        "What to do",
        "  Write the whole address (name@example.com); put a display name that contains a comma in "
            + "quotation marks. Whoever looks after Postchute here has the message and the full "
            + "reason.",
        "",
    ]

    @Test(.enabled(if: Account.canChange, "needs root"))
    func `a writer reads why its message was refused, and nothing else`() async throws {
        var plan = Self.plan
        plan.launcher = Account.launcher(Account.daemon, Account.writers)
        plan.copiesPrograms = true
        plan.dropMode = 0o3770
        try await withIdleRelay("feedback", plan) { relay in
            try relay.handOver()
            let folder = try relay.scratch.makeFolder("feedback")
            try must("chown", chown(folder, Account.daemon, Account.writers))
            chmod(folder, 0o2750)
            #expect(try await relay.command("check").code == 0)
            try await relay.startDaemon()
            try await relay.writeAsWriter("bad.eml", "From: a@example.com\nTo: secret\n\nHello.\n")
            try await waitUntil("the feedback; the log:\n\(relay.log)") {
                !Self.names(relay).isEmpty
            }
            let path = try #require(relay.files(.failed, "bad.eml").first)
            let id = try #require(path.split(separator: "/").last?.prefix(35))
            #expect(Self.names(relay) == ["bad.eml.\(id).txt"])
            let run = try await ChildProcess.run(
                Account.launcher(Account.writer, Account.writers)
                    + ["sh", "-c", "cat *.txt; > x || rm -f *.txt; ls"],
                folder: folder
            )
            let lines = run.output.components(separatedBy: "\r\n")
            let facts = lines.firstIndex(of: "Facts") ?? 0
            #expect(Array(lines[..<facts]) == Self.refusal)
            #expect(lines.contains("  File: bad.eml"))
            #expect(lines.contains("  Message: \(id)"))
            #expect(lines.last == "bad.eml.\(id).txt\n")
            #expect(!run.output.contains("secret"))
            #expect(Self.names(relay) == ["bad.eml.\(id).txt"])
        }
    }

    @Test func `every refusal is told, by the server's codes alone, and no success`() async throws {
        try await withIdleRelay("refused", Self.plan) { relay in
            let folder = try relay.scratch.makeFolder("feedback")
            try await relay.startDaemon()
            try relay.drop("ok.eml", RelayHarness.message("ok"))
            let refused = "550-5.1.10@fault.test"
            try relay.drop("server.eml", RelayHarness.message("server", to: refused))
            try relay.drop("cut.eml", "From: a@example.com\nTo: b@example.org\n")
            try await waitUntil("two texts; the log:\n\(relay.log)") {
                Self.names(relay).count == 2
            }
            try await relay.waitFor(.sent, "ok.eml")
            let texts = try Self.names(relay).map {
                String(decoding: try readFile("\(folder)/\($0)"), as: UTF8.self)
            }
            #expect(Self.names(relay).map { $0.prefix(4) } == ["cut.", "serv"])
            #expect(texts.first?.contains("before the empty line that ends the header") == true)
            #expect(
                texts.last?.contains("The server refused 1 of 1 recipients (550 5.1.10).\r\n")
                    == true
            )
            #expect(texts.last?.contains("fault.test") == false)
        }
    }

    @Test func `a folder that cannot be used is said once, delays nothing, and is caught up with`()
        async throws
    {
        try await withIdleRelay("unusable", Self.plan) { relay in
            try must("symlink", symlink("/tmp", relay.scratch.path("feedback")))
            try await relay.startDaemon()
            for number in 1...3 { try relay.drop("bad\(number).eml", "To: b@example.org\n\nx\n") }
            for number in 1...3 { try await relay.waitFor(.failed, "bad\(number).eml") }
            try relay.drop("ok.eml", RelayHarness.message("ok"))
            try await relay.waitFor(.sent, "ok.eml")
            let line = try await relay.waitForLine("feedback-failed")
            let path = relay.scratch.path("feedback")
            #expect(line["reason"] == "Cannot open folder \(path): it is not a folder.")
            try await relay.stopDaemon()
            #expect(relay.lines("feedback-failed").count == 1)
            unlink(path)
            try relay.scratch.makeFolder("feedback", mode: 0o700)
            try await relay.startDaemon()
            try await waitUntil("what was missed; the log:\n\(relay.log)") {
                Self.names(relay).count == 3
            }
            let name = try #require(Self.names(relay).first)
            let text = String(decoding: try readFile("\(path)/\(name)"), as: UTF8.self)
            let sentence = "The message was refused. Why is known only beside it, in failed/."
            #expect(text.contains(sentence))
        }
    }
}
