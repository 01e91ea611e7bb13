import NIOCore
import TLSEngine
import TestSupport
import Testing

@Suite("Against the openssl command")
struct OpenSSLCommandTests {
    /// A running `openssl s_server`.
    private struct Server {
        let process: ChildProcess
        let port: Int

        /// Starts a server; without `-rev` it sends what is written to its input.
        init(_ files: TestAuthority.Files, _ options: [String] = ["-rev"]) async throws {
            process = try ChildProcess(
                [
                    "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", files.certificate,
                    "-key", files.key,
                ] + options,
                input: .pipe
            )
            try await process.waitForOutput("ACCEPT 127.0.0.1:")
            let text = process.output.split(separator: "ACCEPT 127.0.0.1:").last ?? ""
            port = try #require(Int(text.prefix { $0.isNumber }))
        }

        func connect(_ client: TLSContext, name: String = "mail.example.com") throws -> SocketDriver
        {
            try SocketDriver(client.makeClientConnection(serverName: name), port: port)
        }
    }

    private func withServer(
        _ options: [String] = ["-rev"],
        names: String = "DNS:mail.example.com",
        _ body: (Server, TestAuthority) async throws -> Void
    ) async throws {
        try await withScratchFolder("s_server") { folder in
            let authority = try await TestAuthority(in: folder)
            let files = try await authority.issue("leaf", names: names)
            let clientRoot = ["-CAfile", authority.root.certificate]
            let server = try await Server(files, options + clientRoot)
            try await body(server, authority)
            try await server.process.end()
        }
    }

    @Test(arguments: [("-tls1_2", "TLSv1.2 "), ("-tls1_3", "TLSv1.3 ")])
    func `s_server answers, and a second visit resumes`(
        option: String,
        prefix: String
    )
        async throws
    {
        try await withServer(["-rev", option]) { server, authority in
            let client = try authority.client()
            for isResumed in [false, true] {
                let driver = try server.connect(client)
                try driver.handshake()
                try driver.send("EHLO erp\n")
                #expect(try driver.read(9) == "pre OLHE\n")
                #expect(driver.connection.summary.hasPrefix(prefix))
                #expect(driver.connection.isResumed == isResumed)
                try driver.close()
            }
        }
    }

    @Test func `an address is checked against the addresses of the certificate`() async throws {
        try await withServer(names: "IP:127.0.0.1") { server, authority in
            let client = try authority.client()
            try server.connect(client, name: "127.0.0.1").handshake()
            let error = #expect(throws: TLSError.self) {
                try server.connect(client, name: "127.0.0.2").handshake()
            }
            #expect(
                error?.sentence == """
                    The certificate of the server 127.0.0.2 is made out to 127.0.0.1, not to \
                    127.0.0.2.
                    """
            )
        }
    }

    @Test func `a server of TLS 1_1 is refused`() async throws {
        let options = ["-rev", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
        try await withServer(options) { server, authority in
            let error = #expect(throws: TLSError.self) {
                try server.connect(authority.client()).handshake()
            }
            #expect(
                error?.sentence == """
                    The server mail.example.com ended TLS with the alert 'protocol version' (70): \
                    it accepts no version both sides speak.
                    """
            )
        }
    }

    @Test(arguments: [
        (
            "-tls1_2",
            """
            'handshake failure' (40): no TLS version or cipher suits both sides, or it demands a \
            client certificate
            """
        ),
        ("-tls1_3", "'certificate required' (116): it asks for a client certificate"),
    ])
    func `a server that demands a certificate gets it or says so`(
        option: String,
        alert: String
    )
        async throws
    {
        try await withServer(["-rev", option, "-Verify", "1"]) { server, authority in
            let identity = try await authority.issue("erp", names: "").source
            let shown = try server.connect(try authority.client(identity: identity))
            try shown.handshake()
            try shown.send("abc\n")
            #expect(try shown.read(4) == "cba\n")
            // s_server serves one client at a time.
            try shown.close()

            let error = #expect(throws: TLSError.self) {
                let bare = try server.connect(authority.client())
                try bare.handshake()
                _ = try bare.read(1)
            }
            #expect(
                error?.sentence == "The server mail.example.com ended TLS with the alert \(alert)."
            )
        }
    }

    @Test(arguments: ["k", "K"])
    func `new keys in mid-session pass unnoticed`(command: String) async throws {
        try await withServer(["-tls1_3"]) { server, authority in
            let driver = try server.connect(authority.client())
            try driver.handshake()
            server.process.write("before\n")
            #expect(try driver.read(7) == "before\n")
            server.process.write("\(command)\n")
            // The update is consumed without data; only then may s_server read its next command.
            #expect(try driver.readOnce() == .needMore)
            server.process.write("after\n")
            #expect(try driver.read(6) == "after\n")
            try driver.send("answer with new keys\n")
            try await server.process.waitForOutput("answer with new keys")
        }
    }

    @Test func `a server that is killed leaves an end without goodbye`() async throws {
        try await withServer { server, authority in
            let driver = try server.connect(authority.client())
            try driver.handshake()
            try driver.send("abc\n")
            #expect(try driver.read(4) == "cba\n")
            server.process.send(signal: 9)
            let error = #expect(throws: TLSError.self) { try driver.read(1) }
            #expect(error == .closedWithoutNotice(.server("mail.example.com")))
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `s_client verifies our certificate and exchanges lines`(option: String) async throws {
        try await withScratchFolder("s_client") { folder in
            let context = try TLSContext.selfSigned(["mail.example.com", "127.0.0.1"])
            let pem = try #require(context.certificatePEM)
            let trusted = try folder.write(pem, to: "trusted.pem")
            let listener = try Listener()
            let client = try ChildProcess(
                [
                    "openssl", "s_client", "-connect", "127.0.0.1:\(listener.port)", "-CAfile",
                    trusted, "-verify_return_error", "-verify_hostname", "mail.example.com",
                    "-verify_ip", "127.0.0.1", "-servername", "mail.example.com", "-quiet", option,
                ],
                input: .pipe
            )
            let driver = try listener.accept(context.makeServerConnection())
            try driver.handshake()
            #expect(driver.connection.requestedServerName == "mail.example.com")
            try driver.send("220 ready\r\n")
            try await client.waitForOutput("220 ready\r\n")
            client.write("EHLO erp\n")
            #expect(try driver.read(9) == "EHLO erp\n")
            driver.connection.startClose()
            driver.flush()
            #expect(try await client.waitForExit() == .code(0))
        }
    }

    @Test func `a client of TLS 1_1 is refused by its version`() async throws {
        let context = try TLSContext.selfSigned()
        let listener = try Listener()
        let client = try ChildProcess([
            "openssl", "s_client", "-connect", "127.0.0.1:\(listener.port)", "-tls1_1", "-cipher",
            "DEFAULT@SECLEVEL=0",
        ])
        let driver = try listener.accept(context.makeServerConnection())
        let error = #expect(throws: TLSError.self) { try driver.handshake() }
        #expect(
            error?.sentence == "The client does not speak TLS 1.2 or later. It offers TLS 1.1."
        )
        #expect(try await client.waitForExit() == .code(1))
        #expect(client.errors.contains("alert protocol version"))
    }
}
