import Settings
import Testing

@Suite("Identity settings")
struct IdentitySettingsTests {
    private static let tenant = "contoso.onmicrosoft.com"
    private static let client = "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b"
    private static let who = "tenant = \"\(tenant)\"\nclient_id = \"\(client)\"\n"

    private func identity(
        _ lines: String,
        environment: [String: String] = [:]
    ) throws -> IdentitySettings {
        let text = """
            [pickup.p]
            path = "/srv/drop"
            route = "r"
            [route.r]
            service = "exchange-online"
            mailbox = "erp@contoso.com"
            identity = "i"
            [identity.i]
            \(lines)
            """
        let settings = try RelaySettings.parse(
            Array(text.utf8),
            file: "postchute.toml",
            credentialsDirectory: "/run/credentials/postchute.service",
            environment: { environment[$0] }
        )
        return try #require(settings.identities.first)
    }

    static let credentials: [(String, CredentialSettings)] = [
        (
            "client_secret_file = \"credential:secret\"",
            .clientSecret(
                SecretReference(
                    path: "/run/credentials/postchute.service/secret",
                    written: "credential:secret"
                )
            )
        ),
        (
            "certificate = \"/etc/contoso.pfx\"\ncertificate_passphrase_file = \"/etc/pass\"",
            .certificates([
                ClientCertificateSettings(
                    certificate: "/etc/contoso.pfx",
                    passphrase: SecretReference(path: "/etc/pass")
                )
            ])
        ),
        (
            """
            certificate = ["/etc/old.pem", "/etc/new.pem"]
            certificate_key = ["/etc/old.key", "/etc/new.key"]
            certificate_passphrase_file = "/etc/pass"
            """,
            .certificates(
                ["old", "new"].map {
                    ClientCertificateSettings(
                        certificate: "/etc/\($0).pem",
                        key: SecretReference(path: "/etc/\($0).key"),
                        passphrase: SecretReference(path: "/etc/pass")
                    )
                }
            )
        ),
        ("federated_token_file = \"/run/token\"", .federatedToken(path: "/run/token")),
        (
            "device_login = true\nuser = \"erp@contoso.com\"",
            .deviceLogin(user: "erp@contoso.com")
        ),
    ]

    @Test(arguments: credentials)
    func `each credential is read`(lines: String, credential: CredentialSettings) throws {
        let identity = try identity(Self.who + lines)
        #expect(
            identity
                == IdentitySettings(
                    name: "i",
                    tenant: Self.tenant,
                    clientID: Self.client,
                    credential: credential
                )
        )
        #expect(identity.authority == "login.microsoftonline.com")
    }

    @Test(arguments: [("system", nil), (client.uppercased(), client)])
    func `a managed identity needs neither tenant nor client id`(
        word: String,
        id: String?
    ) throws {
        let identity = try identity("managed_identity = \"\(word)\"")
        #expect(identity.credential == .managedIdentity(clientID: id))
        #expect(identity.tenant == "")
    }

    @Test func `every other setting arrives`() throws {
        let identity = try identity(
            """
            \(Self.who)client_secret_file = "/etc/secret"
            client_secret_expires = 2027-03-31
            cloud = "worldwide"
            authority = "http://127.0.0.1:8080/"
            scope = "api://mail/.default"
            ca_file = "/etc/ca.pem"
            proxy = "http://proxy.contoso.com:3128/"
            allow_foreign_endpoint = true
            """
        )
        #expect(identity.clientSecretExpires == CalendarDate(year: 2027, month: 3, day: 31))
        #expect(identity.authority == "http://127.0.0.1:8080")
        #expect(identity.scope == "api://mail/.default")
        #expect(identity.caFile == "/etc/ca.pem")
        #expect(identity.proxy == .proxy(host: "proxy.contoso.com", port: 3128))
        #expect(identity.allowsForeignEndpoint)
    }

    @Test func `an empty table takes everything from the environment of Kubernetes`() throws {
        let identity = try identity("", environment: podEnvironment)
        #expect(identity.tenant == "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1c")
        #expect(identity.clientID == Self.client)
        #expect(identity.authority == "login.microsoftonline.com")
        #expect(
            identity.credential
                == .federatedToken(path: "/run/secrets/azure/tokens/azure-identity-token")
        )
    }

    @Test func `what the file says comes before the environment`() throws {
        let identity = try identity(
            "\(Self.who)federated_token_file = \"/run/token\"\nauthority = \"login.microsoft.com\"",
            environment: podEnvironment
        )
        #expect(identity.tenant == Self.tenant)
        #expect(identity.authority == "login.microsoft.com")
        #expect(identity.credential == .federatedToken(path: "/run/token"))
    }

    @Test(
        arguments: [
            (
                "AZURE_AUTHORITY_HOST", "https://login.example.net/",
                "authority: \"login.example.net\" of AZURE_AUTHORITY_HOST does not belong to "
                    + "cloud = \"worldwide\". Correct it or cloud, or set allow_foreign_endpoint = true."
            ),
            (
                "AZURE_CLIENT_ID", "mine",
                "client_id: comes from AZURE_CLIENT_ID: \"mine\" is not an id. It looks like "
                    + "\"0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b\"; the portal shows it."
            ),
            (
                "AZURE_TENANT_ID", "",
                "tenant: is missing, and AZURE_TENANT_ID is not set. Add it, for example: "
                    + "tenant = \"contoso.onmicrosoft.com\""
            ),
        ]
    )
    func `what is wrong in the environment is named`(
        variable: String,
        value: String,
        complaint: String
    ) {
        var environment = podEnvironment
        environment[variable] = value
        do {
            _ = try identity("", environment: environment)
            Issue.record("accepted")
        } catch {
            #expect("\(error)" == "postchute.toml:8: identity.i.\(complaint)")
        }
    }

    @Test func `the environment has no say beside another credential`() throws {
        let identity = try identity(
            "\(Self.who)client_secret_file = \"/etc/secret\"",
            environment: podEnvironment
        )
        #expect(identity.tenant == Self.tenant)
        #expect(identity.credential == .clientSecret(SecretReference(path: "/etc/secret")))
    }

    @Test func `the authority follows the cloud`() throws {
        let text = """
            [pickup.p]
            path = "/srv/drop"
            route = "r"
            [route.r]
            service = "graph"
            mailbox = "erp@contoso.us"
            identity = "i"
            [identity.i]
            cloud = "gcc-high"
            tenant = "contoso.us"
            client_id = "\(Self.client)"
            client_secret_file = "/etc/secret"
            """
        let settings = try parse(text)
        #expect(settings.identities.first?.authority == "login.microsoftonline.us")
        let route = try #require(settings.routes.first)
        #expect(route.cloud == .gccHigh)
        #expect(route.graphURL == "https://graph.microsoft.us")
        #expect(route.tenant == "contoso.us")
    }
}
