import AccessTokens
import Submission
import Synchronization
import TestSupport
import Testing

@Suite("Obtaining tokens over real sockets")
struct TokenObtainerTests {
    private let head = """
        Content-Type: application/x-www-form-urlencoded
        Accept: application/json
        """

    @Test func `a client secret is sent as a form`() async throws {
        try await SignInStage.play([granted]) { stage in
            let path = try stage.secret("s3cr3t&~ü\n")
            #expect(
                await outcome(stage.obtainer(.clientSecret(path: path))) == "opaque 3599 s"
            )
            #expect(
                stage.transcripts == [
                    """
                    POST /contoso.com/oauth2/v2.0/token
                    \(head)

                    grant_type=client_credentials&client_id=app-1\
                    &scope=https%3A%2F%2Foutlook.office365.com%2F.default\
                    &client_secret=s3cr3t%26~%C3%BC
                    """
                ]
            )
        }
    }

    @Test func `a changed secret is read anew, a missing one is named`() async throws {
        try await SignInStage.play([refused(401, "invalid_client", 7_000_215), granted]) { stage in
            let path = try stage.secret("old")
            let obtainer = stage.obtainer(.clientSecret(path: path))
            #expect(
                await outcome(obtainer) == "authentication: the sign-in of identity 'contoso' was "
                    + "refused: the client secret is wrong (AADSTS7000215)"
            )
            _ = try stage.secret("new")
            #expect(await outcome(obtainer) == "opaque 3599 s")
            #expect(stage.server.requests.last?.body.hasSuffix("client_secret=new") == true)
            let missing = stage.folder.path("missing")
            #expect(
                await outcome(stage.obtainer(.clientSecret(path: missing)))
                    == "configuration: the secret file '\(missing)' cannot be opened: "
                    + "No such file or directory"
            )
            #expect(stage.server.requests.count == 2)
        }
    }

    @Test func `a federated token is read anew each time`() async throws {
        try await SignInStage.play([granted]) { stage in
            // As Kubernetes mounts it: open to all inside its container.
            let path = try stage.folder.write("first.jwt.x\n", to: "token")
            let obtainer = stage.obtainer(.federatedToken(path: path))
            #expect(await outcome(obtainer) == "opaque 3599 s")
            try stage.folder.write("second.jwt.x", to: "token")
            #expect(await outcome(obtainer) == "opaque 3599 s")
            let bodies = ["first.jwt.x", "second.jwt.x"].map { token in
                "grant_type=client_credentials&client_id=app-1"
                    + "&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
                    + "&client_assertion_type="
                    + "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                    + "&client_assertion=\(token)"
            }
            #expect(stage.server.requests.map(\.body) == bodies)
            try stage.folder.write("", to: "token")
            #expect(
                await outcome(obtainer)
                    == "configuration: the federated token '\(path)' is empty or no token"
            )
            #expect(
                await outcome(stage.obtainer(.federatedToken(path: stage.folder.path)))
                    == "configuration: the federated token '\(stage.folder.path)' "
                    + "is not a regular file"
            )
        }
    }

    @Test func `of two certificates the one that is registered serves, and is remembered`()
        async throws
    {
        let unknown = refused(401, "invalid_client", 700_027)
        try await SignInStage.play([unknown, granted, granted]) { stage in
            let old = try await makeCertificate("old", in: stage.folder)
            let new = try await makeCertificate("new", in: stage.folder)
            let obtainer = stage.obtainer(.certificates([old, new]))
            #expect(await outcome(obtainer) == "opaque 3599 s")
            #expect(await outcome(obtainer) == "opaque 3599 s")
            let headers = stage.server.requests.map { request in
                request.body.split(separator: "client_assertion=").last?.prefix { $0 != "." }
            }
            #expect(headers.count == 3)
            #expect(headers[0] != headers[1])
            #expect(headers[1] == headers[2])
        }
    }

    @Test func `when no certificate is registered the first refusal counts`() async throws {
        try await SignInStage.play([refused(401, "invalid_client", 700_027)]) { stage in
            let one = try await makeCertificate("one", in: stage.folder)
            #expect(
                await outcome(stage.obtainer(.certificates([one, one])))
                    == "authentication: the sign-in of identity 'contoso' was refused: the "
                    + "certificate is not registered with the application, or the clock of this "
                    + "machine is wrong (AADSTS700027)"
            )
            #expect(stage.server.requests.count == 2)
        }
    }

    @Test func `another refusal ends the search`() async throws {
        try await SignInStage.play([refused(400, "unauthorized_client", 700_016)]) { stage in
            let one = try await makeCertificate("one", in: stage.folder)
            #expect(
                await outcome(stage.obtainer(.certificates([one, one])))
                    == "configuration: the sign-in of identity 'contoso' was refused: "
                    + "the tenant does not know this application (AADSTS700016)"
            )
            #expect(stage.server.requests.count == 1)
        }
    }

    @Test func `a certificate that cannot sign has a sentence, and the next one serves`()
        async throws
    {
        try await SignInStage.play([granted]) { stage in
            let curve = try await makeCertificate(
                "curve",
                in: stage.folder,
                key: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            )
            let good = try await makeCertificate("good", in: stage.folder)
            let text = await outcome(stage.obtainer(.certificates([curve])))
            #expect(
                text.hasPrefix("configuration: the certificate '\(curve.path)' cannot sign: "),
                "\(text)"
            )
            #expect(text.contains("its key is not an RSA key"), "\(text)")
            #expect(
                await outcome(stage.obtainer(.certificates([curve, good])))
                    == "opaque 3599 s"
            )
            #expect(
                await outcome(stage.obtainer(.certificates([])))
                    == "configuration: the identity 'contoso' has no certificate"
            )
        }
    }

    @Test(arguments: [
        (
            LoopbackResponse(200, "<html>Sign in to the guest network</html>"),
            "temporary: the answer to the sign-in of identity 'contoso' is not JSON"
        ),
        (
            LoopbackResponse(302, headers: ["Location: http://portal.test/"]),
            "configuration: the sign-in of identity 'contoso' was refused: HTTP status 302"
        ),
        (
            LoopbackResponse(503, "busy", headers: ["Retry-After: 5"]),
            "temporary: the sign-in of identity 'contoso' was refused: HTTP status 503"
        ),
    ])
    func `what is no answer of a sign-in service is said`(
        _ answer: LoopbackResponse,
        _ expected: String
    ) async throws {
        try await SignInStage.play([answer]) { stage in
            let path = try stage.secret("s")
            #expect(await outcome(stage.obtainer(.clientSecret(path: path))) == expected)
        }
    }

    @Test func `an endpoint that cannot be reached is temporary`() async throws {
        try await SignInStage.play([granted]) { stage in
            var identity = stage.identity(.clientSecret(path: try stage.secret("s")))
            identity.loginEndpoint = "http://127.0.0.1:\(try freePort())"
            let obtainer = TokenObtainer(identity, scope: "x", stage.surroundings())
            #expect(
                await outcome(obtainer)
                    == "temporary: no token for identity 'contoso': "
                    + "no connection to 127.0.0.1: Connection refused"
            )
        }
    }

    @Test func `no sentence has a secret in it`() async throws {
        try await SignInStage.play([LoopbackResponse(400, #"{"error":"invalid_request"}"#)]) {
            stage in
            let path = try stage.secret("hush-hush")
            let text = await outcome(stage.obtainer(.clientSecret(path: path)))
            #expect(stage.server.requests.first?.body.contains("hush-hush") == true)
            #expect(!text.contains("hush-hush"))
        }
    }
}
