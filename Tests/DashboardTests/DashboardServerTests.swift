import NIOCore
import Settings
import TLSEngine
import TestSupport
import Testing

@testable import Dashboard

@Suite("Dashboard server")
struct DashboardServerTests {
    @Test func `a person signs in, looks, and signs out`() async throws {
        let dashboard = try await TestDashboard.start()
        let (cookie, form, _) = try await dashboard.signIn()
        let page = try await dashboard.request("GET /", [cookie])
        #expect(page.status == 200)
        #expect(!form.isEmpty)
        let out = try await dashboard.request(
            "POST /logout",
            [cookie],
            body: "\(Visitor.tokenField)=\(form)"
        )
        #expect(out.status == 303)
        #expect(try await dashboard.request("GET /", [cookie]).status == 303)
        #expect(
            dashboard.events.all.dropFirst() == [
                .signedIn(name: "ann", role: .operator, client: "127.0.0.1"),
                .signedOut(name: "ann", client: "127.0.0.1"),
            ]
        )
        await dashboard.stop()
    }

    @Test func `the cookie is for this server and for no script`() async throws {
        let dashboard = try await TestDashboard.start()
        let secret = try dashboard.tokens.add("ann", role: .viewer, now: 0)
        let plain = try await dashboard.request("POST /login", body: "token=\(secret)&next=/live")
        let field = try #require(plain.field("set-cookie"))
        #expect(field.hasPrefix("postchute="))
        #expect(field.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
        #expect(plain.field("location") == "/live")
        let proxied = try await dashboard.request(
            "POST /login",
            ["X-Forwarded-Proto: https"],
            body: "token=\(secret)"
        )
        let secure = try #require(proxied.field("set-cookie"))
        #expect(secure.hasPrefix("__Host-postchute="))
        #expect(secure.hasSuffix("; Secure"))
        #expect(proxied.field("strict-transport-security") == "max-age=31536000")
        await dashboard.stop()
    }

    @Test func `every response protects, also those that refuse`() async throws {
        let dashboard = try await TestDashboard.start()
        for line in ["GET /login", "GET /nowhere", "GET /healthz", "DELETE /", "GET /%2e%2e/"] {
            let response = try await dashboard.request(line)
            #expect(
                response.field("content-security-policy") == ProtectiveFields.contentPolicy,
                "\(line)"
            )
            #expect(response.field("x-content-type-options") == "nosniff")
            #expect(response.field("cache-control") == "no-store")
            #expect(response.field("referrer-policy") == "same-origin")
        }
        await dashboard.stop()
    }

    @Test func `a removed token ends its sessions, and time does`() async throws {
        let dashboard = try await TestDashboard.start()
        let ann = try await dashboard.signIn("ann")
        let bob = try await dashboard.signIn("bob")
        try dashboard.tokens.remove("ann")
        #expect(try await dashboard.request("GET /", [ann.cookie]).status == 303)
        #expect(try await dashboard.request("GET /", [bob.cookie]).status == 200)
        dashboard.clock.pass(.seconds(8 * 3600))
        #expect(try await dashboard.request("GET /", [bob.cookie]).status == 303)
        await dashboard.stop()
    }

    @Test func `a script brings its token itself`() async throws {
        let dashboard = try await TestDashboard.start()
        let viewer = try dashboard.tokens.add("prometheus", role: .viewer, now: 0)
        let field = "Authorization: Bearer \(viewer)"
        #expect(try await dashboard.request("GET /metrics").status == 401)
        let metrics = try await dashboard.request("GET /metrics", [field])
        #expect(metrics.status == 200)
        #expect(metrics.body.contains("postchute_build_info{version=\"1.2.3\"} 1\n"))
        let wrong = try await dashboard.request("GET /metrics", ["\(field)x"])
        #expect(wrong.status == 401)
        #expect(wrong.field("www-authenticate") == "Bearer realm=\"Postchute\"")
        #expect(wrong.body.contains("This token opens nothing."))
        await dashboard.stop()
    }

    @Test func `metrics are open where the settings say so`() async throws {
        let dashboard = try await TestDashboard.start { $0.hasPublicMetrics = true }
        #expect(try await dashboard.request("GET /metrics").status == 200)
        await dashboard.stop()
    }

    @Test func `after many wrong tokens the right one still opens`() async throws {
        let dashboard = try await TestDashboard.start()
        let right = try dashboard.tokens.add("ann", role: .viewer, now: 0)
        var statuses: [Int] = []
        for attempt in 0..<12 {
            let body = "token=guess\(attempt)"
            statuses.append(try await dashboard.request("POST /login", body: body).status)
        }
        #expect(statuses == Array(repeating: 401, count: 10) + [429, 429])
        #expect(dashboard.events.all.count { $0 == .signInFailed(client: "127.0.0.1") } == 10)
        let answer = try await dashboard.request("POST /login", body: "token=%20\(right)%0A")
        #expect(answer.status == 303)
        await dashboard.stop()
    }

    @Test func `who cannot be let in is told how that changes`() async throws {
        let dashboard = try await TestDashboard.start()
        let page = try await dashboard.request("GET /login")
        #expect(page.body.contains("Nobody can sign in yet."))
        await dashboard.stop()
    }

    @Test func `over TLS the cookie is bound to the host`() async throws {
        let tls = try TLSContext(
            server: TLSServerSettings(identity: .selfSigned(names: ["localhost"]))
        )
        let dashboard = try await TestDashboard.start(tls: tls)
        let secret = try dashboard.tokens.add("ann", role: .viewer, now: 0)
        let (exit, output, errors) = try await ChildProcess.run([
            "curl", "-sk", "-i", "--max-time", "20", "--data-urlencode", "token=\(secret)",
            "https://localhost:\(dashboard.port)/login",
        ])
        #expect(exit == .code(0), "\(errors)")
        let response = RawResponse(output)
        #expect(response.status == 303)
        #expect(response.field("set-cookie")?.hasPrefix("__Host-postchute=") == true)
        #expect(response.field("strict-transport-security") == "max-age=31536000")
        await dashboard.stop()
    }

    @Test func `a port in use is said, and the port is taken when it is free`() async throws {
        let first = try await TestDashboard.start()
        let events = EventBook()
        let http = HTTPSettings(listen: .network(host: "127.0.0.1", port: UInt16(first.port)))
        let settings = try RelaySettings.parse(
            Array(
                """
                [pickup.erp]
                path = "/srv/erp"
                route = "lab"
                [route.lab]
                service = "smtp"
                host = "127.0.0.1"
                tls = "none"
                """.utf8
            ),
            file: "postchute.toml"
        )
        let source = DashboardSource(
            settings: settings,
            version: "1",
            snapshot: { nil },
            report: { events.add($0) }
        )
        let server = DashboardServer(http, source: source, tls: nil)
        let group = NIOPosixGroup.make()
        let task = Task { await server.run(on: group) }
        try await waitUntil("the refusal") { !events.all.isEmpty }
        #expect(
            events.all == [
                .refused(
                    address: "127.0.0.1:\(first.port)",
                    reason: "Another program uses this port. Stop it, or choose another port for "
                        + "listen in [http]."
                )
            ]
        )
        task.cancel()
        await task.value
        try await group.shutdownGracefully()
        await first.stop()
    }
}
