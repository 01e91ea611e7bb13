import Glibc
import TestSupport
import Testing

/// A daemon without privileges, and writers who are somebody else.
@Suite("Permissions", .serialized, .enabled(if: Account.canChange, "needs root"))
struct PermissionTests {
    private static func plan(_ options: [String] = []) -> RelayPlan {
        var plan = RelayPlan()
        plan.launcher = Account.launcher(Account.daemon, Account.writers, options)
        plan.copiesPrograms = true
        plan.dropMode = 0o3770
        return plan
    }

    @Test func `without CAP_LEASE files of other users are claimed after the quiet time`()
        async throws
    {
        try await withIdleRelay("quiet", Self.plan()) { relay in
            try relay.handOver()
            #expect(try await relay.command("check").code == 0)
            try await relay.startDaemon()
            let name = "Grüße vom Lager.eml"
            try await relay.writeAsWriter(name, RelayHarness.message("x"))
            try await relay.waitFor(.sent, name)
            let line = try await relay.waitForLine("readiness") {
                $0["rule"]?.hasPrefix("A file of another user is taken when") == true
            }
            #expect(
                line["rule"] == "A file of another user is taken when it has been unchanged for "
                    + "0.5 seconds: without CAP_LEASE nobody can tell whether it is still open. "
                    + "Grant the capability, or let writers rename finished files."
            )
            try await relay.waitForLine("alert") { $0["alert"] == "readiness-degraded/erp" }
            #expect(try relay.receivedOnce("x").recipients == ["b@example.org"])
            try await relay.writeAsWriter("y.eml", RelayHarness.message("y"), rename: true)
            try await relay.waitFor(.sent, "y.eml")
            try await Self.expectClosed(relay)
        }
    }

    /// The modes of the spool's folders, and that a writer can do nothing there.
    private static func expectClosed(_ relay: RelayHarness) async throws {
        for folder in ["queue", "queue/sending", "sent", "failed", "held", "state"] {
            var facts = stat()
            try must("stat", lstat("\(relay.drop)/\(folder)", &facts))
            #expect(facts.st_mode & 0o7777 == 0o700, "\(folder)")
            #expect(facts.st_uid == Account.daemon)
        }
        for attack in [
            "mv queue elsewhere", "rmdir held", "ls queue", "rm -r sent", "> queue/x.eml",
        ] {
            let run = try await ChildProcess.run(
                Account.launcher(Account.writer, Account.writers) + ["sh", "-c", attack],
                folder: relay.drop
            )
            #expect(run.exit != .code(0), "\(attack)")
        }
    }

    @Test func `with CAP_LEASE they are claimed when they are closed`() async throws {
        var plan = Self.plan(Account.withLeases)
        plan.pickup = ["quiet = '10 min'"]
        try await withIdleRelay("lease", plan) { relay in
            try relay.handOver()
            try await relay.startDaemon()
            try await relay.writeAsWriter("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            #expect(relay.lines("readiness").count == 1)
        }
    }

    @Test func `started by root the daemon becomes the owner of its folders and keeps CAP_LEASE`()
        async throws
    {
        var plan = Self.plan()
        plan.launcher = []
        plan.pickup = ["quiet = '10 min'"]
        try await withIdleRelay("root", plan) { relay in
            try relay.handOver()
            try await relay.startDaemon()
            let process = try #require(relay.daemon).id
            let status = String(decoding: try readFile("/proc/\(process)/status"), as: UTF8.self)
            let user = "\(Account.daemon)"
            #expect(status.contains("\nUid:\t\(user)\t\(user)\t\(user)\t\(user)\n"), "\(status)")
            // CAP_LEASE is the 28th: nothing else is left.
            #expect(status.contains("\nCapEff:\t0000000010000000\n"), "\(status)")
            try await relay.writeAsWriter("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            // A command of root leaves no files of root behind.
            #expect(try await relay.command("pause", "erp").code == 0)
            var facts = stat()
            try must("stat", lstat("\(relay.drop)/queue/PAUSED", &facts))
            #expect(facts.st_uid == Account.daemon)
        }
    }

    @Test func `a file nobody else may read is reported and left`() async throws {
        try await withIdleRelay("unreadable", Self.plan()) { relay in
            try relay.handOver()
            try await relay.startDaemon()
            try await relay.writeAsWriter("x.eml", RelayHarness.message("x"), umask: "0077")
            let line = try await relay.waitForLine("left")
            #expect(line["path"] == "\(relay.drop)/x.eml")
            #expect(
                line["reason"]
                    == "Its owner (user \(Account.writer)) lets nobody else read it (mode "
                    + "0600); let the writing program give the group read access, for example with "
                    + "umask 0027."
            )
            for name in ["y", "z"] {
                try await relay.writeAsWriter("\(name).eml", RelayHarness.message(name))
                try await relay.waitFor(.sent, "\(name).eml")
            }
            #expect(relay.lines("left").count == 1)
            #expect(relay.places("x.eml") == [.drop])
            chmod("\(relay.drop)/x.eml", 0o640)
            try await relay.waitFor(.sent, "x.eml")
        }
    }

    /// A way to get owner or mode of a folder wrong.
    enum Mistake: String, CaseIterable, Sendable {
        case strangersDrop = "the drop folder belongs to somebody else"
        case notSticky = "the drop folder is not sticky"
        case openToAll = "every user can write and the folder is not sticky"
        case strangersQueue = "the queue belongs to somebody else"
        case openState = "everybody can read the state"

        /// Makes the mistake and returns the path and the cure.
        func make(_ relay: RelayHarness) throws -> (path: String, cure: String) {
            let drop = relay.drop
            switch self {
            case .strangersDrop:
                chown(drop, Account.stranger, Account.writers)
                chmod(drop, 0o3770)
                return (drop, "chown \(Account.daemon) \(drop) && chmod 3770 \(drop)")
            case .notSticky:
                chmod(drop, 0o2770)
                return (drop, "chmod 3770 \(drop)")
            case .openToAll:
                chmod(drop, 0o777)
                return (drop, "chmod +t \(drop)")
            case .strangersQueue:
                let path = try relay.scratch.makeFolder("drop/queue", mode: 0o700)
                chown(path, Account.stranger, Account.writers)
                return (path, "chown \(Account.daemon) \(path) && chmod 700 \(path)")
            case .openState:
                let path = try relay.scratch.makeFolder("drop/state", mode: 0o700)
                chown(path, Account.daemon, Account.writers)
                chmod(path, 0o755)
                return (path, "chmod 700 \(path)")
            }
        }
    }

    @Test(arguments: Mistake.allCases)
    func `a folder others could tamper with is refused with a cure that works`(
        mistake: Mistake
    ) async throws {
        try await withIdleRelay("mistake", Self.plan()) { relay in
            try relay.handOver()
            let (path, cure) = try mistake.make(relay)
            let sentence =
                "cannot use folder \(path): somebody else could tamper with messages "
                + "there; run: \(cure)"
            let run = try await relay.command("run")
            #expect(run.code == 78, "\(run.errors)")
            let reasons = run.errors.split(separator: "\n").map { LoggedLine(String($0)) }
            #expect(reasons.last?["reason"] == "pickup erp: \(sentence)", "\(run.errors)")
            let check = try await relay.command("check")
            #expect(check.code == 78)
            #expect(check.errors.lowercased().contains(sentence.lowercased()), "\(check.errors)")

            try await relay.cure(cure)
            #expect(try await relay.command("check").code == 0)
            try await relay.startDaemon()
            try await relay.writeAsWriter("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
        }
    }

    @Test func `a password everybody can read is refused with a cure that works`() async throws {
        var plan = Self.plan()
        plan.sandbox = RelayPlan.signedIn.sandbox
        plan.route = RelayPlan.signedIn.route
        try await withIdleRelay("password", plan) { relay in
            try relay.handOver()
            let password = relay.scratch.path("password")
            chmod(password, 0o644)
            chmod(relay.scratch.path("sandbox"), 0o755)
            chmod(relay.scratch.path("sandbox/ca.pem"), 0o644)
            let run = try await relay.command("run")
            #expect(run.code == 78)
            let complaint =
                "route.lab.password_file: \"\(password)\" is open to every user of this "
                + "host (mode 0644). Close it: chmod o= \(password)\n"
            #expect(run.errors.hasSuffix(complaint), "\(run.errors)")
            #expect(try await relay.command("check").errors == run.errors)
            try await relay.cure("chmod o= \(password)")
            try await relay.startDaemon()
            try await relay.writeAsWriter("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedOnce("x").envelope.mechanism == "LOGIN")
        }
    }
}
