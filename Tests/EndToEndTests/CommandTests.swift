import Glibc
import TestSupport
import Testing

/// What an operator types, with and without a daemon.
@Suite("Commands", .serialized)
struct CommandTests {
    private static let refused = "550-5.1.10@fault.test"

    @Test func `status says whether mail flows, in words and by its exit code`() async throws {
        try await withIdleRelay("status") { relay in
            let before = try await relay.command("status")
            #expect(before.code == 69)
            #expect(
                before.output.hasPrefix(
                    "Postchute is not running; it has left no report in "
                        + "\(relay.scratch.path("state")).\n"
                )
            )
            try await relay.startDaemon()
            let process = try #require(relay.daemon).id
            let running = try await relay.waitForStatus(0)
            #expect(running.status == "flowing")
            #expect(running.process == process)
            #expect(running.pickups.map(\.state) == ["open"])
            #expect(running.routes.map(\.state) == ["open"])
            #expect(running.attention == [])
            let text = try await relay.command("status")
            #expect(text.output.contains(" is running: process \(process), seen "))
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            #expect(try await relay.status().pickups[0].sent_today == 1)
            try await relay.stopDaemon()
            let after = try await relay.command("status")
            #expect(after.code == 69)
            #expect(after.output.hasPrefix("Postchute is not running; it was last seen at "))
            #expect(try await relay.status().status == "stopped")
        }
    }

    @Test(arguments: [
        (["erp"], "Pickup erp", "pickup erp: It is paused; to let it go on: postchute resume erp"),
        (
            ["--route", "lab"], "Route lab",
            "route lab: It is paused; to let it go on: postchute resume --route lab"
        ),
    ])
    func `pause keeps claimed messages in the queue until resume`(
        what: [String],
        name: String,
        attention: String
    ) async throws {
        try await withRelay("paused") { relay in
            let pause = try await relay.command(["pause"] + what)
            #expect(pause.code == 0)
            #expect(pause.output.hasPrefix("\(name) is paused: "), "\(pause.output)")
            let again = try await relay.command(["pause"] + what)
            #expect(again.output == "\(name) is paused already.\n")
            let status = try await relay.waitForStatus(75)
            #expect(status.status == "suspended")
            #expect(status.attention == [attention])
            try await relay.waitUntilPaused()
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.queue, "x.eml")
            let resume = try await relay.command(["resume"] + what)
            #expect(resume.code == 0 && resume.output == "\(name) goes on.\n")
            try await relay.waitFor(.sent, "x.eml")
            #expect(try await relay.waitForStatus(0).attention == [])
            #expect(try relay.received().count == 1)
        }
    }

    @Test func `a failed message is listed, shown, tried again, held, released and removed`()
        async throws
    {
        try await withRelay("failed") { relay in
            try relay.drop("x.eml", RelayHarness.message("x", to: Self.refused))
            let path = try await relay.waitFor(.failed, "x.eml")
            let id = String(path.split(separator: "/").last?.prefix(35) ?? "")
            let listed = try #require(try await relay.list().first)
            #expect(listed.id == id && listed.file == "x.eml" && listed.folder == "failed")
            let happened = "The server refused \(Self.refused): 550 5.1.10 "
            #expect(listed.happened?.hasPrefix(happened) == true, "\(listed)")
            let shown = try await relay.show("x.eml")
            #expect(shown.path == path && shown.content?.message_id == "<x@example.com>")
            #expect(shown.recipients.map(\.address) == [Self.refused])
            // A retry gives it another chance.
            #expect(shown.recipients.map(\.outcome) == ["pending"])
            #expect(shown.delivery?.attempts.map(\.route) == ["lab"])
            #expect(shown.reason.contains { $0.contains(happened) })

            let retry = try await relay.command("retry", id)
            #expect(retry.code == 0)
            #expect(retry.output == "\(id) (x.eml) is back in the queue, due at once.\n")
            try await waitUntil("the second attempt; the log:\n\(relay.log)") {
                relay.lines("failed").count == 2
            }
            try await relay.waitFor(.failed, "x.eml")
            #expect(try await relay.show("x.eml").delivery?.attempt_count == 2)

            let hold = try await relay.command("hold", String(id.prefix(24)))
            #expect(
                hold.output
                    == "\(id) (x.eml) is set aside; to send it: postchute release \(id)\n"
            )
            #expect(relay.places("x.eml") == [.held])
            #expect(folderNames("\(relay.drop)/failed").isEmpty)
            let wrong = try await relay.command("retry", "x.eml")
            #expect(wrong.code == 65)
            #expect(
                wrong.errors
                    == "\(id) (x.eml) is set aside; to send it: postchute release \(id)\n"
            )
            let release = try await relay.command("release", "x.eml")
            #expect(release.output == "\(id) (x.eml) is back in the queue, due at once.\n")
            try await waitUntil("the third attempt; the log:\n\(relay.log)") {
                relay.lines("failed").count == 3
            }
            try await relay.waitFor(.failed, "x.eml")

            let unsure = try await relay.command("remove", "x.eml")
            #expect(unsure.code == 64)
            #expect(
                unsure.errors == "Nothing is removed: there is nobody to ask, so say --yes.\n"
            )
            let remove = try await relay.command("remove", "x.eml", "--yes")
            #expect(remove.code == 0 && remove.output == "\(id) (x.eml) is removed.\n")
            #expect(relay.places("x.eml") == [])
            #expect(folderNames("\(relay.drop)/failed").isEmpty)
            #expect(!folderNames("\(relay.drop)/state").contains { $0.contains(id) })
            let gone = try await relay.command("show", id)
            #expect(gone.code == 65 && gone.errors == "There is no message \"\(id)\".\n")
        }
    }

    @Test func `a command for many messages reads each folder once, not once for each`()
        async throws
    {
        try await withRelay("many") { relay in
            let names = (0..<25).map { "m\($0).eml" }
            for name in names {
                let text = RelayHarness.message("\(name.dropLast(4))", to: Self.refused)
                try relay.drop(name, text)
            }
            for name in names { try await relay.waitFor(.failed, name) }
            try await relay.stopDaemon()
            let trace = relay.scratch.path("trace")
            let strace = ["strace", "-f", "-o", trace, "-e", "trace=getdents64"] + tracedLauncher
            // Each twice: the second time it is gone from where it was found.
            let hold = try await relay.command(["hold"] + names + names, through: strace)
            #expect(hold.code == 0, "\(hold)")
            #expect(hold.output.split(separator: "\n").count == 2 * names.count)
            #expect(Set(relay.entries(.held).map(\.name)) == Set(names.map { Array($0.utf8) }))
            let calls = String(decoding: try readFile(trace), as: UTF8.self).split(separator: "\n")
                .count { $0.contains("getdents64(") }
            #expect(calls > 0 && calls < names.count, "\(calls)")
        }
    }

    @Test func `retry makes a deferred message due at once`() async throws {
        var plan = RelayPlan()
        plan.route = ["retry_first = '10 min'", "retry_maximum = '1 h'"]
        try await withRelay("deferred", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x", to: "once.451-4.7.0@fault.test"))
            try await waitUntil("it to be deferred; the log:\n\(relay.log)") {
                try await relay.list().first?.due_at != nil
            }
            #expect(relay.places("x.eml") == [.queue])
            let run = try await relay.command("retry", "x.eml")
            #expect(run.output.hasSuffix("(x.eml) is due at once.\n"), "\(run.output)\(run.errors)")
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedOnce("x").recipients == ["once.451-4.7.0@fault.test"])
            #expect(try await relay.list().isEmpty)
            let sent = try await relay.command("retry", "x.eml")
            #expect(sent.code == 65)
            #expect(sent.errors.contains("; to send it again, copy its file to the drop folder."))
        }
    }

    @Test func `without a daemon messages are moved all the same`() async throws {
        try await withIdleRelay("alone") { relay in
            try await relay.startDaemon()
            try await relay.waitForStatus(0)
            #expect(try await relay.command("pause", "erp").code == 0)
            try await relay.waitUntilPaused()
            for name in ["a", "b", "c"] {
                try relay.drop("\(name).eml", RelayHarness.message(name))
            }
            for name in ["a", "b", "c"] { try await relay.waitFor(.queue, "\(name).eml") }
            try await relay.stopDaemon()

            #expect(try await relay.list().map(\.folder) == ["queue", "queue", "queue"])
            #expect(try await relay.command("hold", "a.eml", "b.eml").code == 0)
            #expect(try await relay.command("remove", "c.eml", "--yes").code == 0)
            let release = try await relay.command("release", "b.eml")
            let notRunning = "Postchute is not running: the queue waits until it is.\n"
            #expect(release.code == 0 && release.errors == notRunning)
            let resume = try await relay.command("resume", "erp")
            #expect(resume.code == 0 && resume.errors == notRunning)
            #expect(relay.places("a.eml") == [.held])
            #expect(relay.places("b.eml") == [.queue])
            #expect(relay.places("c.eml") == [])

            try await relay.startDaemon()
            try await relay.waitFor(.sent, "b.eml")
            #expect(relay.places("a.eml") == [.held])
            #expect(try await relay.command("release", "a.eml").code == 0)
            try await relay.waitFor(.sent, "a.eml")
            #expect(try relay.received().map(\.envelope.messageID).count == 2)
        }
    }

    @Test func `words that mean several messages, or none, are refused`() async throws {
        try await withRelay("words") { relay in
            let text = RelayHarness.message("x", to: Self.refused)
            for count in 1...2 {
                try relay.drop("x.eml", text)
                try await relay.waitFor(.failed, "x.eml", count: count)
            }
            let several = try await relay.command("retry", "x.eml")
            #expect(several.code == 64)
            #expect(
                several.errors.hasPrefix(
                    "\"x.eml\" can mean several messages; say more of the id:\n"
                )
            )
            #expect(relay.files(.failed, "x.eml").count == 2)
            let nobody = try await relay.command("show", "nope")
            #expect(nobody.code == 65 && nobody.errors == "There is no message \"nope\".\n")
            for arguments in [["pause", "nope"], ["list", "--pickup", "nope"]] {
                let run = try await relay.command(arguments)
                #expect(run.code == 64 && run.errors.contains("\"nope\""), "\(run.errors)")
            }
            let all = try await relay.command("retry", "--all")
            #expect(all.code == 0)
            #expect(all.output == "2 failed messages are back in the queue, due at once.\n")
            try await waitUntil("both to fail again; the log:\n\(relay.log)") {
                relay.lines("failed").count == 4
            }
        }
    }

    @Test func `a hostile name cannot write to the terminal`() async throws {
        try await withRelay("terminal") { relay in
            let name = Array("\u{1B}[2Jx\n\u{202E}.eml".utf8) + [0xFF] + Array(".eml".utf8)
            let text = RelayHarness.message("x", to: Self.refused)
            try relay.drop(name, Array(text.utf8))
            try await waitUntil("it to fail") { relay.entries(.failed).count == 1 }
            for arguments in [["list"], ["list", "--json"], ["status"]] {
                let run = try await relay.command(arguments)
                for scalar in run.output.unicodeScalars where scalar != "\n" {
                    #expect((0x20...0x7E).contains(scalar.value) || scalar.value > 0x2066)
                }
            }
            let id = try #require(try await relay.list().first?.id)
            let run = try await relay.command("remove", id, "--yes")
            #expect(run.code == 0)
            #expect(run.output.hasPrefix("\(id) (_[2Jx_\\u{202E}.eml_.eml) is removed."))
        }
    }
}

extension RelayHarness {
    /// `status --json`, whatever its exit code.
    fileprivate func status() async throws -> StatusOutput {
        try await command("status", "--json").json(StatusOutput.self)
    }

    /// Waits until `status` ends with a code: the daemon reports every few seconds.
    @discardableResult
    fileprivate func waitForStatus(_ code: Int32) async throws -> StatusOutput {
        var last: CommandRun?
        try await waitUntil("status to end with \(code), not \(last?.output ?? "")") {
            last = try await command("status", "--json")
            return last?.code == code
        }
        guard let last else { throw WaitError("status was not run") }
        return try last.json(StatusOutput.self)
    }

    /// Waits until the daemon itself says that something is paused.
    fileprivate func waitUntilPaused() async throws {
        try await waitUntil("a pause to be noticed; the log:\n\(log)") {
            !lines("paused").isEmpty
        }
    }

    fileprivate func list() async throws -> [ListOutput.Message] {
        try await command("list", "--json").json(ListOutput.self).messages
    }

    fileprivate func show(_ name: String) async throws -> ShowOutput {
        try await command("show", name, "--json").json(ShowOutput.self)
    }
}
