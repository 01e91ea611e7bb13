import Settings
import Testing

@Suite("Routes to Microsoft's services")
struct MicrosoftRouteTests {
    private static let client = "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b"

    private func route(
        _ lines: String,
        allowFrom: Bool = false,
        identity: String = ""
    ) throws -> RouteSettings {
        let settings = try parse(
            """
            [pickup.p]
            path = "/srv/drop"
            route = "r"
            \(allowFrom ? "allow_from = \"contoso.com\"" : "")
            [route.r]
            \(lines)
            [identity.i]
            tenant = "contoso.onmicrosoft.com"
            client_id = "\(Self.client)"
            client_secret_file = "/etc/secret"
            \(identity)
            """
        )
        return try #require(settings.routes.first)
    }

    @Test(arguments: ["exchange-online", "hve"])
    func `a mailbox signs in with its identity`(service: String) throws {
        let route = try route(
            "service = \"\(service)\"\nmailbox = \"ERP@contoso.com\"\nidentity = \"i\""
        )
        #expect(route.signIn == .identity(user: "ERP@contoso.com", identity: "i"))
        #expect(route.tenant == "contoso.onmicrosoft.com")
        #expect(route.port == 587)
        #expect(
            route.accountName == "erp@contoso.com@" + (service == "hve" ? "hve" : "worldwide")
        )
    }

    @Test func `a connector goes to the MX of a domain without signing in`() throws {
        let route = try route(
            """
            service = "connector"
            domain = "Contoso.com"
            client_certificate = "/etc/relay.pem"
            client_key = "/etc/relay.key"
            """,
            allowFrom: true
        )
        #expect(route.mailDomain == "contoso.com")
        #expect(route.host == "")
        #expect(route.port == 25)
        #expect(route.tls == .startTLS)
        #expect(route.signIn == .none)
        #expect(route.accountName == "contoso.com")
    }

    @Test func `direct send may name its host`() throws {
        let route = try route(
            "service = \"direct-send\"\nhost = \"contoso-com.mail.protection.outlook.com\"",
            allowFrom: true
        )
        #expect(route.mailDomain == nil)
        #expect(route.host == "contoso-com.mail.protection.outlook.com")
        #expect(route.port == 25)
        #expect(route.maximumRecipients == 200)
    }

    @Test func `documents with a fixed sender need no allow_from`() throws {
        let settings = try parse(
            """
            [pickup.scans]
            path = "/srv/drop"
            route = "r"
            kind = "documents"
            from = "scanner@contoso.com"
            to = "office@contoso.com"
            [route.r]
            service = "direct-send"
            domain = "contoso.com"
            """
        )
        #expect(settings.pickups.count == 1)
    }

    @Test(
        arguments: [
            "smtp-relay", "alerts@contoso.com",
            "mail.\(client).0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1c",
            "my.mail.\(client).0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1c",
            "mail|\(client)|0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1c",
        ]
    )
    func `Azure Communication Services takes every form of its user names`(user: String) throws {
        let password = try route(
            "service = \"acs\"\nusername = \"\(user)\"\npassword_file = \"/etc/secret\""
        )
        #expect(
            password.signIn
                == .password(user: user, password: SecretReference(path: "/etc/secret"), .any)
        )
        #expect(password.rate == .limited(messages: 100, per: .seconds(3600)))
        #expect(password.maximumOctets == 10_485_760)
        #expect(password.accountName == "\(user.lowercased())@acs")
        let token = try route("service = \"acs\"\nusername = \"\(user)\"\nidentity = \"i\"")
        #expect(token.signIn == .identity(user: user, identity: "i"))
    }

    @Test func `Graph is reached at its own address`() throws {
        let route = try route(
            "service = \"graph\"\nmailbox = \"erp@contoso.com\"\nidentity = \"i\"\nlarge = \"draft\""
        )
        #expect(route.graphURL == "https://graph.microsoft.com")
        #expect(route.host == "graph.microsoft.com")
        #expect(route.port == 443)
        #expect(route.tls == .implicit)
        #expect(route.large == .draft)
        #expect(route.connections == 2)
        #expect(route.recipientsPerDay == 10_000)
    }

    @Test func `one mailbox by SMTP and by Graph is one account`() throws {
        let token = "mailbox = \"erp@contoso.com\"\ntoken_file = \"/run/token\""
        let smtp = try route("service = \"exchange-online\"\n\(token)")
        let graph = try route("service = \"graph\"\n\(token)")
        #expect(smtp.accountName == graph.accountName)
        #expect(smtp.tenant == "contoso.com")
        let own = try route("service = \"graph\"\n\(token)\naccount = \"mine\"")
        #expect(own.accountName == "mine")
    }

    @Test func `{from} works with an identity`() throws {
        let route = try route(
            "service = \"exchange-online\"\nmailbox = \"{from}\"\nidentity = \"i\""
        )
        #expect(route.signIn.isEachAuthor)
        #expect(route.signIn.identity == "i")
    }

    @Test func `a sandbox gets tokens where the identity allows it`() throws {
        let foreign = "allow_foreign_endpoint = true"
        let smtp = try route(
            "service = \"exchange-online\"\nhost = \"127.0.0.1\"\nmailbox = \"a@b.c\"\nidentity = \"i\"",
            identity: foreign
        )
        #expect(smtp.host == "127.0.0.1")
        let graph = try route(
            """
            service = "graph"
            graph_url = "http://127.0.0.1:8080/"
            mailbox = "a@b.c"
            identity = "i"
            """,
            identity: foreign
        )
        #expect(graph.graphURL == "http://127.0.0.1:8080")
    }

    @Test func `every preset can be overridden`() throws {
        let route = try route(
            """
            service = "exchange-online"
            host = "smtp-mail.outlook.com"
            port = 25
            mailbox = "erp@contoso.com"
            identity = "i"
            rate = "5/s"
            connections = 3
            max_recipients = 1000
            recipients_per_day = 5000
            external_recipients_per_day = 8000
            internal_domains = ["Contoso.com", "contoso.onmicrosoft.com"]
            max_size = "35 MB"
            pipelining = "envelope"
            proxy = "http://[2001:db8::1]:8080"
            """
        )
        #expect(route.host == "smtp-mail.outlook.com")
        #expect(route.port == 25)
        #expect(route.rate == .limited(messages: 5, per: .seconds(1)))
        #expect(route.connections == 3)
        #expect(route.maximumRecipients == 1000)
        #expect(route.recipientsPerDay == 5000)
        #expect(route.externalRecipientsPerDay == 8000)
        #expect(route.internalDomains == ["contoso.com", "contoso.onmicrosoft.com"])
        #expect(route.maximumOctets == 36_700_160)
        #expect(route.pipelining == .envelope)
        #expect(route.proxy == .proxy(host: "2001:db8::1", port: 8080))
        #expect(route.proxy?.url == "http://[2001:db8::1]:8080")
    }

    @Test func `the network has its proxy`() throws {
        let settings = try parse(
            """
            [pickup.p]
            path = "/srv/drop"
            route = "r"
            max_per_hour = 100
            max_recipients_per_day = 1000
            priority = "high"
            uncertain_route = "any"
            [route.r]
            service = "smtp"
            host = "mail.example.com"
            [network]
            proxy = "http://proxy.contoso.com:3128"
            no_proxy = ["localhost", ".contoso.com", "*.example.com"]
            """
        )
        #expect(settings.network.proxy == .proxy(host: "proxy.contoso.com", port: 3128))
        #expect(settings.network.noProxy == ["localhost", "contoso.com", "example.com"])
        let pickup = try #require(settings.pickups.first)
        #expect(pickup.maximumPerHour == 100)
        #expect(pickup.maximumRecipientsPerDay == 1000)
        #expect(pickup.priority == .high)
        #expect(pickup.uncertainRoute == .any)
    }
}
