import TestSupport
import Testing

/// What people do at a terminal to have a route sign in.
@Suite("Signing in")
struct SignInTests {
    @Test(arguments: [TenantRoute.exchangeOnline, .graph])
    func `verify proves every step with a real identity, and that others are out of scope`(
        _ route: TenantRoute
    ) async throws {
        try await TenantRelay.run("verify", route) { running in
            let relay = running.relay
            let run = try await relay.command(
                "verify",
                "lab",
                "--out-of-scope",
                "invoices@contoso.com",
                "--send-to",
                "b@contoso.com"
            )
            #expect(run.code == 0, "\(run)")
            #expect(run.output.hasSuffix("Nothing is missing.\n"), "\(run)")
            #expect(!run.output.contains("FAILED"), "\(run)")
            #expect(
                run.output.contains("  ok       token         A token was obtained: token for ")
            )
            #expect(try relay.received().count == 1)
            if route.isGraph {
                let line =
                    "  ok       out of scope  Graph does not let the application send as"
                    + " invoices@contoso.com: 403 ErrorAccessDenied"
                #expect(run.output.contains(line), "\(run)")
                let own = try await relay.command(
                    "verify",
                    "lab",
                    "--out-of-scope",
                    "erp@contoso.com"
                )
                #expect(
                    own.code == 78 && own.output.hasSuffix("Missing: out of scope.\n"),
                    "\(own)"
                )
                #expect(try relay.received().count == 1)
            } else {
                let line =
                    "  ok       out of scope  The server does not let the application sign in"
                    + " as invoices@contoso.com: 535 5.7.3"
                #expect(run.output.contains(line), "\(run)")
            }
        }
    }

    @Test func `verify names the secret when it is the one thing wrong`() async throws {
        try await TenantRelay.run("verify", .exchangeOnline) { running in
            let relay = running.relay
            try await running.restartTenant(as: running.tenant.closed())
            let run = try await relay.command("verify", "lab")
            #expect(run.code == 78, "\(run)")
            #expect(run.output.contains("FAILED   token"), "\(run)")
            #expect(run.output.contains("AADSTS7000215"), "\(run)")
            #expect(run.output.hasSuffix("Missing: token.\n"), "\(run)")
            #expect(!run.output.contains("erp-secret"))
        }
    }

    @Test func `a person signs in once by a code, and the daemon sends from then on`() async throws
    {
        var route = TenantRoute.exchangeOnline
        route.identity = [
            "client_id = 'e4c8a2d6-1f73-4b9a-a0d5-2b6c9e8f3d03'", "device_login = true",
            "user = 'erp@contoso.com'",
        ]
        try await TenantRelay.run("login", route) { running in
            let relay = running.relay
            try relay.drop(
                "early.eml",
                running.message("early", from: route.from, to: "b@contoso.com")
            )
            let line = try await relay.waitForLine("route-suspended")
            #expect(line["advice"]?.contains("postchute login") == true, "\(line)")
            try await signIn(running)
            let resume = try await relay.command("resume", "--route", "lab")
            #expect(resume.code == 0, "\(resume)")
            try await relay.waitFor(.sent, "early.eml")
            #expect(try relay.receivedOnce("early").envelope.mechanism == "XOAUTH2")
        }
    }

    /// Runs `login`, and does at the tenant's page what the person would.
    private func signIn(_ running: TenantRelay) async throws {
        let relay = running.relay
        let login = try ChildProcess(
            relay.plan.launcher + [try Executables.postchute, "login", "--config", relay.settings]
        )
        try await login.waitForOutput(" and type in the code ")
        // "Open ADDRESS and type in the code CODE as USER."
        let words = login.output.split { $0 == " " || $0 == "\n" }
        guard words.count > 7 else { throw WaitError("login said: \(login.output)") }
        let program = """
            import ssl, sys, urllib.parse, urllib.request
            context = ssl.create_default_context(cafile=sys.argv[1])
            form = urllib.parse.urlencode({"user_code": sys.argv[3], "decision": "approve"}).encode()
            urllib.request.urlopen(sys.argv[2], form, context=context).read()
            """
        let page = try await ChildProcess.run(
            running.clock.launcher + ["/usr/bin/python3", "-c", program]
                + [relay.scratch.path("sandbox/ca.pem"), String(words[1]), String(words[7])],
            limit: .seconds(30)
        )
        #expect(page.exit == .code(0), "\(page.errors.suffix(300))")
        let exit = try await login.waitForExit()
        #expect(exit == .code(0), "\(login.errors)")
        #expect(login.output.contains("Signed in. token for "), "\(login.output)")
    }
}
