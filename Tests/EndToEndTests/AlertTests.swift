import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The real daemon, telling people of what is the matter.
@Suite("Alerts, end to end")
struct AlertTests {
    private static let mail = """
        [alert.it]
        kind = 'mail'
        route = 'lab'
        from = 'relay@contoso.com'
        to = ['it@contoso.com']
        """

    private func alerts(_ relay: RelayHarness) throws -> [ReceivedMessage] {
        try relay.received().filter { $0.recipients == ["it@contoso.com"] }
    }

    @Test func `a failed message is told by mail, in status and by a program`() async throws {
        var plan = RelayPlan()
        plan.tables = Self.mail + "\n" + Pager.table
        try await withIdleRelay("alert-mail", plan) { relay in
            try relay.scratch.write(Pager.program, to: "page")
            try await relay.startDaemon()
            try relay.drop("a.eml", RelayHarness.message("a", to: "550-5.1.1@fault.test"))
            try await waitUntil(limit: .seconds(60), "the alert's mail; the log:\n\(relay.log)") {
                try !alerts(relay).isEmpty
            }
            let mail = try #require(try alerts(relay).first)
            #expect(mail.envelope.sender == "relay@contoso.com")
            #expect(mail.text.contains("Auto-Submitted: auto-generated\r\n"))
            #expect(mail.text.contains(": message failed (erp)\r\n"))
            #expect(mail.text.contains("[critical] 1 message of pickup erp failed."))
            #expect(mail.text.contains("\r\nDate: ") && mail.text.contains("\r\nMessage-ID: "))
            let status = try await relay.command("status")
            #expect(
                status.output.contains(
                    "\nAlerts that are open\n  [critical] 1 message of pickup erp"
                )
            )
            #expect(!status.output.contains("alert.it"))
            try await waitUntil(limit: .seconds(60), "the pager") {
                (try? readFile(relay.scratch.path("paged")))?.isEmpty == false
            }
            let paged = String(
                decoding: try readFile(relay.scratch.path("paged")),
                as: UTF8.self
            )
            #expect(paged.contains(#""key":"message-failed/erp""#))
            #expect(relay.lines("alert-sent").count == 2)
        }
    }

    @Test func `mail that cannot go out waits for its route and is told by the program`()
        async throws
    {
        var plan = RelayPlan()
        plan.tables = Self.mail + "\n" + Pager.table
        try await withIdleRelay("alert-waits", plan) { relay in
            try relay.scratch.write(Pager.program, to: "page")
            try await relay.startDaemon()
            try await relay.stopSandbox()
            try relay.drop("a.eml", RelayHarness.message("a"))
            try await waitUntil(limit: .seconds(60), "the pager; the log:\n\(relay.log)") {
                (try? readFile(relay.scratch.path("paged"))).map {
                    String(decoding: $0, as: UTF8.self).contains("route-suspended/lab")
                } ?? false
            }
            try await relay.killDaemon()
            try await relay.startSandbox()
            try await relay.startDaemon()
            try await waitUntil(limit: .seconds(60), "the mail; the log:\n\(relay.log)") {
                try alerts(relay).count == 1
            }
            try await relay.waitFor(.sent, "a.eml")
            #expect(try alerts(relay)[0].text.contains("Route lab is suspended"))
        }
    }

    @Test func `each channel is tried by hand`() async throws {
        var plan = RelayPlan()
        plan.tables =
            Self.mail + "\n" + Pager.table + """

                [alert.hook]
                kind = 'webhook'
                url_file = '{root}/url'
                hosts = ['localhost']
                """
        try await withIdleRelay("alert-test", plan) { relay in
            try relay.scratch.write(Pager.program, to: "page")
            try relay.scratch.write("https://localhost:1/secret-path", to: "url")
            chmod(relay.scratch.path("url"), 0o600)
            try await relay.startDaemon()
            let all = try await relay.command("alert", "--test")
            let lines = all.output.split(separator: "\n").map(String.init)
            #expect(lines[0] == "it: route lab has accepted the mail to it@contoso.com.")
            #expect(lines[1] == "pager: the program has taken the test.")
            #expect(
                lines[2].hasPrefix("hook: not sent. The request failed: no connection to localhost")
            )
            #expect(all.code == 69)
            #expect(!(all.output + all.errors + relay.log).contains("secret-path"))
            #expect(try alerts(relay).map { $0.text.contains("nothing is wrong.") } == [true])
            let one = try await relay.command("alert", "--test", "pager")
            #expect(one.code == 0 && one.output == "pager: the program has taken the test.\n")
            let other = try await relay.command("alert", "--test", "pagr")
            #expect(other.code == 64)
            #expect(
                other.errors
                    == "There is no channel \"pagr\". The channels are: it, pager, hook.\n"
            )
            let none = try await relay.command("alert")
            #expect(none.code == 64)
            #expect(none.errors.contains("Say --test to send a test to people."))
        }
    }

    @Test func `the sender of a failed message is told, and of nothing else`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["bounce_from = 'postmaster@contoso.com'"]
        try await withRelay("bounce", plan) { relay in
            let to = "550-5.1.1@fault.test"
            try relay.drop("a.eml", RelayHarness.message("a", to: to))
            let automatic = "Auto-Submitted: auto-generated\n" + RelayHarness.message("b", to: to)
            try relay.drop("b.eml", automatic)
            try await relay.waitFor(.failed, "a.eml")
            try await relay.waitFor(.failed, "b.eml")
            try await waitUntil(limit: .seconds(30), "the notification") {
                try relay.received().count == 1
            }
            let bounce = try relay.received()[0]
            #expect(bounce.envelope.sender == "postmaster@contoso.com")
            #expect(bounce.recipients == ["a@example.com"])
            #expect(bounce.text.contains("Final-Recipient: rfc822; 550-5.1.1@fault.test\r\n"))
            #expect(bounce.text.contains("Status: 5.1.1\r\n"))
            #expect(bounce.text.contains("\r\nMessage-ID: <a@example.com>\r\n"))
            try relay.drop("c.eml", RelayHarness.message("c"))
            try await relay.waitFor(.sent, "c.eml")
            #expect(try relay.received().count == 2)
        }
    }
}
