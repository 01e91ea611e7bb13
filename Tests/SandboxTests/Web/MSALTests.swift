import TestSupport
import Testing

@testable import Sandbox

@Suite("MSAL for Python")
struct MSALTests {
    /// Debian's interpreter, for which Debian's msal is installed.
    private static let python = "/usr/bin/python3"

    private func run(_ script: String, _ arguments: [String]) async throws -> [String] {
        // A bundle that the environment names would win over the one the script gives.
        let run = try await ChildProcess.run(
            [Self.python, "-c", script] + arguments,
            environment: ["REQUESTS_CA_BUNDLE": arguments[1], "LC_ALL": "C.UTF-8"]
        )
        #expect(run.exit == .code(0), "\(run.errors)")
        return run.output.split(separator: "\n").map(String.init)
    }

    private static let preamble = """
        import base64, json, sys, urllib.parse, msal, requests
        port, ca, client = sys.argv[1:4]
        authority = "https://localhost:%s/contoso.com" % port
        common = dict(authority=authority, validate_authority=False, verify=ca,
                      token_cache=msal.SerializableTokenCache(), instance_discovery=False)
        try:
            msal.ConfidentialClientApplication("x", instance_discovery=False, client_credential="x",
                authority=authority, validate_authority=False, verify=ca)
        except TypeError:
            del common["instance_discovery"]
        def claims(result):
            if "access_token" not in result:
                return result["error_description"]
            part = result["access_token"].split(".")[1]
            return json.loads(base64.urlsafe_b64decode(part + "=="))
        def show(result, *names):
            found = claims(result)
            print(found.split(":")[0] if isinstance(found, str) else
                  " ".join(str(found.get(name)) for name in names))
        graph = ["https://graph.microsoft.com/.default"]

        """

    @Test func `MSAL gets tokens by secret and by certificate, and shows why it is refused`()
        async throws
    {
        try await withScratchFolder("msal") { folder in
            let (key, certificate) = try await TestCertificate.make(in: folder)
            let fixture = try WebFixture(time: .system) {
                $0.applications[0].certificates = [certificate]
            }
            try await withWeb(fixture, in: folder) { web, certificates in
                let lines = try await run(
                    Self.preamble + """
                        def app(secret, client=client):
                            return msal.ConfidentialClientApplication(
                                client, client_credential=secret, **common)
                        show(app("secret").acquire_token_for_client(graph),
                             "aud", "appid", "tid", "roles", "appidacr")
                        show(app("wrong").acquire_token_for_client(graph))
                        show(app("old").acquire_token_for_client(graph))
                        show(app("secret", client[::-1]).acquire_token_for_client(graph))
                        show(app("secret").acquire_token_for_client(["https://nowhere.example/.default"]))
                        common["token_cache"] = msal.SerializableTokenCache()
                        from cryptography import x509
                        from cryptography.hazmat.primitives import hashes
                        pem = open(sys.argv[5], "rb").read()
                        print_ = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA1()).hex()
                        key = open(sys.argv[4]).read()
                        show(app(dict(private_key=key, thumbprint=print_)).acquire_token_for_client(
                            ["https://outlook.office365.com/.default"]), "aud", "appidacr")
                        show(app(dict(private_key=key, thumbprint="00" * 20))
                             .acquire_token_for_client(["https://outlook.office.com/.default"]))
                        """,
                    ["\(web.securePort ?? 0)", certificates, WebFixture.clientID, key, certificate]
                )
                #expect(
                    lines == [
                        "https://graph.microsoft.com \(WebFixture.clientID) \(WebFixture.tenantID)"
                            + " ['Mail.Send', 'Mail.ReadWrite'] 1",
                        "AADSTS7000215", "AADSTS7000222", "AADSTS700016", "AADSTS500011",
                        "https://outlook.office365.com 2", "AADSTS700027",
                    ]
                )
            }
        }
    }

    @Test func `MSAL signs a person in with a device code and renews the sign-in`() async throws {
        try await withScratchFolder("msal") { folder in
            let fixture = try WebFixture(time: .system)
            try await withWeb(fixture, in: folder) { web, certificates in
                let lines = try await run(
                    Self.preamble + """
                        app = msal.PublicClientApplication(client, **common)
                        scope = ["https://outlook.office.com/SMTP.Send"]
                        flow = app.initiate_device_flow(scope)
                        page = requests.get(flow["verification_uri"], verify=ca,
                                            params=dict(user_code=flow["user_code"]))
                        print("erp@contoso.com" in page.text)
                        done = requests.post(flow["verification_uri"], verify=ca, data=dict(
                            user_code=flow["user_code"], user="erp@contoso.com", decision="approve"))
                        print(done.status_code)
                        show(app.acquire_token_by_device_flow(flow), "aud", "scp", "upn")
                        account = app.get_accounts()[0]
                        show(app.acquire_token_silent(scope, account, force_refresh=True), "scp", "upn")
                        requests.post("https://localhost:%s/sandbox/revoke" % port, verify=ca,
                                      data=dict(mailbox="erp@contoso.com"))
                        result = app.acquire_token_silent_with_error(scope, account, force_refresh=True)
                        show(result)
                        """,
                    ["\(web.securePort ?? 0)", certificates, WebFixture.clientID]
                )
                #expect(
                    lines == [
                        "True", "200", "https://outlook.office.com SMTP.Send erp@contoso.com",
                        "SMTP.Send erp@contoso.com", "AADSTS50173",
                    ]
                )
            }
        }
    }
}

/// Certificates that somebody else makes.
enum TestCertificate {
    /// Makes a key and a certificate with the openssl program.
    static func make(
        in folder: ScratchFolder,
        _ name: String = "client"
    ) async throws -> (key: String, certificate: String) {
        let key = folder.path("\(name).key")
        let certificate = folder.path("\(name).pem")
        let run = try await ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
            certificate, "-days", "2", "-subj", "/CN=\(name)",
        ])
        guard run.exit == .code(0) else { throw WaitError(run.errors) }
        return (key, certificate)
    }
}
