import NIOPosix
import SMTPProtocol
import SMTPSubmission
import Sandbox
import Submission
import TLSEngine
import TestSupport
import Testing

@Suite("Survey")
struct SessionSurveyTests {
    private static let mailbox = "sandbox@example.com"

    private struct FixedToken: TokenProvider {
        let secret: String
        func token(
            renew: Bool,
            completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
        ) { completion(.success(AccessToken(secret: secret, claims: "token for a test"))) }
    }

    private func withServer(
        _ script: String = "",
        signIn: SignIn = .login(user: mailbox, KnownSecret(text: "sandbox")),
        _ body: (SMTPRoute) async throws -> Void
    ) async throws {
        try await withScratchFolder("survey") { folder in
            var options = SandboxOptions()
            options.script = try FaultScript(script)
            let server = SandboxServer(
                options: options,
                group: MultiThreadedEventLoopGroup.singleton
            )
            try await server.start()
            var route = SMTPRoute(
                name: "lab",
                host: "127.0.0.1",
                port: server.port,
                signIn: signIn,
                ehlo: "client.example.com"
            )
            let trust = try folder.write(server.certificatePEM ?? "", to: "ca.pem")
            route.tlsClient.trust = .file(trust)
            route.tlsName = options.hostName
            route.allowsSandbox = true
            try await body(route)
            await server.stop()
        }
    }

    private func survey(
        _ route: SMTPRoute,
        from sender: String? = mailbox
    ) async -> ServerSurvey {
        let address = sender.flatMap { sender in
            let parts = sender.split(separator: "@").map(String.init)
            return MailAddress(localPart: parts[0], domain: parts[1])
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return await SessionSurvey(route, loop: loop).run(sender: address)
    }

    @Test func `everything a session settles is found out, and nothing is sent`() async throws {
        try await withServer { route in
            let survey = await survey(route)
            #expect(survey.failure == nil && survey.failedStage == nil)
            #expect(survey.host == "127.0.0.1" && survey.addresses == ["127.0.0.1"])
            #expect(survey.exchangers.isEmpty)
            #expect(survey.peer == "127.0.0.1 [127.0.0.1]:\(route.port)")
            #expect(survey.connectTime > .zero)
            #expect(survey.greeting?.code.value == 220)
            #expect(survey.security?.summary.hasPrefix("TLSv1.3 ") == true)
            #expect(survey.security?.names.contains("127.0.0.1") == true)
            #expect(survey.security?.issuers == [])
            #expect((survey.security?.notAfter ?? 0) > 1_700_000_000)
            #expect(survey.offer?.mechanisms == ["LOGIN", "XOAUTH2"])
            #expect(survey.offer?.maximumOctets == 157_286_400)
            #expect(survey.offer?.extensions.contains("PIPELINING") == true)
            #expect(survey.isReady)
            #expect(survey.mail?.summary == "250 2.1.0 Sender OK")
        }
    }

    @Test func `without a sender the sign-in is the end`() async throws {
        try await withServer { route in
            let survey = await survey(route, from: nil)
            #expect(survey.isReady && survey.failure == nil && survey.mail == nil)
        }
    }

    @Test(arguments: [
        ("at handshake expired", ServerSurvey.Stage.security, "expired on"),
        ("at handshake wrong-name", .security, "is made out to"),
        ("at greeting reply \"554 5.7.1 No\"", .connection, "554"),
    ])
    func `a fault is found in its place`(
        _ script: String,
        _ stage: ServerSurvey.Stage,
        _ word: String
    ) async throws {
        try await withServer(script) { route in
            let survey = await survey(route)
            #expect(survey.failedStage == stage)
            #expect("\(String(describing: survey.failure))".contains(word), "\(survey)")
            #expect(survey.peer != nil && survey.mail == nil)
        }
    }

    @Test func `a refused sender is an answer, not a failure`() async throws {
        try await withServer { route in
            let survey = await survey(route, from: "mail.550-5.7.60@fault.test")
            #expect(survey.failure == nil && survey.isReady)
            #expect(survey.mail?.summary.hasPrefix("550 5.7.60") == true)
        }
    }

    @Test func `wrong password and refused token stop the sign-in`() async throws {
        try await withServer(signIn: .login(user: Self.mailbox, KnownSecret(text: "wrong"))) {
            route in
            let survey = await survey(route)
            #expect(survey.failedStage == .signIn && !survey.isReady)
            #expect(survey.offer?.mechanisms == ["LOGIN", "XOAUTH2"])
        }
        let token = FixedToken(secret: "stale")
        try await withServer(signIn: .xoauth2(mailbox: Self.mailbox, token)) { route in
            let survey = await survey(route)
            guard case .tokenRefused(_, "token for a test")? = survey.failure else {
                Issue.record("\(survey)")
                return
            }
            #expect(survey.failedStage == .signIn)
        }
    }

    @Test func `a port where nobody listens has addresses and no connection`() async throws {
        try await withServer { route in
            var route = route
            route.port = try freePort()
            let survey = await survey(route)
            #expect(survey.failedStage == .connection)
            #expect(survey.addresses == ["127.0.0.1"] && survey.peer == nil)
            route.host = "mail.invalid"
            let other = await self.survey(route)
            #expect(other.failedStage == .names && other.addresses.isEmpty)
        }
    }

    @Test func `mail exchangers and proxies are part of what is found out`() async throws {
        try await withServer { route in
            try await withScratchFolder("survey-way") { folder in
                let names = try await NameServerProcess(
                    in: folder,
                    ["mx-host=lab.test,localhost,10", "mx-host=nomail.test,.,0"]
                )
                let proxy = try await WebProxyProcess(in: folder, connectPort: route.port)
                var route = route
                route.nameServer = NameServer(address: 0x7F00_0001, port: UInt16(names.port))
                route.mxDomain = "lab.test"
                route.addressFamily = .ipv4
                let straight = await survey(route)
                #expect(straight.exchangers == ["localhost"] && straight.failure == nil)
                #expect(straight.peer == "localhost [127.0.0.1]:\(route.port)")
                route.proxy = SMTPProxy(host: "127.0.0.1", port: proxy.port)
                let around = await survey(route)
                #expect(around.failure == nil && around.host == "127.0.0.1")
                #expect(
                    around.peer == "localhost:\(route.port) through proxy 127.0.0.1"
                        + " [127.0.0.1]:\(proxy.port)"
                )
                route.mxDomain = "nomail.test"
                let nowhere = await survey(route)
                #expect(nowhere.failedStage == .names && nowhere.exchangers.isEmpty)
                try await names.stop()
                try await proxy.stop()
            }
        }
    }

    @Test(arguments: [
        (Failure.stopped, false, ServerSurvey.Stage.connection), (.stopped, true, .sender),
        (.missingExtension("delivery", reason: ""), false, .offer),
        (.protocolViolation(.startTLS, detail: ""), false, .security),
        (.connectionLost(.hello, detail: ""), false, .offer),
        (.timeout(.quit, after: .seconds(1)), true, .sender),
    ])
    func `every failure has its stage`(
        _ failure: Failure,
        _ isReady: Bool,
        _ stage: ServerSurvey.Stage
    ) {
        var survey = ServerSurvey()
        survey.failure = failure
        survey.isReady = isReady
        #expect(survey.failedStage == stage)
    }
}
