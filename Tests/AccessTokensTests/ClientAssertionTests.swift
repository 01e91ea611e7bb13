import AccessTokens
import FoundationEssentials
import TLSEngine
import TestSupport
import Testing

@Suite("Client assertions")
struct ClientAssertionTests {
    @Test func `what is signed is this`() {
        let input = ClientAssertion.signingInput(
            audience: "https://login.test/t/oauth2/v2.0/token",
            clientID: "app-1",
            certificateSHA256: [UInt8](repeating: 0xFB, count: 32),
            id: "id-1",
            now: 1_000
        )
        let parts = input.split(separator: ".").map { TokenClaims.text(of: $0) }
        #expect(
            parts == [
                #"{"alg":"PS256","typ":"JWT","x5t#S256":"\#(String(repeating: "-_v7", count: 10))-_s"}"#,
                #"{"aud":"https://login.test/t/oauth2/v2.0/token","iss":"app-1","sub":"app-1","#
                    + #""jti":"id-1","nbf":940,"iat":1000,"exp":1540}"#,
            ]
        )
    }

    /// What Debian's PyJWT and `cryptography` say of a statement and its certificate.
    private func judge(
        _ statement: String,
        certificate: String,
        in folder: ScratchFolder
    ) async throws -> String {
        try folder.write(
            """
            import base64, sys, jwt
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes
            from cryptography.hazmat.primitives.asymmetric import padding
            token = open(sys.argv[1]).read()
            certificate = x509.load_pem_x509_certificate(open(sys.argv[2], "rb").read())
            header = jwt.get_unverified_header(token)
            key = certificate.public_key()
            claims = jwt.decode(token, key, algorithms=["PS256"], audience="https://login.test/x",
                                options={"verify_exp": False, "verify_nbf": False,
                                         "verify_iat": False})
            signed, signature = token.rsplit(".", 1)
            key.verify(base64.urlsafe_b64decode(signature + "=="), signed.encode(),
                       padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
            print_ = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256()))
            assert header["x5t#S256"] == print_.rstrip(b"=").decode(), header
            print(header["alg"], header["typ"], claims["iss"], claims["sub"], claims["jti"],
                  claims["exp"] - claims["nbf"])
            """,
            to: "judge.py"
        )
        let token = try folder.write(statement, to: "statement")
        let result = try await ChildProcess.run([
            "/usr/bin/python3", folder.path("judge.py"), token, certificate,
        ])
        return result.exit == .code(0) ? result.output : result.errors
    }

    private func statement(_ files: CertificateFiles) throws -> String {
        try ClientAssertion.make(
            audience: "https://login.test/x",
            clientID: "app-1",
            signer: CertificateSigner(reading: files.source()),
            id: "id-1",
            now: SignInStage.now
        )
    }

    @Test func `an independent verifier accepts them, from PEM and PKCS12, with a passphrase`()
        async throws
    {
        try await withScratchFolder("assertion") { folder in
            let plain = try await makeCertificate("plain", in: folder, key: ["rsa:3072"])
            let passphrase = try folder.write("open sesame\n", to: "passphrase")
            _ = try await ChildProcess.run(["chmod", "600", passphrase])
            let key = folder.path("locked.key")
            let store = folder.path("store.pfx")
            for command in [
                [
                    "openssl", "pkey", "-in", folder.path("plain.key"), "-aes256", "-passout",
                    "pass:open sesame", "-out", key,
                ],
                [
                    "openssl", "pkcs12", "-export", "-in", plain.path, "-inkey",
                    folder.path("plain.key"), "-passout", "pass:open sesame", "-out", store,
                ],
            ] {
                let made = try await ChildProcess.run(command)
                try #require(made.exit == .code(0), "\(made.errors)")
            }
            let forms: [CertificateFiles] = [
                plain,
                CertificateFiles(
                    .pem(certificate: plain.path, key: key),
                    passphraseFile: passphrase
                ),
                CertificateFiles(.pkcs12(path: store), passphraseFile: passphrase),
            ]
            for files in forms {
                let verdict = try await judge(
                    statement(files),
                    certificate: plain.path,
                    in: folder
                )
                #expect(verdict == "PS256 JWT app-1 app-1 id-1 600\n", "\(files)")
            }
        }
    }

    @Test func `an independent verifier refuses one of another key or a changed one`() async throws
    {
        try await withScratchFolder("assertion") { folder in
            let one = try await makeCertificate("one", in: folder)
            let other = try await makeCertificate("other", in: folder)
            let foreign = try await judge(statement(one), certificate: other.path, in: folder)
            #expect(foreign.contains("InvalidSignatureError"), "\(foreign)")
            let signature = try statement(one).split(separator: ".").last ?? ""
            let changed = ClientAssertion.signingInput(
                audience: "https://login.test/x",
                clientID: "app-1",
                certificateSHA256: [],
                id: "id-2",
                now: SignInStage.now
            )
            let verdict = try await judge(
                "\(changed).\(signature)",
                certificate: one.path,
                in: folder
            )
            #expect(verdict.contains("InvalidSignatureError"), "\(verdict)")
        }
    }
}

extension TokenClaims {
    /// The text behind base64url.
    static func text(of part: Substring) -> String {
        let plain = part.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.count % 4) % 4)
        return Data(base64Encoded: plain + padding).map { String(decoding: $0, as: UTF8.self) }
            ?? ""
    }
}
