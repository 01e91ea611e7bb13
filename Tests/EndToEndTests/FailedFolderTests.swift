import Glibc
import TestSupport
import Testing

/// Messages that people take from `failed/` back to the drop folder, by whatever they have.
@Suite("Failed folder", .serialized)
struct FailedFolderTests {
    private static let operators: UInt32 = 65_534
    private static let refused = "once.rcpt.550-5.1.10@fault.test"

    /// Operators are a group, as on a server; every user may write to the drop folder.
    private static var plan: RelayPlan {
        var plan = RelayPlan()
        plan.dropMode = 0o1777
        plan.pickup = ["operators = 'nogroup'"]
        return plan
    }

    /// Lets a message fail that the server takes the second time.
    private static func fail(_ relay: RelayHarness) async throws -> String {
        chmod(relay.scratch.path, 0o755)
        try relay.drop("x.eml", RelayHarness.message("x", to: refused))
        let path = try await relay.waitFor(.failed, "x.eml")
        return String(path.split(separator: "/").last ?? "")
    }

    /// Waits until the message was sent once, and nothing else is left of it.
    private static func expectSent(_ relay: RelayHarness) async throws {
        try await relay.waitFor(.sent, "x.eml")
        #expect(relay.places("x.eml") == [.sent])
        #expect(folderNames("\(relay.drop)/failed").isEmpty)
        #expect(
            folderNames(relay.drop).allSatisfy { !$0.hasSuffix(".txt") && !$0.hasSuffix(".eml") }
        )
        #expect(try relay.receivedOnce("x").recipients == [refused])
        #expect(relay.lines("claimed").count <= 2)
        #expect(relay.lines("failed").count == 1)
    }

    @Test(
        .enabled(if: Account.canChange, "needs root"),
        arguments: [
            "mv failed/*.eml .",
            "mv failed/*.txt . && mv failed/*.eml .",
            "cp failed/*.eml /tmp/$$.part && mv /tmp/$$.part ./$(basename failed/*.eml) && rm failed/*.eml",
        ]
    )
    func `an unprivileged operator moves it back by hand, with its text or without`(
        _ words: String
    ) async throws {
        try await withRelay("by-hand", Self.plan) { relay in
            _ = try await Self.fail(relay)
            let launcher = Account.launcher(Account.writer, Self.operators)
            let run = try await ChildProcess.run(
                launcher + ["sh", "-c", words],
                folder: relay.drop
            )
            #expect(run.exit == .code(0), "\(run.errors)")
            try await Self.expectSent(relay)
        }
    }

    @Test(
        .enabled(if: SambaServer.isAvailable, "needs root, smbd and smbclient"),
        arguments: [
            false, true,
        ]
    )
    func `an operator on Windows moves it back, with its text or without`(
        withText: Bool
    ) async throws {
        try await withSamba("by-samba", Self.plan, options: []) { relay, server in
            let name = try await Self.fail(relay)
            let text = ["rename failed\\\(name).txt \(name).txt"]
            let move = ["rename failed\\\(name) \(name)"]
            for commands in (withText ? [text] : []) + [move] {
                let run = try await server.run(commands[0])
                #expect(run.exit == .code(0), "\(run.output) \(run.errors)")
            }
            try await Self.expectSent(relay)
        }
    }

    @Test func `a text that comes back alone is never sent, and the next start removes it`()
        async throws
    {
        try await withRelay("lonely") { relay in
            let name = try await Self.fail(relay)
            rename("\(relay.drop)/failed/\(name).txt", "\(relay.drop)/\(name).txt")
            try relay.drop("y.eml", RelayHarness.message("y"))
            try await relay.waitFor(.sent, "y.eml")
            #expect(folderNames(relay.drop).contains("\(name).txt"))
            try await relay.stopDaemon()
            try await relay.startDaemon()
            try await waitUntil("the text to go") {
                !folderNames(relay.drop).contains("\(name).txt")
            }
            #expect(relay.files(.failed, "x.eml").count == 1)
            #expect(try relay.received().count == 1)
        }
    }

    @Test func `many are counted, chosen by the server's words and put back`() async throws {
        try await withRelay("bulk") { relay in
            for index in 0..<3 {
                try relay.drop(
                    "\(index).eml",
                    RelayHarness.message("\(index)", to: "550-5.1.10@fault.test")
                )
            }
            try await waitUntil("all to fail") { relay.lines("failed").count == 3 }
            let dry = try await relay.command(
                "retry",
                "--all",
                "--reply",
                "5.1.10",
                "--since",
                "2h",
                "--pickup",
                "erp",
                "--dry-run"
            )
            #expect(dry.code == 0)
            #expect(
                dry.output.hasPrefix("3 failed messages would be back in the queue, due at once.\n")
            )
            let none = try await relay.command("retry", "--all", "--reply", "5.7.60")
            #expect(none.output == "No message was put back: none in failed is meant.\n")
            let wrong = try await relay.command("retry", "--reply", "5.7.60", "x.eml")
            #expect(wrong.code == 64)
            #expect(wrong.errors.contains("These options go with --all."))
            let refusal = try await relay.command("remove", "--all")
            #expect(refusal.code == 64)
            let held = try await relay.command("hold", "--all", "--in", "failed", "--json")
            #expect(held.code == 0 && held.output.contains("\"done\": 3"), "\(held)")
            let all = try await relay.command("release", "--all")
            #expect(all.output == "3 held messages are back in the queue, due at once.\n")
            try await waitUntil("all to fail again") { relay.lines("failed").count == 6 }
        }
    }
}
