import Glibc
import TestSupport
import Testing

/// `verify` as an administrator sees it: the program itself, against the sandbox.
@Suite("verify", .serialized)
struct VerifyTests {
    private static let mailbox = "sandbox@example.com"

    /// A route with a token, which `tokens` writes.
    private static var withToken: RelayPlan {
        var plan = RelayPlan.signedIn
        plan.route[3] = "token_file = '{root}/token'"
        return plan
    }

    private func writeToken(_ text: String, _ relay: RelayHarness) throws {
        try relay.scratch.write(text, to: "token")
        chmod(relay.scratch.path("token"), 0o600)
    }

    /// The lines without what differs from run to run: port, time, session and digest.
    private func lines(_ run: CommandRun, _ relay: RelayHarness) -> [String] {
        run.output.split(separator: "\n").map { line in
            var text = String(line).replacing(":\(relay.port)", with: ":PORT")
            for (pattern, word) in [
                (" in \\d+ ms; the server greets with \".*\"", " in N ms; GREETING"),
                ("<[0-9a-zT-]{30,}", "<ID"), ("valid for \\d+ more days", "valid for N more days"),
            ] { text = text.replacing(pattern, word) }
            return text
        }
    }

    private static let opening = [
        "Route lab: 127.0.0.1:PORT",
        "  ok       settings      The settings are right (service smtp); this look takes one of the"
            + " route's 2 sessions for a moment.",
    ]
    private static let network = [
        "  ok       DNS           127.0.0.1 is an address: there is nothing to look up.",
        "  ok       TCP           Connected to 127.0.0.1 [127.0.0.1]:PORT in N ms; GREETING.",
    ]
    private static let secured = [
        "  ok       TLS           TLSv1.3 TLS_AES_256_GCM_SHA384; the certificate for"
            + " sandbox01.postchute.example, localhost, 127.0.0.1, ::1 vouches for itself and is"
            + " valid for N more days.",
        "  ok       capabilities  The server offers sign-in by LOGIN, XOAUTH2, messages of up to"
            + " 157 MB, PIPELINING, 8BITMIME, SMTPUTF8, DSN, X-POSTCHUTE-SANDBOX.",
    ]
    private static let passwordOnly =
        "  skipped  token         This route signs in without a token."
    private static let noScope =
        "  skipped  out of scope  Not tried: only a route that signs in with a token can reach too"
        + " far."
    private static let noMessage =
        "  skipped  message       Not tried: --send-to ADDRESS sends a small message."
    private static func skipped(_ label: String, behind failed: String) -> String {
        "  skipped  \(label)\(String(repeating: " ", count: 14 - label.count))"
            + "Not tried, since \(failed) failed."
    }

    @Test
    func `every step of a password's route is right, before the daemon ever ran and beside it`()
        async throws
    {
        try await withIdleRelay("verify", .signedIn) { relay in
            for _ in 0..<2 {
                let run = try await relay.command("verify")
                #expect(
                    lines(run, relay) == Self.opening + Self.network + Self.secured + [
                        Self.passwordOnly,
                        "  ok       AUTH          Signed in as \(Self.mailbox) with a password.",
                        "  ok       MAIL FROM     The server takes mail from \(Self.mailbox) (250"
                            + " 2.1.0 Sender OK); it was taken back, nothing was sent.",
                        Self.noScope, Self.noMessage, "Nothing is missing.",
                    ],
                    "\(run.errors)"
                )
                #expect(run.code == 0 && run.errors.isEmpty)
                if relay.daemon == nil { try await relay.startDaemon() }
            }
            #expect(try relay.received().isEmpty)
        }
    }

    @Test func `a token's route proves its scope, and sends where asked to`() async throws {
        try await withIdleRelay("verify", Self.withToken) { relay in
            try writeToken("sandbox-token", relay)
            let refused = "535-5.7.3@fault.test"
            let run = try await relay.command(
                "verify",
                "lab",
                "--out-of-scope",
                refused,
                "--send-to",
                "you@example.com"
            )
            let found = lines(run, relay)
            #expect(
                found.contains { $0.hasPrefix("  ok       token         A token was obtained: ") }
            )
            #expect(
                found.contains(
                    "  ok       AUTH          Signed in as \(Self.mailbox) with the token."
                )
            )
            #expect(
                found.contains {
                    $0.hasPrefix(
                        "  ok       out of scope  The server does not let the application sign in as"
                            + " \(refused): 535 5.7.3 Authentication unsuccessful"
                    )
                },
                "\(run.output)"
            )
            #expect(
                found.contains {
                    $0.hasPrefix(
                        "  ok       message       The message <ID@example.com> to you@example.com was"
                            + " accepted: 250 2.0.0 OK "
                    )
                },
                "\(run.output)"
            )
            #expect(run.code == 0)
            #expect(!run.output.contains("sandbox-token"))
            #expect(try relay.received().count == 1)
            let open = try await relay.command("verify", "--out-of-scope", "boss@example.com")
            #expect(open.output.contains("  FAILED   out of scope  The application can sign in as"))
            #expect(open.output.hasSuffix("Missing: out of scope.\n"))
            #expect(open.code == 78)
        }
    }

    /// A fault and what `verify` says of it.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        var route: [String] = []
        var script: String?
        /// The lines from DNS on, without advice; `nil` compares nothing but the last line.
        let lines: [String]
        let code: Int32
        var testDescription: String { name }
    }

    private static let faults = [
        Fault(
            name: "an expired certificate",
            route: ["tls_name = 'localhost'"],
            script: "at handshake expired",
            lines: network + [
                "  FAILED   TLS           The certificate of the server localhost expired on DATE.",
                skipped("capabilities", behind: "TLS"), passwordOnly,
                skipped("AUTH", behind: "TLS"),
                skipped("MAIL FROM", behind: "TLS"), noScope, noMessage, "Missing: TLS.",
            ],
            code: 78
        ),
        Fault(
            name: "a certificate for another name",
            route: ["tls_name = 'mail.example.com'"],
            lines: network + [
                "  FAILED   TLS           The certificate of the server mail.example.com is made out"
                    + " to sandbox01.postchute.example, localhost, 127.0.0.1, ::1, not to"
                    + " mail.example.com.",
                skipped("capabilities", behind: "TLS"), passwordOnly,
                skipped("AUTH", behind: "TLS"),
                skipped("MAIL FROM", behind: "TLS"), noScope, noMessage, "Missing: TLS.",
            ],
            code: 78
        ),
        Fault(
            name: "an issuer nobody knows",
            route: ["ca_file = '{root}/other.pem'"],
            lines: network + [
                "  FAILED   TLS           The certificate of the server 127.0.0.1 is self-signed and"
                    + " not trusted. If it is known to be genuine, pin its SHA-256 DIGEST.",
                skipped("capabilities", behind: "TLS"), passwordOnly,
                skipped("AUTH", behind: "TLS"),
                skipped("MAIL FROM", behind: "TLS"), noScope, noMessage, "Missing: TLS.",
            ],
            code: 78
        ),
        Fault(
            name: "a wrong password",
            route: ["password_file = '{root}/wrong'"],
            lines: network + secured + [
                passwordOnly,
                "  FAILED   AUTH          The server refused while signing in: 535 REPLY",
                skipped("MAIL FROM", behind: "AUTH"), noScope, noMessage, "Missing: AUTH.",
            ],
            code: 78
        ),
        Fault(
            name: "a sender that is refused",
            script: "at mail reply \"550 5.7.60 SMTP; no permissions to send as this sender\"",
            lines: network + secured + [
                passwordOnly, "  ok       AUTH          Signed in as \(mailbox) with a password.",
                "  FAILED   MAIL FROM     The server refused while sending MAIL FROM: 550 5.7.60"
                    + " SMTP; no permissions to send as this sender.",
                noScope, noMessage, "Missing: MAIL FROM.",
            ],
            code: 78
        ),
    ]

    @Test(arguments: faults)
    func `one fault is one step, and what comes behind it says so`(_ fault: Fault) async throws {
        var plan = RelayPlan.signedIn
        let keys = fault.route.map { $0.prefix { $0 != " " } }
        plan.route.removeAll { line in keys.contains { line.hasPrefix($0) } }
        plan.route += fault.route
        plan.script = fault.script
        try await withIdleRelay("verify-fault", plan) { relay in
            try await prepare(relay)
            let run = try await relay.command("verify")
            let found = lines(run, relay).dropFirst(2).filter { !$0.hasPrefix("          ") }
                .map(Self.general)
            #expect(found == fault.lines, "\(run.output)\(run.errors)")
            #expect(run.code == fault.code)
        }
    }

    /// A password that is wrong and a certificate of somebody else.
    private func prepare(_ relay: RelayHarness) async throws {
        try relay.scratch.write("wrong", to: "wrong")
        chmod(relay.scratch.path("wrong"), 0o600)
        let run = try await ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", relay.scratch.path("other.key"), "-out",
            relay.scratch.path("other.pem"), "-subj", "/CN=Other", "-days", "10",
        ])
        guard run.exit == .code(0) else { throw WaitError("openssl: \(run.errors)") }
    }

    private static func general(_ line: String) -> String {
        line.replacing("expired on [-0-9]+ [0-9:]+ UTC", "expired on DATE")
            .replacing("[0-9a-f]{64}", "DIGEST").replacing(": 535 .*", ": 535 REPLY").replacing(
                "\\[[^\\]]*[0-9A-F]{16}\\]\\.?",
                "SUFFIX"
            )
    }

    @Test func `a token that is refused is named with what it is for`() async throws {
        try await withIdleRelay("verify-token", Self.withToken) { relay in
            try writeToken("expired", relay)
            let run = try await relay.command("verify")
            #expect(
                run.output.contains(
                    "  FAILED   AUTH          The server refused the access token: 535 5.7.3"
                        + " Authentication unsuccessful"
                ),
                "\(run.output)"
            )
            #expect(run.output.hasSuffix("Missing: AUTH.\n"))
            #expect(run.code == 78)
        }
    }

    @Test func `a server without STARTTLS, one without AUTH and a port without a server`()
        async throws
    {
        try await withIdleRelay("verify-servers", .signedIn) { relay in
            let stripped = try PlainServer(greeting: "220 mx", hello: "250 mx")
            let cases: [(port: Int, tls: String, line: String, code: Int32)] = [
                (
                    stripped.port, "starttls",
                    "  FAILED   TLS           The server does not offer STARTTLS: the route requires"
                        + " TLS, and nothing is sent without it.", 78
                ),
                (
                    try PlainServer(greeting: "220 mx", hello: "250 mx").port, "none",
                    "  FAILED   capabilities  The server does not offer AUTH LOGIN: the route signs"
                        + " in, and the server offers no AUTH.", 78
                ),
                (
                    try freePort(), "starttls",
                    "  FAILED   TCP           No connection could be made: 127.0.0.1"
                        + " [127.0.0.1]:PORT: Connection refused.", 69
                ),
            ]
            for (port, tls, line, code) in cases {
                var plan = RelayPlan.signedIn
                plan.route = plan.route.filter { !$0.hasPrefix("tls =") && !$0.hasPrefix("ca_") }
                plan.route += ["port = \(port)", "tls = '\(tls)'"]
                try relay.writeSettings(plan)
                let run = try await relay.command("verify")
                let output = run.output.replacing(":\(port)", with: ":PORT")
                #expect(output.contains(line + "\n"), "\(output)\(run.errors)")
                #expect(run.code == code)
            }
            #expect(stripped.received.hasSuffix("\r\nQUIT\r\n"))
        }
    }

    @Test func `programs read JSON, and a route that is not there is named`() async throws {
        struct Output: Decodable {
            struct Route: Decodable {
                struct Step: Decodable {
                    let step: String
                    let outcome: String
                    let sentence: String
                    let advice: String?
                }
                let name: String
                let steps: [Step]
            }
            let status: String
            let routes: [Route]
        }
        try await withIdleRelay("verify-json", .signedIn) { relay in
            let output = try await relay.command("verify", "--json").json(Output.self)
            #expect(output.status == "ok")
            #expect(
                output.routes.first?.steps.map { "\($0.step) \($0.outcome)" } == [
                    "settings ok", "dns ok", "tcp ok", "tls ok", "capabilities ok", "token skipped",
                    "auth ok", "mail_from ok", "out_of_scope skipped", "message skipped",
                ]
            )
            let wrong = try await relay.command("verify", "m365")
            #expect(wrong.errors == "There is no route \"m365\". The routes are: lab.\n")
            #expect(wrong.code == 64)
            let odd = try await relay.command("verify", "--send-to", "nobody")
            #expect(
                odd.errors.contains("--send-to takes a mail address, and \"nobody\" is none.")
            )
            #expect(odd.code == 64)
        }
    }
}

extension String {
    /// The text with everything that matches a pattern replaced.
    fileprivate func replacing(_ pattern: String, _ word: String) -> String {
        guard let expression = try? Regex(pattern) else { return self }
        return replacing(expression, with: word)
    }
}
