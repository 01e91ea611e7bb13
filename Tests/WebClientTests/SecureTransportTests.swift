import TestSupport
import Testing
import WebClient

/// `openssl s_server` with a certificate of its own, which answers every GET with a page.
private struct OpenSSLServer {
    let process: ChildProcess
    let port: Int
    let certificate: String

    init(
        in folder: ScratchFolder,
        name: String = "mail.test",
        options: [String] = []
    ) async throws {
        certificate = folder.path("server.pem")
        let key = folder.path("server.key")
        let made = try await ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
            certificate, "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-days",
            "2",
        ])
        try #require(made.exit == .code(0), "\(made.errors)")
        let port = try freePort()
        self.port = port
        process = try ChildProcess(
            [
                "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key",
                key, "-www",
            ] + options
        )
        try await process.waitForOutput("ACCEPT")
    }
}

@Suite("HTTPS")
struct SecureTransportTests {
    private func get(
        _ url: String,
        proxy: ProxyChoice = .direct,
        caFile: String? = nil
    ) async throws -> String {
        let options = HTTPTransportOptions(proxy: proxy, caFile: caFile)
        return try await withTransport(options) { transport in
            String(
                await outcome(WebRequest(method: "GET", url: url), over: transport)
                    .prefix { $0 != "\n" }.prefix(200)
            )
        }
    }

    /// A proxy that relays every CONNECT to one port, and says who asked.
    private func proxy(to port: Int, status: Int = 200) throws -> LoopbackServer {
        try LoopbackServer { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 \(status) Status\r\n\r\n")
            if status == 200 { peer.relay(toPort: port) }
        }
    }

    @Test func `a file of certificates replaces the trust store, and a proxy connects`()
        async throws
    {
        try await withScratchFolder("https") { folder in
            let server = try await OpenSSLServer(in: folder)
            let proxy = try proxy(to: server.port)
            let address = try ProxyAddress("http://erp:p%40ss@127.0.0.1:\(proxy.port)")
            let trusted = try await get(
                "https://mail.test/",
                proxy: .setting(address),
                caFile: server.certificate
            )
            #expect(trusted.hasPrefix("200 "), "\(trusted)")
            #expect(proxy.requests.first?.target == "mail.test:443")
            // erp:p@ss
            #expect(
                proxy.requests.first?.header("proxy-authorization") == "Basic ZXJwOnBAc3M="
            )
            let untrusted = try await get("https://mail.test/", proxy: .setting(address))
            #expect(
                untrusted
                    == "tls notSent: TLS with mail.test failed: its certificate is not trusted"
            )
            let other = try await get(
                "https://graph.test/",
                proxy: .environment(["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"]),
                caFile: server.certificate
            )
            #expect(
                other == "tls notSent: TLS with graph.test failed: "
                    + "its certificate is made out to another name"
            )
        }
    }

    @Test func `TLS 1_1 is not spoken`() async throws {
        try await withScratchFolder("https") { folder in
            let server = try await OpenSSLServer(
                in: folder,
                options: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
            )
            let text = try await get("https://127.0.0.1:\(server.port)/")
            #expect(
                text == "tls notSent: TLS with 127.0.0.1 failed: "
                    + "it speaks no version from TLS 1.2 on"
            )
        }
    }

    @Test func `what does not speak TLS has a sentence`() async throws {
        let server = try LoopbackServer { peer in
            peer.write("220 mail.example.com ESMTP\r\n")
            peer.readToEnd()
        }
        let text = try await get("https://127.0.0.1:\(server.port)/")
        #expect(
            text == "tls notSent: TLS with 127.0.0.1 failed: it does not speak TLS"
        )
    }

    @Test func `a file without certificates is named`() async throws {
        try await withScratchFolder("https") { folder in
            let file = try folder.write("no certificate", to: "ca.pem")
            for path in [file, folder.path("missing.pem")] {
                #expect(
                    try await get("https://mail.test/", caFile: path)
                        == "tls notSent: "
                        + "the file of trusted certificates '\(path)' has no certificate in PEM"
                )
            }
        }
    }

    @Test(arguments: [
        (403, "connect notSent: the proxy refused to connect to mail.test"),
        (
            407,
            "connect notSent: "
                + "the proxy asks for another user or password before it connects to mail.test"
        ),
    ])
    func `a proxy that refuses is named`(_ status: Int, _ expected: String) async throws {
        let proxy = try proxy(to: 1, status: status)
        let address = try ProxyAddress("127.0.0.1:\(proxy.port)")
        #expect(try await get("https://mail.test/", proxy: .setting(address)) == expected)
    }

    @Test func `plain requests go through the proxy of their scheme`() async throws {
        let proxy = try LoopbackServer.answering { _ in LoopbackResponse(200, "by proxy") }
        let variables = ["http_proxy": "127.0.0.1:\(proxy.port)", "no_proxy": "direct.invalid"]
        #expect(
            try await get("http://mail.test/x", proxy: .environment(variables)) == "200 by proxy"
        )
        #expect(proxy.requests.map(\.target) == ["mail.test:80", "/x"])
        #expect(
            try await get("http://direct.invalid/", proxy: .environment(variables))
                .hasPrefix("connect notSent: ")
        )
    }

    @Test func `a proxy address that cannot be read stops the request`() async throws {
        #expect(
            try await get("https://mail.test/", proxy: .environment(["https_proxy": "ftp://x"]))
                == "connect notSent: the address of the proxy for mail.test has the scheme 'ftp'; "
                + "only http:// proxies can be used"
        )
    }
}
