import AccessTokens
import Glibc
import NIOCore
import NIOPosix
import Submission
import Synchronization
import TestSupport
import Testing
import WebClient

/// A sign-in service of one test on loopback, whose answers the test scripts.
struct SignInStage {
    let server: LoopbackServer
    let transport: HTTPTransport
    let folder: ScratchFolder
    /// Seconds since 1970 that everything believes in.
    static let now: Int64 = 1_795_428_930

    /// Plays with a service that gives its answers one after the other, the last for ever.
    static func play(
        _ answers: [LoopbackResponse],
        _ body: (SignInStage) async throws -> Void
    ) async throws {
        let position = Mutex(0)
        let server = try LoopbackServer.answering { _ in
            let index = position.withLock { position in
                defer { position += 1 }
                return min(position, answers.count - 1)
            }
            return answers[index]
        }
        let transport = HTTPTransport(
            options: HTTPTransportOptions(proxy: .direct),
            group: NIOSingletons.posixEventLoopGroup
        )
        do {
            try await withScratchFolder("sign-in") { folder in
                let stage = SignInStage(server: server, transport: transport, folder: folder)
                try await body(stage)
            }
            await transport.shutDown()
        } catch {
            await transport.shutDown()
            throw error
        }
    }

    func surroundings(_ variables: [String: String] = [:]) -> SignInSurroundings {
        SignInSurroundings(
            web: transport,
            directWeb: transport,
            unixTime: { Self.now },
            uniqueID: { "id-1" },
            variables: variables
        )
    }

    func identity(_ credential: IdentityCredential) -> IdentityOptions {
        IdentityOptions(
            name: "contoso",
            tenant: "contoso.com",
            clientID: "app-1",
            credential: credential,
            loginEndpoint: "http://127.0.0.1:\(server.port)"
        )
    }

    func obtainer(
        _ credential: IdentityCredential,
        _ variables: [String: String] = [:],
        report: @escaping @Sendable (TokenSource.Event) -> Void = { _ in }
    ) -> TokenObtainer {
        let identity = identity(credential)
        return TokenObtainer(
            identity,
            scope: identity.scope(for: .smtp),
            surroundings(variables),
            report: report
        )
    }

    /// A file of mode 0600.
    func secret(_ text: String, _ name: String = "secret") throws -> String {
        let path = try folder.write(text, to: name)
        chmod(path, 0o600)
        return path
    }

    /// The requests so far, as transcripts.
    var transcripts: [String] { server.requests.map(\.transcript) }
}

/// What became of asking for a token, on one line.
func outcome(_ obtainer: TokenObtainer) async -> String {
    do throws(TokenSource.Refusal) {
        let issued = try await obtainer.obtain()
        let refresh = issued.refreshIn.map { " refresh \($0.components.seconds) s" } ?? ""
        return "\(issued.token.secret) \(issued.lifetime.components.seconds) s\(refresh)"
    } catch {
        return "\(error.error.category): \(error.error.sentence)"
    }
}

let granted = LoopbackResponse(
    200,
    #"{"token_type":"Bearer","expires_in":3599,"access_token":"opaque"}"#
)

/// A refusal with a number of Microsoft's.
func refused(_ status: Int, _ error: String, _ code: Int) -> LoopbackResponse {
    LoopbackResponse(
        status,
        #"{"error":"\#(error)","error_description":"AADSTS\#(code): x","error_codes":[\#(code)]}"#
    )
}

/// Makes a certificate with an RSA key by the `openssl` command: `NAME.pem`, `NAME.key`.
func makeCertificate(
    _ name: String,
    in folder: ScratchFolder,
    key: [String] = ["rsa:2048"]
)
    async throws -> CertificateFiles
{
    let certificate = folder.path("\(name).pem")
    let keyPath = folder.path("\(name).key")
    let made = try await ChildProcess.run(
        [
            "openssl", "req", "-x509", "-nodes", "-keyout", keyPath, "-out", certificate, "-subj",
            "/CN=\(name)", "-days", "2", "-newkey",
        ] + key
    )
    try #require(made.exit == .code(0), "\(made.errors)")
    return CertificateFiles(.pem(certificate: certificate, key: keyPath))
}
