import Glibc
import TestSupport
import Testing

/// Settings, good and bad, as the commands take them.
@Suite("Settings", .serialized)
struct SettingsTests {
    @Test func `check says that good settings are right, and what deserves a thought`() async throws
    {
        try await withIdleRelay("good") { relay in
            let run = try await relay.command("check")
            #expect(run.code == 0)
            #expect(
                run.output == """
                    Settings are right: 1 pickup, 1 route.
                    Warning: route lab: messages and passwords go unencrypted (tls = "none").
                    Warning: route lab: a sandbox is accepted as the server (sandbox = true).

                    """
            )
            #expect(run.errors == "")
            // It creates nothing.
            #expect(folderNames(relay.drop).isEmpty)
        }
    }

    @Test(arguments: [["check"], ["run"], ["status"], ["list"]])
    func `wrong settings are named with file, line, key and advice`(
        command: [String]
    ) async throws {
        var plan = RelayPlan()
        plan.pickup = ["setle = '1 s'"]
        plan.route = ["tls = 'maybe'"]
        try await withIdleRelay("wrong", plan) { relay in
            let run = try await relay.command(command[0])
            #expect(run.code == 78)
            #expect(run.output == "")
            let lines = run.errors.split(separator: "\n")
            #expect(lines.count == 2)
            let text = try relay.scratch.text("postchute.toml").split(
                separator: "\n",
                omittingEmptySubsequences: false
            )
            for (key, line) in zip(["setle", "tls"], lines) {
                let number = try #require(text.firstIndex { $0.hasPrefix("\(key) =") }) + 1
                #expect(line.hasPrefix("\(relay.settings):\(number): "), "\(line)")
                #expect(line.contains(".\(key): "), "\(line)")
            }
            #expect(lines[0].contains("Did you mean \"settle\"?"), "\(lines[0])")
            #expect(lines[1].contains("\"starttls\""), "\(lines[1])")
        }
    }

    @Test(arguments: ["check", "run", "status"])
    func `a settings file that is not there is named`(command: String) async throws {
        try await withIdleRelay("missing") { relay in
            unlink(relay.settings)
            let run = try await relay.command(command)
            #expect(run.code == 78)
            #expect(run.errors.hasPrefix("\(relay.settings): "), "\(run.errors)")
        }
    }

    @Test(arguments: [
        ["nonsense"], ["list", "nowhere"], ["retry"], ["remove"], ["pause"],
        ["list", "--limit", "0"],
        ["sandbox", "--tls", "perhaps"],
    ])
    func `a command called wrongly ends with 64`(arguments: [String]) async throws {
        let run = try await ChildProcess.run([try Executables.postchute] + arguments)
        #expect(run.exit == .code(64))
        #expect(!run.errors.isEmpty && run.output.isEmpty)
    }

    @Test func `a second daemon is refused and told who has the spool`() async throws {
        try await withRelay("second") { relay in
            let first = try #require(relay.daemon)
            let run = try await relay.command("run")
            #expect(run.code == 69)
            let line = try #require(run.errors.split(separator: "\n").last.map(String.init))
            #expect(
                LoggedLine(line)["reason"] == "pickup erp: cannot use \(relay.drop): process "
                    + "\(first.id) is using this spool; stop it first"
            )
            // The first has not noticed.
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
        }
    }

    @Test func `a spool is free again when its daemon was killed`() async throws {
        try await withRelay("killed") { relay in
            try await relay.killDaemon()
            try await relay.startDaemon()
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
        }
    }

    @Test func `a missing drop folder is waited for`() async throws {
        try await withIdleRelay("late") { relay in
            try must("rmdir", rmdir(relay.drop))
            let check = try await relay.command("check")
            #expect(check.code == 78)
            #expect(
                check.errors.contains(
                    "pickup erp: There is no folder \(relay.drop); postchute waits for it. If it is "
                        + "no mount, run: install -d -o"
                )
            )
            try relay.launchDaemon()
            try await relay.waitForLine("folder-missing")
            try relay.scratch.makeFolder("drop", mode: 0o700)
            try await relay.waitForLine("folder-back")
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
        }
    }
}
