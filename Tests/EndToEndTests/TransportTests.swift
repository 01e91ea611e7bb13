import TestSupport
import Testing

/// Servers that are not who or what they should be: nothing of a message or a secret reaches them.
@Suite("Transport", .serialized)
struct TransportTests {
    @Test func `without STARTTLS the server hears nothing but EHLO and QUIT`() async throws {
        let server = try PlainServer(
            greeting: "220 stripped.example",
            hello: "250 stripped.example"
        )
        var plan = RelayPlan.signedIn
        plan.route += ["port = \(server.port)", "ehlo = 'relay.example.com'"]
        try await withRelay("stripped", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x", body: "confidential"))
            let line = try await relay.waitForLine("route-suspended")
            #expect(line["cause"] == "configuration")
            #expect(
                line["reason"] == "The server does not offer STARTTLS: the route requires TLS, and "
                    + "nothing is sent without it."
            )
            #expect(line["advice"]?.contains("something between strips STARTTLS") == true)
            try await relay.waitFor(.queue, "x.eml")
            try await waitUntil("the end of the session") { server.isClosed }
            #expect(server.received == "EHLO relay.example.com\r\nQUIT\r\n")
        }
    }

    @Test func `a handshake that fails says which check failed and for which name`() async throws {
        var plan = RelayPlan.signedIn
        plan.route += ["tls_name = 'localhost'"]
        let failures = [
            ("garbage", "The server localhost does not speak TLS here: it sent '500 5.3.3 This is"),
            ("expired", "The certificate of the server localhost expired on "),
            ("wrong-name", "The certificate of the server localhost is made out to "),
        ]
        plan.script = failures.map { "at handshake \($0.0) times 1" }.joined(separator: "\n")
        try await withRelay("handshake", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            for (count, (fault, sentence)) in failures.enumerated() {
                try await waitUntil("\(fault); the log:\n\(relay.log)") {
                    relay.lines("route-suspended").count > count
                }
                let line = relay.lines("route-suspended")[count]
                #expect(line["cause"] == "configuration", "\(fault)")
                #expect(line["reason"]?.hasPrefix(sentence) == true, "\(line)")
                #expect(
                    line["advice"]?.hasSuffix("mail is never sent without TLS instead.") == true
                )
                #expect(relay.places("x.eml") == [.queue])
                _ = try await relay.command("resume", "--route", "lab")
            }
            #expect(relay.lines("route-suspended").last?["reason"]?.contains("localhost.") == true)
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedOnce("x").envelope.tls?.hasPrefix("TLSv1") == true)
        }
    }

    /// A way to trust the sandbox, and how the suspension's reason begins where that fails.
    struct Trust: Sendable {
        let name: String
        let lines: [String]
        var reason: String?
    }

    @Test func `only the issuer that was named or the certificate that was pinned is trusted`()
        async throws
    {
        try await withIdleRelay("trust", .signedIn) { relay in
            let pin = try await Self.fingerprint(of: relay.scratch.path("sandbox/ca.pem"))
            let other = try await Self.otherIssuer(in: relay.scratch)
            let wrong = String(repeating: "0", count: 64)
            let server = "The certificate of the server "
            let cases = [
                Trust(name: "pinned", lines: ["pin_sha256 = '\(pin)'"]),
                Trust(
                    name: "repinned",
                    lines: ["pin_sha256 = '\(wrong)'"],
                    reason: "\(server)127.0.0.1 is not the pinned one: its SHA-256 is \(pin), the "
                        + "pin is \(wrong)."
                ),
                Trust(
                    name: "untrusted",
                    lines: ["ca_file = '\(other)'", "tls_name = 'localhost'"],
                    reason:
                        "\(server)localhost is self-signed and not trusted. If it is known to be"
                        + " genuine, pin its SHA-256 \(pin)."
                ),
                Trust(
                    name: "misnamed",
                    lines: ["ca_file = '{root}/sandbox/ca.pem'", "tls_name = 'mail.example.com'"],
                    reason: "\(server)mail.example.com is made out to "
                ),
            ]
            var plan = RelayPlan.signedIn
            plan.tables = cases.map(Self.tables).joined()
            try relay.writeSettings(plan)
            for trust in cases {
                let folder = try relay.scratch.makeFolder(trust.name, mode: 0o700)
                try writeFile(RelayHarness.message(trust.name).utf8, to: "\(folder)/x.eml")
            }
            try await relay.startDaemon()
            for trust in cases {
                guard let reason = trust.reason else {
                    try await waitUntil(trust.name) { try relay.received(trust.name).count == 1 }
                    continue
                }
                let line = try await relay.waitForLine("route-suspended") {
                    $0["route"] == trust.name
                }
                #expect(line["reason"]?.hasPrefix(reason) == true, "\(line)")
                #expect(try relay.received(trust.name).isEmpty)
            }
        }
    }

    private static func tables(_ trust: Trust) -> String {
        """

        [pickup.\(trust.name)]
        path = '{root}/\(trust.name)'
        route = '\(trust.name)'

        [route.\(trust.name)]
        service = 'smtp'
        host = '127.0.0.1'
        port = {port}
        sandbox = true
        username = 'sandbox@example.com'
        password_file = '{root}/password'
        \(trust.lines.joined(separator: "\n"))

        """
    }

    private static func fingerprint(of certificate: String) async throws -> String {
        let run = try await ChildProcess.run(
            ["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"]
        )
        let digest = run.output.split(separator: "=").last ?? ""
        return digest.filter(\.isHexDigit).lowercased()
    }

    private static func otherIssuer(in scratch: ScratchFolder) async throws -> String {
        let path = scratch.path("other.pem")
        let run = try await ChildProcess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                + ["-nodes", "-keyout", scratch.path("other.key"), "-out", path]
                + ["-days", "2", "-subj", "/CN=Somebody else"]
        )
        guard run.exit == .code(0) else { throw WaitError("openssl req: \(run.errors)") }
        return path
    }

    @Test func `a route that is not for the sandbox tells it nothing`() async throws {
        var plan = RelayPlan.signedIn
        plan.route += ["sandbox = false"]
        try await withRelay("production", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            let line = try await relay.waitForLine("route-suspended")
            #expect(line["cause"] == "configuration")
            #expect(
                line["reason"] == "The server does not offer delivery: the server "
                    + "announces itself as the Postchute sandbox, which delivers nothing; only a "
                    + "route with sandbox = true sends to it."
            )
            try await relay.waitFor(.queue, "x.eml")
            #expect(try relay.received().isEmpty)
        }
    }
}
