import TestSupport
import Testing

/// Trouble of an account or a server, which is never the message's.
@Suite("Suspensions")
struct SuspensionTests {
    @Test func `a throttled route waits by itself and no message loses an attempt`() async throws {
        try await withRelay("throttled") { relay in
            let to = "once.432-4.3.2@fault.test"
            try relay.drop("first.eml", RelayHarness.message("first", to: to))
            let line = try await relay.waitForLine("route-suspended")
            #expect(line["cause"] == "rate")
            #expect(
                line["reason"]?.hasPrefix(
                    "The server refused while waiting for the reply after the final dot: 432 4.3.2 "
                        + "Concurrent connections limit exceeded."
                ) == true
            )
            #expect(line["advice"]?.hasPrefix("Lower the route's number of connections") == true)
            try relay.drop("second.eml", RelayHarness.message("second"))
            try await relay.waitFor(.queue, "second.eml")
            let show = try await relay.command("show", "first.eml")
            #expect(!show.output.contains("\nAttempts\n"), "\(show)")
            try await relay.waitForLine("route-resumed")
            try await relay.waitFor(.sent, "first.eml")
            try await relay.waitFor(.sent, "second.eml")
            #expect(relay.lines("returned").count == 1)
            #expect(relay.lines("deferred").isEmpty)
            #expect(try relay.received().count == 2)
        }
    }

    @Test func `421 can come at any moment and suspends the route each time`() async throws {
        let moments = [
            ("greeting", "waiting for the greeting"), ("EHLO", "saying EHLO"),
            ("STARTTLS", "asking for STARTTLS"), ("AUTH", "signing in"),
            ("sign-in", "signing in"), ("MAIL", "sending MAIL FROM"), ("RCPT", "sending RCPT TO"),
            ("DATA", "sending DATA"), ("dot", "waiting for the reply after the final dot"),
        ]
        let refusal = "421 4.3.2 Service not available"
        var plan = RelayPlan.signedIn
        plan.script = moments.map { #"at \#($0.0) reply "\#(refusal)" times 1"# }
            .joined(separator: "\n")
        try await withRelay("421", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            for (count, (moment, phrase)) in moments.enumerated() {
                try await waitUntil("421 at \(moment); the log:\n\(relay.log)") {
                    relay.lines("returned").count + relay.lines("deferred").count > count
                }
                let line = try #require(relay.lines("route-suspended").last)
                #expect(line["cause"] == "connection", "\(moment)")
                // Each moment is worth a line but two that look the same from here.
                #expect(
                    line["reason"]?.hasPrefix("The server refused while \(phrase): \(refusal)")
                        == true
                )
                let resume = try await relay.command("resume", "--route", "lab")
                #expect(resume.code == 0, "\(resume)")
            }
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.received().count == 1)
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    /// A sign-in that is refused, and what the route then waits for.
    struct SignIn: Sendable {
        let variant: String
        let cause: String
        let advice: String
        var needsPerson = false
    }

    static let signIns: [SignIn] = [
        SignIn(
            variant: "535-5.7.139",
            cause: "authentication",
            advice: "Correct user name and password, then resume the route",
            needsPerson: true
        ),
        SignIn(
            variant: "535-5.7.139-basic",
            cause: "configuration",
            advice: "Let the route sign in with OAuth instead of a password (identity)"
        ),
        SignIn(
            variant: "535-5.7.139-tenant",
            cause: "configuration",
            advice: "Have an administrator allow SMTP AUTH for this mailbox"
        ),
        SignIn(
            variant: "535-5.7.139-mailbox",
            cause: "configuration",
            advice: "Have an administrator allow SMTP AUTH for this mailbox (Set-CASMailbox"
        ),
        SignIn(
            variant: "535-5.7.139-locked",
            cause: "configuration",
            advice: "Let the route sign in with OAuth, or have an administrator replace security"
        ),
        SignIn(
            variant: "535-5.7.139-criteria",
            cause: "configuration",
            advice: "Have an administrator look up the sign-in in the Microsoft Entra sign-in logs"
        ),
        SignIn(
            variant: "535-5.7.3",
            cause: "authentication",
            advice: "Check the password, or for OAuth the token's audience",
            needsPerson: true
        ),
        SignIn(
            variant: "550-5.7.30",
            cause: "configuration",
            advice: "Let the route sign in with OAuth (identity) instead of a password",
            needsPerson: true
        ),
        SignIn(
            variant: "454-4.7.0",
            cause: "connection",
            advice: "Nothing to do unless it lasts: then check whether this account can sign in"
        ),
        SignIn(
            variant: "504-5.7.4",
            cause: "configuration",
            advice: "Choose a way to sign in that the server offers"
        ),
    ]

    @Test func `a refused sign-in suspends its route with the advice and keeps every message`()
        async throws
    {
        var plan = RelayPlan.signedIn
        plan.tables = Self.signIns.enumerated().map { Self.table($0, $1) }.joined()
        try await withIdleRelay("sign-in", plan) { relay in
            for number in Self.signIns.indices {
                let folder = try relay.scratch.makeFolder("drop\(number)", mode: 0o700)
                try writeFile(RelayHarness.message("\(number)").utf8, to: "\(folder)/x.eml")
            }
            try await relay.startDaemon()
            for (number, signIn) in Self.signIns.enumerated() {
                let line = try await relay.waitForLine("route-suspended") {
                    $0["route"] == "r\(number)"
                }
                #expect(line["cause"] == signIn.cause, "\(signIn.variant)")
                #expect(line["advice"]?.hasPrefix(signIn.advice) == true, "\(line)")
                #expect(
                    line["reason"]?.hasPrefix("The server refused while signing in: ") == true,
                    "\(line)"
                )
                try await waitUntil("\(signIn.variant) in the queue") {
                    folderNames(relay.scratch.path("drop\(number)/queue")).count == 2
                }
                #expect(folderNames(relay.scratch.path("drop\(number)/state")) == ["lock"])
            }
            try await waitUntil("status to say who is waited for") {
                let status = try await relay.command("status").output
                return Self.signIns.enumerated().allSatisfy { number, signIn in
                    status.contains("It waits for you: postchute resume --route r\(number)\n")
                        == signIn.needsPerson
                }
            }
            #expect(try relay.received().isEmpty)
        }
    }

    private static func table(_ number: Int, _ signIn: SignIn) -> String {
        """

        [pickup.p\(number)]
        path = '{root}/drop\(number)'
        route = 'r\(number)'

        [route.r\(number)]
        service = 'smtp'
        host = '127.0.0.1'
        port = {port}
        sandbox = true
        ca_file = '{root}/sandbox/ca.pem'
        username = '\(signIn.variant)@fault.test'
        password_file = '{root}/password'

        """
    }

    @Test func `after a wrong password was put right resuming the route is enough`() async throws {
        try await withIdleRelay("password", .signedIn) { relay in
            try relay.scratch.write("wrong", to: "password")
            try await relay.startDaemon()
            try relay.drop("x.eml", RelayHarness.message("x"))
            let line = try await relay.waitForLine("route-suspended")
            #expect(line["cause"] == "authentication")
            #expect(!relay.log.contains("wrong"), "the password has no business in the log")
            try relay.scratch.write("sandbox", to: "password")
            let resume = try await relay.command("resume", "--route", "lab")
            #expect(resume.code == 0, "\(resume)")
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedOnce("x").envelope.mailbox == "sandbox@example.com")
        }
    }

    @Test func `a sender without the right to send waits and the others go on`() async throws {
        try await withRelay("sender") { relay in
            let denied = "once.mail.550-5.7.60@fault.test"
            func text(_ name: String) -> String {
                "From: \(denied)\nTo: b@example.org\nSubject: \(name)\n\nHello.\n"
            }
            try relay.drop("first.eml", text("first"))
            let line = try await relay.waitForLine("sender-suspended")
            #expect(line["pickup"] == "erp")
            #expect(line["sender"] == denied)
            #expect(
                line["reason"] == "The server refused while sending MAIL FROM: 550 5.7.60 SMTP; "
                    + "Client does not have permissions to send as this sender"
            )
            #expect(line["advice"]?.hasPrefix("Give the route's mailbox the right") == true)
            try relay.drop("second.eml", text("second"))
            try await relay.waitFor(.queue, "second.eml")
            try relay.drop("other.eml", RelayHarness.message("other"))
            try await relay.waitFor(.sent, "other.eml")
            #expect(relay.places("first.eml") == [.queue])
            #expect(relay.places("second.eml") == [.queue])
            #expect(relay.lines("returned").count == 1, "the second is not even tried")
            #expect(relay.lines("route-suspended").isEmpty)
            let resume = try await relay.command("resume", "--route", "lab")
            #expect(resume.code == 0, "\(resume)")
            try await relay.waitFor(.sent, "first.eml")
            try await relay.waitFor(.sent, "second.eml")
            #expect(relay.lines("failed").isEmpty)
        }
    }

    @Test func `the second route serves while the first has no connection`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["route = ['dead', 'lab']"]
        plan.tables = """
            [route.dead]
            service = 'smtp'
            host = '127.0.0.1'
            port = \(try freePort())
            tls = 'none'
            """
        try await withRelay("failover", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            let suspended = try await relay.waitForLine("route-suspended")
            #expect(suspended["route"] == "dead")
            #expect(suspended["cause"] == "connection")
            #expect(suspended["reason"]?.hasPrefix("No connection could be made: ") == true)
            let sent = try await relay.waitForLine("sent")
            #expect(sent["route"] == "lab")
        }
    }
}
