import NIOCore
import NIOPosix
import Settings
import TestSupport
import Testing

@testable import Dashboard

/// Makes the loops of a test's server.
enum NIOPosixGroup {
    static func make() -> MultiThreadedEventLoopGroup {
        MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }
}

@Suite("Attacks on the dashboard")
struct AttackTests {
    @Test func `requests that no page of ours makes are refused`() async throws {
        let dashboard = try await TestDashboard.start()
        let (cookie, form, _) = try await dashboard.signIn()
        let good = "\(Visitor.tokenField)=\(form)"
        let cases: [(String, String, [String], String?, Int)] = [
            ("GET /", "evil.example", [cookie], nil, 421),
            ("GET /", "127.0.0.1.evil.example", [cookie], nil, 421),
            ("GET /", "127.0.0.1", [cookie, "Host: evil.example"], nil, 400),
            ("GET //", "127.0.0.1", [cookie], nil, 400),
            ("GET /%2e%2e/etc/passwd", "127.0.0.1", [cookie], nil, 400),
            ("GET /a%00b", "127.0.0.1", [cookie], nil, 400),
            ("GET /?a=%00", "127.0.0.1", [cookie], nil, 400),
            ("GET http://127.0.0.1/", "evil.example", [cookie], nil, 421),
            ("GET /nowhere", "127.0.0.1", [cookie], nil, 404),
            ("PUT /", "127.0.0.1", [cookie], nil, 405),
            ("TRACE /", "127.0.0.1", [cookie], nil, 405),
            ("POST /logout", "127.0.0.1", [], good, 401),
            ("POST /logout", "127.0.0.1", [cookie], "a=b", 403),
            ("POST /logout", "127.0.0.1", [cookie], "\(good)x", 403),
            ("POST /logout", "127.0.0.1", [cookie, "Origin: http://evil.example"], good, 403),
            ("POST /logout", "127.0.0.1", [cookie, "Origin: null"], good, 403),
            ("POST /logout", "127.0.0.1", [cookie, "Sec-Fetch-Site: cross-site"], good, 403),
            ("POST /logout", "127.0.0.1", [cookie, "Sec-Fetch-Site: same-site"], good, 403),
            ("POST /logout", "127.0.0.1", [cookie], "a=%zz&\(good)", 400),
            (
                "POST /logout", "127.0.0.1", [cookie],
                "\(good)&a=\(String(repeating: "x", count: 65_536))", 413
            ),
            ("POST /login", "127.0.0.1", ["Origin: http://evil.example"], "token=x", 403),
            ("GET /", "127.0.0.1", ["Cookie: postchute=forged"], nil, 303),
            (
                "GET /live", "127.0.0.1", ["Cookie: postchute=", "Accept: text/event-stream"], nil,
                401
            ),
        ]
        for (line, host, fields, body, status) in cases {
            let response = try await dashboard.request(line, host: host, fields, body: body)
            #expect(response.status == status, "\(line) \(host) \(fields.dropFirst())")
        }
        // After all of them the session is as it was.
        #expect(try await dashboard.request("GET /", [cookie]).status == 200)
        let out = try await dashboard.request(
            "POST /logout",
            [cookie, "Origin: http://127.0.0.1", "Sec-Fetch-Site: same-origin"],
            body: good
        )
        #expect(out.status == 303)
        await dashboard.stop()
    }

    @Test func `a viewer changes nothing`() async throws {
        let dashboard = try await TestDashboard.start()
        let (cookie, form, secret) = try await dashboard.signIn(role: .viewer)
        for fields in [[cookie], ["Authorization: Bearer \(secret)"]] {
            let response = try await dashboard.request(
                "POST /messages/20261123T101530123456-7h3k9q2mzx4wp/retry",
                fields,
                body: "\(Visitor.tokenField)=\(form)"
            )
            #expect(response.status == 403)
            #expect(response.body.contains("This token may look, and change nothing."))
        }
        await dashboard.stop()
    }

    @Test func `a head without an end is bounded`() async throws {
        let dashboard = try await TestDashboard.start()
        for filler in [
            "X: \(String(repeating: "a", count: 100_000))",
            (0..<2000).map { "X\($0): a" }.joined(separator: "\r\n"),
        ] {
            let client = try RawClient(port: dashboard.port)
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\(filler)")
            let answer = await client.read()
            #expect(answer.isEmpty || RawResponse(answer).status == 400)
        }
        await dashboard.stop()
    }

    @Test(arguments: [
        "", "GET / HT", "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\na",
    ])
    func `a client that stops halfway is let go`(beginning: String) async throws {
        let limits = SlowClientHandler.Limits(
            request: .milliseconds(300),
            pause: .milliseconds(300),
            reading: .milliseconds(300)
        )
        let dashboard = try await TestDashboard.start(limits: limits)
        let client = try RawClient(port: dashboard.port)
        client.send(beginning)
        let start = ContinuousClock.now
        _ = await client.read()
        #expect(ContinuousClock.now - start < .seconds(15))
        await dashboard.stop()
    }

    @Test func `what is no HTTP ends without harm`() async throws {
        let dashboard = try await TestDashboard.start()
        for nonsense in [
            "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ] {
            let client = try RawClient(port: dashboard.port)
            client.send(nonsense)
            let answer = await client.read(until: "\r\n\r\n")
            #expect(answer.isEmpty || RawResponse(answer).status >= 400, "\(nonsense)")
        }
        #expect(try await dashboard.request("GET /healthz").status == 200)
        await dashboard.stop()
    }

    @Test func `requests sent at once are answered in turn`() async throws {
        let dashboard = try await TestDashboard.start()
        let client = try RawClient(port: dashboard.port)
        let one = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        client.send(String(repeating: one, count: 99))
        client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let answers = await client.read()
        #expect(answers.split(separator: "The process lives.").count - 1 == 100)
        await dashboard.stop()
    }

    @Test func `ten thousand connections leave room for the right person`() async throws {
        let dashboard = try await TestDashboard.start()
        let (cookie, _, _) = try await dashboard.signIn()
        let signedIn = try RawClient(port: dashboard.port)
        signedIn.send("GET / HTTP/1.1\r\nHost: localhost\r\n\(cookie)\r\n\r\n")
        _ = await signedIn.read(until: "</form>")
        var crowd: [RawClient] = []
        for _ in 0..<10_000 {
            crowd.append(try RawClient(port: dashboard.port))
            if crowd.count > 300 { crowd.removeFirst(100) }
        }
        #expect(try await dashboard.request("GET /", [cookie]).status == 200)
        signedIn.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await signedIn.read(until: "lives").contains("The process lives."))
        await dashboard.stop()
    }

    @Test func `thirty-two pages are kept up to date and no more`() async throws {
        let dashboard = try await TestDashboard.start()
        let (cookie, _, _) = try await dashboard.signIn()
        let request = "GET /live HTTP/1.1\r\nHost: localhost\r\n\(cookie)\r\n\r\n"
        var clients: [RawClient] = []
        for _ in 0..<32 {
            let client = try RawClient(port: dashboard.port)
            client.send(request)
            let beginning = await client.read(until: "retry: 5000")
            #expect(beginning.contains("text/event-stream"))
            clients.append(client)
        }
        let surplus = try await dashboard.request("GET /live", [cookie])
        #expect(surplus.status == 503)
        // With its session the feed ends.
        try dashboard.tokens.remove("ann")
        _ = await clients[0].read()
        await dashboard.stop()
    }
}
