import FoundationEssentials
import TestSupport
import Testing

@testable import Sandbox

@Suite("Foreign clients")
struct ForeignClientTests {
    private func withKeptMail(
        _ change: (inout SandboxOptions) -> Void = { _ in },
        _ body: (SandboxServer, ScratchFolder) async throws -> Void
    ) async throws {
        try await withScratchFolder("sandbox") { folder in
            let keep: (inout SandboxOptions) -> Void = {
                $0.keep = true
                $0.folder = folder.path
                change(&$0)
            }
            try await withSandbox(keep) { server in try await body(server, folder) }
        }
    }

    private func swaks(
        _ server: SandboxServer,
        _ options: [String]
    ) async throws -> (
        exit: ChildProcess.Exit, output: String, errors: String
    ) {
        try await ChildProcess.run(
            [
                "swaks", "--server", "127.0.0.1", "--port", "\(server.port)",
                "--ehlo", "client.example", "--from", "sandbox@example.com",
                "--to", "someone@example.com", "--auth-user", "sandbox@example.com",
                "--header", "Message-Id: <swaks-1@client.example>",
            ] + options
        )
    }

    @Test func `swaks signs in over STARTTLS and its message is kept with its envelope`()
        async throws
    {
        try await withKeptMail { server, folder in
            let body = ".one dot\n..two dots\nlast"
            let run = try await swaks(
                server,
                ["--tls", "--auth", "LOGIN", "--auth-password", "sandbox", "--body", body]
            )
            #expect(run.exit == .code(0), "\(run.output)\(run.errors)")
            #expect(run.output.contains("~> AUTH LOGIN"))
            let name = "000001-swaks-1@client.example"
            #expect(folder.names() == ["\(name).eml", "\(name).json", "ca.pem"])
            let message = try folder.text("\(name).eml")
            #expect(message.hasSuffix("\r\n\r\n.one dot\r\n..two dots\r\nlast\r\n\r\n\r\n"))
            let envelope = try envelope(folder, name)
            #expect(envelope.sender == "sandbox@example.com")
            #expect(envelope.recipients.map(\.address) == ["someone@example.com"])
            #expect(envelope.mechanism == "LOGIN")
            #expect(envelope.mailbox == "sandbox@example.com")
            #expect(envelope.tls?.hasPrefix("TLSv1.3 ") == true)
            #expect(envelope.ehlo == "client.example")
            #expect(envelope.client == "127.0.0.1")
            #expect(envelope.octets == message.utf8.count)
            let digest = try await ChildProcess.run(["sha256sum", folder.path("\(name).eml")])
            #expect(digest.output.hasPrefix("\(envelope.sha256) "))
        }
    }

    @Test func `swaks is refused a wrong password`() async throws {
        try await withSandbox { server in
            let run = try await swaks(
                server,
                ["--tls", "--auth", "LOGIN", "--auth-password", "wrong"]
            )
            // swaks ends with 28 when it cannot sign in.
            #expect(run.exit == .code(28))
            #expect(run.output.contains("535 5.7.3 Authentication unsuccessful ["))
            #expect(server.counters.accepted == 0)
        }
    }

    @Test func `swaks trusts the certificate of ca.pem and speaks implicit TLS`() async throws {
        try await withKeptMail({ $0.security = .implicit }) { server, folder in
            let run = try await swaks(
                server,
                [
                    "--tls-on-connect", "--tls-verify", "--tls-ca-path", folder.path("ca.pem"),
                    "--auth", "LOGIN", "--auth-password", "sandbox",
                ]
            )
            #expect(run.exit == .code(0), "\(run.output)\(run.errors)")
            #expect(server.counters.accepted == 1)
        }
    }

    @Test func `swaks pipelines`() async throws {
        try await withSandbox(DialogueTests.open) { server in
            let run = try await swaks(server, ["--pipeline", "--auth-optional"])
            #expect(run.exit == .code(0), "\(run.output)\(run.errors)")
            #expect(server.counters.accepted == 1)
        }
    }

    @Test func `smtplib sends with XOAUTH2, DSN parameters and UTF-8`() async throws {
        try await withKeptMail { server, folder in
            let run = try await ChildProcess.run([
                "python3", "-c", Self.python, "\(server.port)", folder.path("ca.pem"),
            ])
            #expect(run.exit == .code(0), "\(run.errors)")
            #expect(run.output == "done\n")
            try await server.waitUntilAccepted(2)
            let envelope = try envelope(folder, "000001-utf8@client.example")
            #expect(envelope.mechanism == "XOAUTH2")
            #expect(envelope.sender == "jörg@example.com")
            #expect(
                envelope.senderParameters.filter { !$0.hasPrefix("SIZE=") }.sorted() == [
                    "BODY=8BITMIME", "ENVID=a+2Bb", "RET=HDRS", "SMTPUTF8",
                ]
            )
            #expect(envelope.envelopeID == "a+b")
            #expect(envelope.recipients.map(\.originalRecipient) == ["rfc822;a+b@example.com"])
            #expect(
                envelope.recipients.map(\.parameters) == [
                    ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;a+2Bb@example.com"]
                ]
            )
            #expect(envelope.notes == [])
            let second = try self.envelope(folder, "000002-notes@client.example")
            #expect(second.notes == ["long-line", "nul", "undeclared-8bit"])
            #expect(second.longestLine == 999)
        }
    }

    private static let python = """
        import smtplib, ssl, sys
        context = ssl.create_default_context(cafile=sys.argv[2])
        client = smtplib.SMTP("localhost", int(sys.argv[1]), timeout=60)
        client.starttls(context=context)
        client.ehlo()
        token = lambda challenge=None: \
            "user=sandbox@example.com\\x01auth=Bearer sandbox-token\\x01\\x01"
        client.auth("XOAUTH2", token, initial_response_ok=False)
        client.sendmail(
            "jörg@example.com", ["ä@example.com"],
            "Message-ID: <utf8@client.example>\\r\\n\\r\\n.Grüße\\r\\n".encode(),
            ["SMTPUTF8", "BODY=8BITMIME", "RET=HDRS", "ENVID=a+2Bb"],
            ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;a+2Bb@example.com"])
        client.sendmail(
            "a@example.com", ["b@example.com"],
            b"Message-ID: <notes@client.example>\\r\\n\\r\\n" + b"x" * 999 + b"\\r\\n\\0\\xff\\r\\n")
        client.quit()
        print("done")
        """

    @Test func `smtplib meets pauses, a cut connection and a large message inside TLS`()
        async throws
    {
        try await withKeptMail { server, folder in
            let run = try await ChildProcess.run([
                "python3", "-c", Self.pythonFaults, "\(server.port)", folder.path("ca.pem"),
            ])
            #expect(run.exit == .code(0), "\(run.errors)")
            let lines = run.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.last == "disconnected")
            let large = try envelope(folder, "000002-large@client.example")
            #expect(lines.first == "\(large.octets) \(large.sha256)")
            #expect(try envelope(folder, "000001-slow@client.example").notes == [])
            #expect(folder.names().contains("000003-cut@client.example.eml"))
        }
    }

    private static let pythonFaults = """
        import hashlib, smtplib, ssl, sys
        context = ssl.create_default_context(cafile=sys.argv[2])
        client = smtplib.SMTP("localhost", int(sys.argv[1]), timeout=60)
        client.starttls(context=context)
        client.login("sandbox@example.com", "sandbox")
        def send(name, recipient, body=b""):
            message = b"Message-ID: <%s@client.example>\\r\\n\\r\\n" % name.encode() + body
            client.sendmail("a@example.com", [recipient], message)
            return message
        send("slow", "delay-100ms.dot@fault.test")
        sent = send("large", "delay-100ms.data@fault.test", b"".join(
            b"." * (n % 7) + b"%d\\r\\n" % (n * n) for n in range(400000)))
        print(len(sent), hashlib.sha256(sent).hexdigest())
        try:
            send("cut", "close-after-dot@fault.test")
        except smtplib.SMTPServerDisconnected:
            print("disconnected")
        """

    @Test(arguments: [
        ("expired", "certificate has expired"),
        ("wrong-name", "hostname mismatch"),
        ("garbage", "wrong version number"),
        ("close", "unexpected eof"),
    ])
    func `openssl notices a spoilt handshake, and the next one is sound`(
        spoilt: String,
        sign: String
    ) async throws {
        let script = try FaultScript("at handshake \(spoilt) times 1")
        try await withKeptMail({ $0.script = script }) { server, folder in
            let failed = try await openssl(server, folder)
            #expect(failed.exit == .code(1), "\(failed.output)")
            #expect((failed.output + failed.errors).contains(sign), "\(failed.errors)")
            #expect(server.counters.tlsFailures == 1)
            let sound = try await openssl(server, folder)
            #expect(sound.output.contains("Verification: OK"), "\(sound.errors)")
            #expect(sound.output.contains("250 2.0.0 OK"))
            #expect(sound.output.contains("221 2.0.0 Service closing"))
        }
    }

    private func openssl(
        _ server: SandboxServer,
        _ folder: ScratchFolder
    ) async throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
        let child = try ChildProcess(
            [
                "openssl", "s_client", "-starttls", "smtp", "-connect", "127.0.0.1:\(server.port)",
                "-CAfile", folder.path("ca.pem"), "-verify_return_error",
                "-verify_hostname", "SANDBOX01.postchute.example", "-crlf", "-ign_eof",
            ],
            input: .pipe
        )
        child.write("NOOP\nQUIT\n")
        let exit = try await child.waitForExit()
        return (exit, child.output, child.errors)
    }

    /// The members of the JSON file the tests look at.
    private struct Envelope: Decodable {
        struct Recipient: Decodable {
            let address: String
            let parameters: [String]
            let originalRecipient: String?
        }
        let client: String
        let ehlo: String
        let tls: String?
        let mechanism: String?
        let mailbox: String?
        let sender: String
        let senderParameters: [String]
        let envelopeID: String?
        let recipients: [Recipient]
        let octets: Int
        let longestLine: Int
        let sha256: String
        let notes: [String]
    }

    private func envelope(_ folder: ScratchFolder, _ name: String) throws -> Envelope {
        try JSONDecoder().decode(Envelope.self, from: Data(folder.read("\(name).json")))
    }
}
