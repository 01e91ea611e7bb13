import Glibc
import NIOCore
import NIOPosix
import Settings
import TestSupport
import Testing
import WebClient

@testable import Alerts

/// Channels with the real thing at their other end.
@Suite("Channels")
struct ChannelTests {
    private let notice: Notice = {
        var notice = Notice(at: start)
        notice.opened = [Notice.Item(alert: suspended("<!channel> {{DATE()}}"), since: start)]
        return notice
    }()

    /// A server of Python's that keeps what is posted to it.
    private static let server = """
        import http.server, ssl, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path.startswith("/moved"):
                    self.send_response(302)
                    self.send_header("location", "https://localhost:%d/taken" % self.server.server_port)
                elif self.path.startswith("/gone"):
                    self.send_response(404)
                else:
                    print(body.decode(), flush=True)
                    self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()
            def log_message(self, *_): pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.pem", "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print("port", server.server_port, flush=True)
        server.serve_forever()
        """

    private func withServer(
        _ body: (ScratchFolder, ChildProcess, Int) async throws -> Void
    ) async throws {
        try await withScratchFolder("webhook") { folder in
            let made = try await ChildProcess.run(
                [
                    "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    folder.path("server.key"), "-out", folder.path("server.pem"), "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2",
                ]
            )
            try #require(made.exit == .code(0), "\(made.errors)")
            let script = try folder.write(Self.server, to: "server.py")
            let process = try ChildProcess(["python3", script], folder: folder.path)
            try await process.waitForOutput("port ")
            let words = process.output.split { $0 == " " || $0 == "\n" }
            let port = try #require(words.count > 1 ? Int(words[1]) : nil)
            try await body(folder, process, port)
            try await process.end()
        }
    }

    private func send(
        _ address: String,
        in folder: ScratchFolder,
        _ change: (inout AlertWebhook) -> Void = { _ in }
    ) async throws -> String? {
        let path = try folder.write("\(address)\n", to: "url")
        var webhook = AlertWebhook(url: SecretReference(path: path), format: .json)
        webhook.hosts = ["localhost"]
        webhook.timeout = .seconds(5)
        change(&webhook)
        let transport = HTTPTransport(
            options: HTTPTransportOptions(
                proxy: .direct,
                caFile: access(folder.path("server.pem"), R_OK) == 0
                    ? folder.path("server.pem") : nil
            ),
            group: MultiThreadedEventLoopGroup.singleton
        )
        let sender = WebhookSender(webhook, host: "relay1", transport: transport)
        let failure = await sender.send(notice)
        await transport.shutDown()
        return failure
    }

    @Test(.timeLimit(.minutes(1))) func `a notice arrives by HTTPS, and nobody is followed`()
        async throws
    {
        try await withServer { folder, server, port in
            let url = "https://localhost:\(port)"
            for format in AlertWebhook.Format.allCases {
                #expect(
                    try await send("\(url)/secret-path", in: folder) { $0.format = format } == nil
                )
            }
            try await waitUntil("three bodies") { server.output.split(separator: "\n").count == 4 }
            let check = try await ChildProcess.run(
                ["python3", "-c", "import json,sys; [json.loads(l) for l in sys.argv[1:]]"]
                    + server.output.split(separator: "\n").dropFirst().map(String.init)
            )
            #expect(check.exit == .code(0), "\(check.errors)")
            #expect(!server.output.contains("<!channel>\\n"))
            #expect(
                try await send("\(url)/moved/secret-path", in: folder)
                    == "localhost answered 302, which leads elsewhere and is not followed: correct the "
                    + "address."
            )
            #expect(
                try await send("\(url)/gone/secret-path", in: folder)
                    == "localhost answered 404: the address is no longer valid. Make a new one and put "
                    + "it into the file."
            )
            #expect(server.output.split(separator: "\n").count == 4)
        }
    }

    /// An address and why nothing is sent to it.
    @Test(arguments: [
        (
            "https://evil.test/secret-path",
            "The host evil.test in {url} is not among hosts: localhost."
        ),
        (
            "https://evil-localhost/secret-path",
            "The host evil-localhost in {url} is not among hosts: localhost."
        ),
        (
            "https://localhost@evil.test/secret-path",
            "What {url} holds is no address that begins with https://."
        ),
        (
            "http://localhost/secret-path",
            "The address in {url} does not begin with https://."
        ),
        ("secret-path", "What {url} holds is no address that begins with https://."),
        (
            "https://localhost/ secret-path",
            "The file of the address, {url}, must hold one address alone."
        ),
        ("", "The file of the address, {url}, must hold one address alone."),
    ])
    func `an address that may not be used is refused without being told`(
        address: String,
        sentence: String
    ) async throws {
        try await withScratchFolder("webhook") { folder in
            try folder.write("", to: "server.pem")
            let failure = try await send(address, in: folder)
            #expect(failure == sentence.replacing("{url}", with: folder.path("url")))
            #expect(failure?.contains("secret-path") == false)
        }
    }

    @Test func `a service that is not there is said without its address`() async throws {
        try await withScratchFolder("webhook") { folder in
            let port = try freePort()
            let failure = try await send("http://localhost:\(port)/secret-path", in: folder) {
                $0.allowsLoopback = true
            }
            #expect(failure?.hasPrefix("The request failed: no connection to localhost") == true)
            #expect(failure?.contains("secret-path") == false)
        }
    }

    private func run(
        _ script: String,
        timeout: Duration = .seconds(20),
        in folder: ScratchFolder
    ) async throws -> String? {
        let path = try folder.write("#!/bin/bash\n\(script)\n", to: "page")
        chmod(path, 0o755)
        var command = AlertCommand(arguments: [path, folder.path("out"), "a b; c"])
        command.timeout = timeout
        return await CommandSender(command, host: "relay1").send(notice)
    }

    @Test func `a program gets the notice, its arguments and nothing else`() async throws {
        try await withScratchFolder("command") { folder in
            let script = #"{ /bin/cat; echo; echo "$2"; /usr/bin/env; } > "$1""#
            #expect(try await run(script, in: folder) == nil)
            let lines = String(decoding: try readFile(folder.path("out")), as: UTF8.self)
                .split(separator: "\n").map(String.init)
            #expect(lines[0].contains(#""key":"route-suspended/<!channel> {{DATE()}}""#))
            #expect(lines[1] == "a b; c")
            // What bash itself sets.
            let variables = lines.dropFirst(2).compactMap { $0.split(separator: "=").first }
            #expect(Set(variables).isSubset(of: ["PWD", "SHLVL", "_"]), "\(lines)")
        }
    }

    @Test func `a program that fails is told with what it said`() async throws {
        try await withScratchFolder("command") { folder in
            let failure = try await run("printf 'no \\033[31mpager\\n' >&2; exit 3", in: folder)
            #expect(failure?.hasPrefix("\(folder.path("page")) ended with ") == true)
            #expect(failure?.hasSuffix(": no \\x1B[31mpager") == true, "\(failure ?? "")")
        }
    }

    @Test func `a program that ends without reading what it is given harms nobody`() async throws {
        try await withScratchFolder("command") { folder in
            for _ in 0..<40 {
                #expect(try await run("exec 0<&-; exit 0", in: folder) == nil)
                let failure = try await run("exit 1", in: folder)
                #expect(failure?.contains(" ended with ") == true)
            }
        }
    }

    @Test func `a program that says much is heard to its end and kept short`() async throws {
        try await withScratchFolder("command") { folder in
            let failure = try await run(
                "/usr/bin/yes | /usr/bin/head -c 2000000 >&2; exit 1",
                in: folder
            )
            #expect((failure?.utf8.count ?? 0) < 3000)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a program that hangs is killed with what it started`()
        async throws
    {
        try await withScratchFolder("command") { folder in
            let script = #"/bin/sleep 300 & echo "$!" > "$1"; wait"#
            let failure = try await run(script, timeout: .seconds(1), in: folder)
            #expect(
                failure == "\(folder.path("page")) took longer than 1.0 seconds and was killed."
            )
            let text = String(decoding: try readFile(folder.path("out")), as: UTF8.self)
            let child = try #require(Int32(text.prefix { $0 != "\n" }))
            try await waitUntil("the child's end") { kill(child, 0) != 0 }
        }
    }

    @Test func `a program that is not there is said`() async {
        let command = AlertCommand(arguments: ["/nowhere/page"])
        let failure = await CommandSender(command, host: "relay1").send(notice)
        #expect(failure?.hasPrefix("/nowhere/page cannot be run: ") == true)
    }
}
