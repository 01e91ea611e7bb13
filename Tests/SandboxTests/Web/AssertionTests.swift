import TestSupport
import Testing

@testable import Sandbox

@Suite("Client assertions")
struct AssertionTests {
    /// Assertions that Python's libraries make: one good, the others each with one flaw.
    private static let script = """
        import base64, hashlib, json, sys, jwt
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding
        client, now, key, pem, other = sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]
        key, other = open(key).read(), open(other).read()
        der = x509.load_pem_x509_certificate(open(pem, "rb").read()).public_bytes(Encoding.DER)
        name = lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("=")
        s256 = {"x5t#S256": name(hashlib.sha256(der).digest())}
        s1 = {"x5t": name(hashlib.sha1(der).digest())}
        x5c = dict(s256, x5c=[base64.b64encode(der).decode()])
        good = dict(aud="https://localhost:8443/contoso.com/oauth2/v2.0/token", iss=client,
                    sub=client, jti="1", nbf=now, iat=now, exp=now + 600)
        def make(jti, header=s256, key=key, algorithm="PS256", **changes):
            claims = {n: v for n, v in dict(good, jti=jti, **changes).items() if v is not None}
            print(jwt.encode(claims, key, algorithm=algorithm, headers=header))
        make("a")
        make("b", s1, algorithm="RS256")
        make("c", x5c)
        make("d", key=other)
        make("e", {"x5t#S256": "nothing"})
        make("f", aud="https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token")
        make("g", exp=now - 301)
        make("h", exp=now + 3600)
        make("i", nbf=now + 301)
        make("j", sub="somebody")
        make(None)
        print(jwt.encode(dict(good, jti="k"), "secret", algorithm="HS256", headers=s256))
        make("a")
        """

    @Test func `assertions made by Python's libraries are judged by signature, name and time`()
        async throws
    {
        try await withScratchFolder("assertions") { folder in
            let (key, certificate) = try await TestCertificate.make(in: folder)
            let (other, _) = try await TestCertificate.make(in: folder, "other")
            let fixture = try WebFixture { $0.applications[0].certificates = [certificate] }
            // The openssl program has made the certificate on another day than the clock shows.
            let now = SandboxTime.now().seconds + 60
            fixture.clock.advance(seconds: now - StandingClock.start / 1000)
            let run = try await ChildProcess.run([
                "/usr/bin/python3", "-c", Self.script, WebFixture.clientID, "\(now)", key,
                certificate, other,
            ])
            #expect(run.exit == .code(0), "\(run.errors)")
            let tokens = run.output.split(separator: "\n").map(String.init)
            var codes: [Int] = []
            for token in tokens {
                let answer = try await send(token, fixture)
                codes.append(answer.value["error_codes"]?.elements?.first?.number ?? 0)
            }
            #expect(
                codes == [
                    0, 0, 0, 700_027, 700_027, 700_023, 700_024, 700_024, 700_024, 700_021, 50027,
                    700_027, 700_030,
                ]
            )
        }
    }

    @Test func `a certificate registered by its digest must come along`() async throws {
        try await withScratchFolder("assertions") { folder in
            let (key, certificate) = try await TestCertificate.make(in: folder)
            let pem = try folder.text("client.pem")
            let digest = try #require(RegisteredCertificate(pem: pem)).sha256Digits
            let fixture = try WebFixture { $0.applications[0].thumbprints = [digest] }
            let now = SandboxTime.now().seconds + 60
            fixture.clock.advance(seconds: now - StandingClock.start / 1000)
            let run = try await ChildProcess.run([
                "/usr/bin/python3", "-c", Self.script, WebFixture.clientID, "\(now)", key,
                certificate, key,
            ])
            let tokens = run.output.split(separator: "\n").map(String.init)
            #expect(try await send(tokens[0], fixture).status == 401)
            #expect(try await send(tokens[2], fixture).status == 200)
        }
    }

    private func send(_ assertion: String, _ fixture: WebFixture) async throws -> WebAnswer {
        try await fixture.post(
            WebFixture.tokenPath,
            [
                "grant_type": "client_credentials", "client_id": WebFixture.clientID,
                "client_assertion": assertion, "client_assertion_type": TokenEndpoint.assertionType,
                "scope": "https://graph.microsoft.com/.default",
            ]
        )
    }

    @Test(arguments: [
        ([:], 0), (["subject": "other"], 700_213), (["issuer": "https://x.example"], 700_211),
        (["audience": "api://other"], 700_212), (["lifetime": "-400"], 700_024),
    ])
    func `a federated token must match issuer, subject and audience`(
        _ changes: [String: String],
        _ code: Int
    ) async throws {
        let fixture = try WebFixture {
            $0.applications[0].federation = Rehearsal.Federation(
                issuer: "https://localhost:8443/federation",
                subject: "pod"
            )
        }
        let form = ["subject": "pod"].merging(changes) { $1 }
        let token = try await fixture.post("/federation/token", form).text
        let answer = try await send(token, fixture)
        #expect(answer.value["error_codes"]?.elements?.first?.number ?? 0 == code)
        #expect(answer.status == (code == 0 ? 200 : 401))
    }
}
