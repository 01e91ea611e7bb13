import TestSupport
import Testing

@testable import Sandbox

/// Foreign programs against the sides of a tenant, over real sockets and real TLS.
@Suite("Tenant over the network")
struct TenantNetworkTests {
    private func withTenant(
        _ change: (inout SandboxOptions) -> Void = { _ in },
        _ body: (SandboxServer, ScratchFolder) async throws -> Void
    ) async throws {
        try await withScratchFolder("tenant") { folder in
            let play: (inout SandboxOptions) -> Void = {
                Contoso.play(&$0)
                $0.keep = true
                $0.folder = folder.path
                $0.sidePorts = [.relay: 0, .highVolume: 0, .communication: 0]
                change(&$0)
            }
            try await withSandbox(play) { server in try await body(server, folder) }
        }
    }

    private func python(
        _ program: String,
        _ server: SandboxServer,
        _ side: SandboxSide,
        _ folder: ScratchFolder,
        _ more: [String] = []
    ) async throws -> String {
        let arguments = ["python3", "-c", Self.opening + program, "\(server.port(of: side))"]
        let run = try await ChildProcess.run(arguments + [folder.path("ca.pem")] + more)
        #expect(run.exit == .code(0), "\(run.errors)")
        return run.output
    }

    private static let opening = """
        import smtplib, ssl, sys
        def connect(context=None, source=None):
            context = context or ssl.create_default_context(cafile=sys.argv[2])
            client = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=60, source_address=source)
            client.starttls(context=context)
            client.ehlo()
            return client
        def send(client, sender, recipient, header=None):
            text = "From: %s\\r\\n\\r\\nHello\\r\\n" % (header or sender)
            try:
                client.sendmail(sender, [recipient], text)
                print("accepted")
            except smtplib.SMTPRecipientsRefused as error:
                print(list(error.recipients.values())[0][0])
            except smtplib.SMTPResponseException as error:
                print(error.smtp_code, error.smtp_error.decode().split()[0])

        """

    @Test func `smtplib signs in with LOGIN and learns whom it may send as`() async throws {
        try await withTenant { server, folder in
            let output = try await python(
                """
                client = connect()
                try:
                    client.login("erp@contoso.com", "wrong")
                except smtplib.SMTPAuthenticationError as error:
                    print(error.smtp_code, error.smtp_error.decode().split(" [")[0])
                client = connect()
                client.login("erp@contoso.com", "erp-password")
                send(client, "erp@contoso.com", "a@example.com")
                send(client, "boss@contoso.com", "a@example.com")
                send(client, "erp@contoso.com", "a@example.com", "boss@contoso.com")
                send(client, "invoices@contoso.com", "a@example.com")
                """,
                server,
                .submission,
                folder
            )
            #expect(
                output == """
                    535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.
                    accepted
                    550 5.7.60
                    554 5.2.252
                    accepted

                    """
            )
            let account = server.counts.accounts["erp@contoso.com"]
            #expect(account?.accepted == 2)
            #expect(account?.mostSessions == 1)
            #expect(server.counts.mostExternalRecipientsPerDay == ["contoso": 2])
        }
    }

    @Test func `an address or a certificate makes a connector`() async throws {
        try await withTenant { server, folder in
            let certificate = folder.path("client.pem")
            let made = try await ChildProcess.run([
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=relay.contoso.com", "-days", "1",
                "-keyout", certificate, "-out", folder.path("certificate.pem"),
            ])
            #expect(made.exit == .code(0), "\(made.errors)")
            let output = try await python(
                """
                send(connect(), "printer@contoso.com", "office@contoso.com")
                send(connect(), "printer@contoso.com", "a@example.com")
                send(connect(source=("127.0.0.2", 0)), "printer@contoso.com", "a@example.com")
                send(connect(source=("127.0.0.2", 0)), "a@else.example", "a@example.com")
                context = ssl.create_default_context(cafile=sys.argv[2])
                context.load_cert_chain(sys.argv[4], sys.argv[3])
                send(connect(context), "a@else.example", "a@example.com")
                """,
                server,
                .relay,
                folder,
                [certificate, folder.path("certificate.pem")]
            )
            #expect(output == "accepted\n550\naccepted\n550\naccepted\n")
        }
    }

    @Test func `swaks tries every side and the sandbox announces itself`() async throws {
        try await withTenant { server, folder in
            let accounts: [(SandboxSide, String, String, String)] = [
                (.highVolume, "alerts@contoso.com", "alerts-password", "alerts@contoso.com"),
                (.communication, "erp-mailer", "erp-secret", "donotreply@contoso.com"),
            ]
            for (side, user, password, sender) in accounts {
                let run = try await ChildProcess.run([
                    "swaks", "--server", "127.0.0.1", "--port", "\(server.port(of: side))",
                    "--tls", "--ehlo", "client.example", "--auth", "LOGIN", "--auth-user", user,
                    "--auth-password", password, "--from", sender, "--to", "office@contoso.com",
                ])
                #expect(run.exit == .code(0), "\(run.output)\(run.errors)")
                #expect(run.output.contains("Postchute sandbox"))
                #expect(run.output.contains("X-POSTCHUTE-SANDBOX"))
            }
            let plain = try await ChildProcess.run([
                "swaks", "--server", "127.0.0.1", "--port", "\(server.port(of: .relay))",
                "--ehlo", "client.example", "--from", "printer@contoso.com",
                "--to", "office@contoso.com",
            ])
            #expect(plain.exit == .code(0), "\(plain.output)\(plain.errors)")
            #expect(plain.output.contains("Postchute sandbox"))
            #expect(plain.output.contains("X-POSTCHUTE-SANDBOX"))
            #expect(server.counters.accepted == 3)
            try server.writePorts()
            let ports = try folder.text("ports.json")
            #expect(
                ports == """
                    {
                      "host": "127.0.0.1",
                      "acs": \(server.port(of: .communication)),
                      "hve": \(server.port(of: .highVolume)),
                      "relay": \(server.port(of: .relay)),
                      "submission": \(server.port)
                    }

                    """
            )
            try server.writeCounts()
            #expect(try folder.text("counts.json") == server.counts.json)
        }
    }

    @Test func `the spool of a daemon is no place for a sandbox`() async throws {
        try await withScratchFolder("spool") { folder in
            try folder.makeFolder("queue/sending")
            let error = await #expect(throws: SandboxError.self) {
                try await withSandbox({
                    $0.keep = true; $0.folder = folder.path
                }) { _ in }
            }
            #expect(
                error?.sentence == "The folder \(folder.path) is the spool of a daemon, which would"
                    + " send what the sandbox keeps there: name another with --folder."
            )
        }
    }
}
