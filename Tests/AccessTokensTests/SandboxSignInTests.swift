import AccessTokens
import Glibc
import NIOCore
import NIOPosix
import Sandbox
import Submission
import TestSupport
import Testing
import WebClient

/// Our sign-in against the sandbox's token endpoint, over TLS with its own certificate.
@Suite("Sign-in to the sandbox")
struct SandboxSignInTests {
    private static let clientID = "0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01"

    private func rehearsal(certificate: String) -> Rehearsal {
        var rehearsal = Rehearsal()
        rehearsal.organisations = [
            Rehearsal.Organisation(
                name: "contoso",
                id: "5a4db0c5-2f10-4f6e-9d1c-0c0f5d7b1a01",
                domains: ["contoso.com"]
            )
        ]
        rehearsal.mailboxes = [Rehearsal.Mailbox(address: "erp@contoso.com")]
        var application = Rehearsal.Application(
            name: "erp",
            tenant: "contoso",
            clientID: Self.clientID
        )
        application.clientSecrets = ["secret"]
        application.expiredClientSecrets = ["old"]
        application.certificates = [certificate]
        application.deviceLogin = "erp@contoso.com"
        application.managedIdentity = "/subscriptions/1/erp"
        rehearsal.applications = [application]
        return rehearsal
    }

    private struct Stage {
        let sandbox: SandboxServer
        let transport: HTTPTransport
        let folder: ScratchFolder

        func identity(_ credential: IdentityCredential) -> IdentityOptions {
            IdentityOptions(
                name: "contoso",
                tenant: "contoso.com",
                clientID: SandboxSignInTests.clientID,
                credential: credential,
                loginEndpoint: "https://localhost:\(sandbox.securePort)"
            )
        }

        var surroundings: SignInSurroundings {
            SignInSurroundings(
                web: transport,
                directWeb: transport,
                unixTime: { SandboxSignInTests.now() },
                uniqueID: { "\(UInt64.random(in: 1...(.max)))" }
            )
        }

        /// The claims of a token, without its end, or the sentence of the error.
        func sign(_ credential: IdentityCredential) async -> String {
            let identity = identity(credential)
            let obtainer = TokenObtainer(
                identity,
                scope: identity.scope(for: .smtp),
                surroundings
            )
            do throws(TokenSource.Refusal) {
                let claims = TokenClaims(try await obtainer.obtain().token.secret)
                let problem = claims?.problem(
                    for: .smtp,
                    in: .worldwide,
                    now: SandboxSignInTests.now()
                )
                return problem ?? "\(claims?.audience ?? "") \(claims?.application ?? "")"
            } catch {
                return String(error.error.sentence.prefix { $0 != "," })
            }
        }
    }

    fileprivate static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    private func play(
        _ body: (Stage, _ registered: CertificateFiles) async throws -> Void
    )
        async throws
    {
        try await withScratchFolder("sandbox-sign-in") { folder in
            let registered = try await makeCertificate("registered", in: folder)
            var options = SandboxOptions()
            options.web = WebOptions()
            options.folder = folder.path("sandbox")
            options.rehearsal = rehearsal(certificate: registered.path)
            let group = NIOSingletons.posixEventLoopGroup
            let sandbox = SandboxServer(options: options, group: group)
            try await sandbox.start()
            let authority = try folder.write(sandbox.certificatePEM ?? "", to: "ca.pem")
            let transport = HTTPTransport(
                options: HTTPTransportOptions(proxy: .direct, caFile: authority),
                group: group
            )
            do {
                let stage = Stage(sandbox: sandbox, transport: transport, folder: folder)
                try await body(stage, registered)
            } catch {
                await transport.shutDown()
                await sandbox.stop()
                throw error
            }
            await transport.shutDown()
            await sandbox.stop()
        }
    }

    private let granted = "https://outlook.office365.com \(clientID)"
    private let refused = "the sign-in of identity 'contoso' was refused: "

    @Test func `secrets are taken, refused and expired`() async throws {
        try await play { stage, _ in
            for (secret, expected) in [
                ("secret", granted),
                ("wrong", refused + "the client secret is wrong (AADSTS7000215"),
                ("old", refused + "the client secret has expired (AADSTS7000222"),
                (
                    "fault-53003",
                    refused + "a Conditional Access policy blocks the sign-in (AADSTS53003"
                ),
            ] {
                let path = try stage.folder.write(secret, to: "secret")
                chmod(path, 0o600)
                let text = await stage.sign(.clientSecret(path: path))
                #expect(text == expected)
            }
        }
    }

    @Test func `a registered certificate is taken, also after one that is not`() async throws {
        try await play { stage, registered in
            let other = try await makeCertificate("other", in: stage.folder)
            for (files, expected) in [
                ([registered], granted), ([other, registered], granted),
                ([other], refused + "the certificate is not registered with the application"),
            ] {
                let text = await stage.sign(.certificates(files))
                #expect(text == expected)
            }
        }
    }

    @Test func `the identity of a machine is taken`() async throws {
        try await play { stage, _ in
            let options = ManagedIdentityOptions(
                choice: .clientID(Self.clientID),
                metadataEndpoint: "http://127.0.0.1:\(stage.sandbox.plainPort)"
            )
            let text = await stage.sign(.managedIdentity(options))
            #expect(text == granted)
        }
    }

    @Test func `a person signs in, and the refresh token serves and is replaced`() async throws {
        try await play { stage, _ in
            let place = stage.folder.path("tokens")
            let identity = stage.identity(.deviceLogin(folder: place))
            let store = RefreshTokenStore(folder: place, identity: "contoso")
            let login = DeviceLogin(
                identity,
                scope: identity.scope(for: .smtp),
                stage.surroundings
            ) { _ in }
            let code = try await login.start()
            let approval = try await stage.transport.send(
                WebRequest(
                    method: "POST",
                    url: code.address,
                    headers: [("Content-Type", "application/x-www-form-urlencoded")],
                    body: .octets(Array("user_code=\(code.userCode)&decision=approve".utf8))
                )
            )
            #expect(approval.status == 200)
            _ = try await login.finish(code, by: "erp@contoso.com", store: store)
            let first = try store.read().token
            let claims = await stage.sign(.deviceLogin(folder: place))
            #expect(claims == "https://outlook.office.com \(Self.clientID)", "\(claims)")
            #expect(try store.read().token != first)
        }
    }
}
