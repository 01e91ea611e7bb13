import MailMessage
import Settings
import Submission
import TestSupport
import Testing

@Suite("Good settings")
struct GoodSettingsTests {
    static let examples =
        folderNames("\(packageRoot)/examples/settings").map { "examples/settings/\($0)" }

    @Test(arguments: examples)
    func `every example is accepted`(path: String) {
        #expect(throws: Never.self) {
            try RelaySettings.load(
                path: "\(packageRoot)/\(path)",
                probe: fictionalProbe(
                    environment: path.hasSuffix("kubernetes.toml") ? podEnvironment : [:]
                )
            )
        }
    }

    @Test func `the packaged file is accepted once its settings are comments no more`() throws {
        let octets = try readFile("\(packageRoot)/packaging/postchute.toml")
        let lines = String(decoding: octets, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let active = lines.map { line in
            let isSetting = line.hasPrefix("# [") || line.contains(" = ")
            return isSetting ? line.dropFirst(2) : line
        }
        let settings = try parse(active.joined(separator: "\n"))
        #expect(settings.pickups.map(\.name) == ["erp"])
        #expect(settings.routes.map(\.name) == ["m365"])
    }

    @Test func `there are examples`() {
        #expect(Self.examples.count >= 15)
    }

    @Test func `a minimal file gets the standard of every other setting`() throws {
        let settings = try parse(
            """
            [pickup.lab]
            path = "/srv/drop/lab/"
            route = "lab"

            [route.lab]
            service = "smtp"
            host = "mail.example.com"
            """
        )
        let pickup = PickupSettings(name: "lab", path: "/srv/drop/lab", routes: ["lab"])
        let route = RouteSettings(name: "lab", host: "mail.example.com", port: 587)
        #expect(settings == RelaySettings(pickups: [pickup], routes: [route]))
        #expect(pickup.spool == "/srv/drop/lab")
        #expect(pickup.ready == .closed)
        #expect(pickup.settle == .seconds(1))
        #expect(pickup.quiet == .seconds(10))
        #expect(pickup.patience == .seconds(30))
        #expect(pickup.truncated == .hold)
        #expect(pickup.writers == .untrusted)
        #expect(pickup.whenUncertain == .retry)
        #expect(route.tls == .startTLS)
        #expect(route.trust == .system)
        #expect(route.finalReplyTimeout == .seconds(600))
        #expect(route.retryFirst == .seconds(60))
        #expect(route.retryMaximum == .seconds(3600))
        #expect(route.giveUpAfter == .seconds(172_800))
        #expect(settings.state.directory == "/var/lib/postchute")
        #expect(settings.log == LogSettings(level: .info, style: .auto))
    }

    @Test func `every setting of a pickup arrives`() throws {
        let settings = try parse(
            """
            [pickup.p]
            path = "/srv/drop"
            route = ["a", "b"]
            spool = "/var/spool/p"
            kind = "messages"
            ready = "marker:.ok"
            settle = "2 s"
            quiet = "1min"
            patience = "1 h"
            truncated = "send"
            recursive = true
            writers = "trusted"
            operators = "ops"
            when_uncertain = "hold"
            give_up_after = "3 days"
            envelope = "replay"
            resent = "use"
            from = "replace"
            default_from = "erp@contoso.com"
            default_to = ["a@contoso.com", "b@contoso.com"]
            default_domain = "contoso.com"
            always_bcc = "archive@contoso.com"
            redirect_to = "tester@contoso.com"
            allow_from = ["contoso.com"]
            allow_to = ["*.contoso.com", "c@example.com", "@contoso.com"]
            no_repair = ["utf-16", "date"]
            charset = "ibm850"
            dot_stuffed = true
            max_size = "150 MB"
            feedback = "/srv/feedback"
            \(routes("a", "b"))
            """
        )
        var expected = PickupSettings(
            name: "p",
            path: "/srv/drop",
            routes: ["a", "b"],
            spool: "/var/spool/p"
        )
        expected.ready = .marker(suffix: ".ok")
        expected.settle = .seconds(2)
        expected.quiet = .seconds(60)
        expected.patience = .seconds(3600)
        expected.truncated = .send
        expected.isRecursive = true
        expected.writers = .trusted
        expected.operators = "ops"
        expected.whenUncertain = .hold
        expected.giveUpAfter = .seconds(259_200)
        expected.feedback = "/srv/feedback"
        expected.messages = try messageRules()
        #expect(settings.pickups == [expected])
    }

    private func messageRules() throws -> MessageRules {
        var rules = MessageRules()
        rules.envelope.origin = .replay
        rules.envelope.resent = .use
        rules.envelope.from = .replace
        rules.envelope.defaultFrom = MailAddress(localPart: "erp", domain: "contoso.com")
        rules.envelope.defaultTo = ["a", "b"].compactMap {
            MailAddress(localPart: $0, domain: "contoso.com")
        }
        rules.envelope.defaultDomain = "contoso.com"
        rules.envelope.alwaysBcc = [
            try #require(MailAddress(localPart: "archive", domain: "contoso.com"))
        ]
        rules.envelope.redirectTo = MailAddress(localPart: "tester", domain: "contoso.com")
        rules.envelope.allowFrom = [try #require(AddressPattern("contoso.com"))]
        rules.envelope.allowTo = try ["*.contoso.com", "c@example.com", "@contoso.com"].map {
            try #require(AddressPattern($0))
        }
        rules.withheld = [.utf16, .date]
        rules.charset = "ibm850"
        rules.isDotStuffed = true
        rules.maximumOctets = 157_286_400
        return rules
    }

    @Test func `every setting of a route arrives`() throws {
        let route = try route(
            """
            service = "smtp"
            host = "192.0.2.7"
            port = 2587
            tls = "starttls"
            tls_name = "mail.example.com"
            ca_file = "/etc/ca.pem"
            client_certificate = "/etc/relay.pem"
            client_key = "credential:relay-key"
            client_passphrase_file = "/etc/relay.pass"
            auth = "plain"
            username = "relay"
            mailbox = "erp@contoso.com"
            password_file = "credential:erp"
            connections = 7
            rate = "100 / h"
            max_recipients = 50
            pipelining = "envelope"
            ehlo = "[IPv6:2001:db8::1]"
            bind = "192.0.2.10"
            address_family = "ipv4"
            connect_timeout = "5 s"
            reply_timeout = "40 s"
            final_reply_timeout = "20 min"
            idle_timeout = "0 s"
            retry_first = "500 ms"
            retry_maximum = "10 min"
            give_up_after = "12 hours"
            sandbox = true
            """
        )
        let credentials = "/run/credentials/postchute.service"
        var expected = RouteSettings(name: "r", host: "192.0.2.7", port: 2587)
        expected.tlsName = "mail.example.com"
        expected.trust = .file("/etc/ca.pem")
        expected.clientCertificate = ClientCertificateSettings(
            certificate: "/etc/relay.pem",
            key: SecretReference(
                path: "\(credentials)/relay-key",
                written: "credential:relay-key"
            ),
            passphrase: SecretReference(path: "/etc/relay.pass")
        )
        expected.signIn = .password(
            user: "relay",
            password: SecretReference(path: "\(credentials)/erp", written: "credential:erp"),
            .plain
        )
        expected.connections = 7
        expected.rate = .limited(messages: 100, per: .seconds(3600))
        expected.maximumRecipients = 50
        expected.pipelining = .envelope
        expected.ehlo = "[IPv6:2001:db8::1]"
        expected.bind = "192.0.2.10"
        expected.addressFamily = .ipv4
        expected.connectTimeout = .seconds(5)
        expected.replyTimeout = .seconds(40)
        expected.finalReplyTimeout = .seconds(1200)
        expected.idleTimeout = .zero
        expected.retryFirst = .milliseconds(500)
        expected.retryMaximum = .seconds(600)
        expected.giveUpAfter = .seconds(43_200)
        expected.allowsSandbox = true
        #expect(route == expected)
    }

    @Test func `exchange-online presets server and limits, and signs in with the token`() throws {
        let route = try route(
            """
            service = "exchange-online"
            mailbox = "erp@contoso.com"
            token_file = "/run/token"
            """
        )
        var expected = RouteSettings(
            name: "r",
            service: .exchangeOnline,
            host: "smtp.office365.com",
            port: 587
        )
        expected.rate = .limited(messages: 30, per: .seconds(60))
        expected.connections = 2
        expected.maximumRecipients = 500
        expected.recipientsPerDay = 10_000
        expected.maximumOctets = 157_286_400
        expected.tenant = "contoso.com"
        expected.pipelining = .off
        expected.signIn = .token(
            user: "erp@contoso.com",
            token: SecretReference(path: "/run/token")
        )
        #expect(route == expected)
    }

    @Test(arguments: [("starttls", 587), ("implicit", 465), ("none", 25)])
    func `the port follows the protection`(tls: String, port: UInt16) throws {
        let route = try route("service = \"smtp\"\nhost = \"localhost\"\ntls = \"\(tls)\"")
        #expect(route.port == port)
    }

    @Test(arguments: ["localhost", "127.0.0.1", "127.8.9.10", "::1", "LOCALHOST"])
    func `a host that can only be this one needs no TLS`(host: String) throws {
        let route = try route("service = \"smtp\"\nhost = \"\(host)\"\ntls = \"none\"")
        #expect(route.tls == .none)
    }

    @Test func `a pin may have colons`() throws {
        let digest = Array(repeating: "aB", count: 32).joined(separator: ":")
        let route = try route("service = \"smtp\"\nhost = \"h\"\npin_sha256 = \"\(digest)\"")
        #expect(route.trust == .pinned([UInt8](repeating: 0xAB, count: 32)))
    }

    @Test func `pickups and routes keep the order of the file`() throws {
        let settings = try parse(
            """
            [pickup.z]
            path = "/srv/z"
            route = "y"
            [pickup.a]
            path = "/srv/a"
            route = "b"
            \(routes("y", "b"))
            """
        )
        #expect(settings.pickups.map(\.name) == ["z", "a"])
        #expect(settings.routes.map(\.name) == ["y", "b"])
    }

    @Test func `pickups may lie inside each other while neither reaches the other's messages`()
        throws
    {
        let settings = try parse(
            """
            [pickup.all]
            path = "/srv/drop"
            spool = "/var/spool/all"
            route = "r"
            [pickup.erp]
            path = "/srv/drop/erp"
            spool = "/var/spool/erp"
            route = "r"
            \(routes("r"))
            """
        )
        #expect(settings.pickups.count == 2)
    }

    private func route(_ lines: String) throws -> RouteSettings {
        let settings = try parse(
            "[pickup.p]\npath = \"/srv/drop\"\nroute = \"r\"\n[route.r]\n\(lines)"
        )
        return try #require(settings.routes.first)
    }

    private func routes(_ names: String...) -> String {
        names.map { "[route.\($0)]\nservice = \"smtp\"\nhost = \"mail.example.com\"" }
            .joined(separator: "\n")
    }
}
