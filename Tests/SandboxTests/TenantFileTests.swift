import TestSupport
import Testing

@testable import Sandbox

@Suite("Tenant file")
struct TenantFileTests {
    /// The lines every file below begins with; complaints count from line 4.
    private static let tenant = """
        [tenant.contoso]
        id = "5a4db0c5-0000-4000-8000-000000000001"
        domains = ["Contoso.com", "contoso.onmicrosoft.com"]

        """

    private static func read(_ text: String) throws -> Rehearsal {
        try Rehearsal.parse(Array(text.utf8), file: "t.toml")
    }

    /// What is said of a text, without the name of the file.
    private static func complaints(_ text: String) -> String {
        do {
            _ = try read(text)
            return ""
        } catch {
            return "\(error)".replacing("t.toml:", with: "").replacing("t.toml: ", with: "")
        }
    }

    @Test func `the example has everything a table can say`() throws {
        let path = DocumentationTests.path("examples/sandbox/contoso.toml")
        let octets = try readFile(path)
        let rehearsal = try Rehearsal.parse(octets, file: path)
        #expect(rehearsal.organisations.map(\.name) == ["contoso", "fabrikam"])
        #expect(rehearsal.mailboxes.count == 6)
        #expect(rehearsal.applications.count == 5)
        #expect(rehearsal.highVolumeAccounts.map(\.allowedApplications) == [["worker"]])
        #expect(rehearsal.emailResources.map(\.senders) == [["donotreply@contoso.com"]])
        #expect(rehearsal.connectors.map(\.name) == ["plant", "office"])
        #expect(rehearsal.limits == Rehearsal.Limits())
        #expect(rehearsal.excess == .refuse)
        let text = String(decoding: octets, as: UTF8.self)
        for table in TenantTable.allCases {
            for (key, _) in table.keys where !Self.unshown.contains("\(table.rawValue).\(key)") {
                #expect(text.contains("\n\(key) = ") || text.contains("\n#\(key) = "), "\(key)")
            }
        }
    }

    /// Keys the example cannot show: they need a file beside it.
    private static let unshown = ["application.certificates"]

    @Test func `a mailbox is found by its alias and belongs to the tenant of its domain`() throws {
        let rehearsal = try Self.read(
            Self.tenant + """
                [mailbox."ERP@contoso.com"]
                aliases = ["Sales@contoso.onmicrosoft.com"]
                send_as = ["boss@contoso.com"]
                smtp_auth = "enabled"
                """
        )
        let mailbox = try #require(rehearsal.mailbox("sales@CONTOSO.onmicrosoft.com"))
        #expect(mailbox.address == "erp@contoso.com")
        #expect(mailbox.smtpSignIn == .enabled)
        #expect(mailbox.maySend(as: "Boss@contoso.com"))
        #expect(mailbox.maySend(as: "sales@contoso.onmicrosoft.com"))
        #expect(!mailbox.maySend(as: "other@contoso.com"))
        #expect(rehearsal.organisation(of: "x@Contoso.COM")?.name == "contoso")
        #expect(rehearsal.organisation(of: "x@example.com") == nil)
    }

    @Test func `external recipients follow the licences`() throws {
        let one = try Self.read(Self.tenant + "[mailbox.\"a@contoso.com\"]")
        #expect(one.externalRecipients(of: one.organisations[0]) == 10_000)
        let none = try Self.read(Self.tenant + "[mailbox.\"a@contoso.com\"]\nlicensed = false")
        #expect(none.externalRecipients(of: none.organisations[0]) == 9500)
        let fixed = try Self.read(Self.tenant + "[limits]\nexternal_recipients_per_day = 7")
        #expect(fixed.externalRecipients(of: fixed.organisations[0]) == 7)
        let free = try Self.read(
            Self.tenant + "[limits]\nexternal_recipients_per_day = \"unlimited\""
        )
        #expect(free.externalRecipients(of: free.organisations[0]) == nil)
    }

    @Test func `a certificate lies beside the tenant file`() throws {
        let text =
            Self.tenant + """
                [application.erp]
                client_id = "0B1E6A7C-93a4-4d5f-8f1b-3f6f2d9a1c01"
                certificates = ["erp.pem", "/etc/erp.pem"]
                """
        let rehearsal = try Rehearsal.parse(Array(text.utf8), file: "some/where/t.toml")
        let application = try #require(rehearsal.applications.first)
        #expect(application.certificates == ["some/where/erp.pem", "/etc/erp.pem"])
        #expect(application.clientID == "0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01")
        #expect(application.tenant == "contoso")
    }

    @Test(arguments: faults)
    func `what is wrong is said with its line and key`(text: String, complaint: String) {
        #expect(Self.complaints(Self.tenant + text) == complaint)
    }

    @Test func `a file without a tenant is none`() {
        let sentence = "has no tenant. Begin with [tenant.contoso], its id and its domains."
        #expect(Self.complaints("[limits]\nsessions = 3") == " \(sentence)")
    }
}

extension TenantFileTests {
    /// What stands after the tenant, from line 4 on, and what is said of it.
    private static let faults = [
        (
            "[mailbox.\"a@contoso.com\"]\npasword = \"x\"",
            #"5: mailbox.a@contoso.com.pasword: is not a key of [mailbox."ADDRESS"]."#
                + #" Did you mean "password"?"#
        ),
        (
            "[mailbox.\"a@contoso.com\"]\nlicensed = \"yes\"\nmax_size = 35",
            """
            5: mailbox.a@contoso.com.licensed: must be true or false, not the text "yes". \
            Write true, without quotes.
            6: mailbox.a@contoso.com.max_size: must be a size in quotes, not the number 35. \
            Write a number and a unit: "500 KB", "35 MB", "1 GB".
            """
        ),
        (
            "[mailbox.\"a@example.com\"]",
            "4: mailbox.a@example.com: no tenant has the domain of this address."
        ),
        (
            "[mailbox.erp]",
            "4: mailbox.erp: the table's name must be an address in quotes."
        ),
        (
            "[mailbox.\"a@contoso.com\"]\naliases = [\"b@contoso.com\"]\n[hve.\"B@contoso.com\"]",
            "6: hve.B@contoso.com: the address is one of another account."
        ),
        (
            "[mailbox.\"a@contoso.com\"]\naliases = \"b@contoso.com\"",
            "5: mailbox.a@contoso.com.aliases: must be a list, not the text \"b@contoso.com\"."
                + " Put it in [ ]."
        ),
        (
            "[mailbox.\"a@contoso.com\"]\nsmtp_auth = \"on\"",
            "5: mailbox.a@contoso.com.smtp_auth: \"on\" is not one of \"inherit\", \"enabled\","
                + " \"disabled\"."
        ),
        (
            "[mailbox.\"a@contoso.com\"]\nsend_as = [\"b\", 7]",
            """
            5: mailbox.a@contoso.com.send_as: "b" is not an address.
            5: mailbox.a@contoso.com.send_as: must be text in quotes, not the number 7.
            """
        ),
        (
            "[tenant.other]\nid = \"1\"",
            """
            4: tenant.other.domains: is missing.
            5: tenant.other.id: "1" is not a GUID. It looks like \
            "5a4db0c5-0000-4000-8000-000000000001".
            """
        ),
        (
            "[tenant.other]\nid = \"5A4DB0C5-0000-4000-8000-000000000001\"\n"
                + "domains = [\"contoso.COM\", \"x y\"]",
            """
            5: tenant.other.id: is the id of "contoso" as well.
            6: tenant.other.domains: "contoso.com" is a domain of "contoso".
            6: tenant.other.domains: "x y" is not a domain.
            """
        ),
        (
            "[application.erp]\nclient_id = \"0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01\"\n"
                + "tenant = \"contos\"\nsmtp_scope = [\"a@contoso.com\"]\nfederated_issuer = \"x\"",
            """
            6: application.erp.tenant: "contos" is not a tenant of this file. \
            Did you mean "contoso"?
            7: application.erp.smtp_scope: "a@contoso.com" is not a mailbox of this file.
            8: application.erp.federated_issuer: does nothing without federated_subject.
            """
        ),
        (
            "[application.erp]\ncertificate_thumbprints = [\"abc\"]",
            """
            4: application.erp.client_id: is missing.
            5: application.erp.certificate_thumbprints: "abc" is not a SHA-256 digest of 64 \
            hexadecimal digits.
            """
        ),
        (
            "[hve.\"alerts@contoso.com\"]\nallowed_apps = [\"erp\"]",
            "5: hve.alerts@contoso.com.allowed_apps: \"erp\" is not an application."
        ),
        (
            "[acs.mail]\napplication = \"erp\"",
            """
            4: acs.mail.mail_from: is missing.
            5: acs.mail.application: "erp" is not an application.
            """
        ),
        (
            "[connector.plant]\n[connector.office]\naddresses = [\"127.0.0\"]\n"
                + "certificate_name = \"*.*.com\"",
            """
            4: connector.plant: needs either addresses or certificate_name.
            5: connector.office: needs either addresses or certificate_name.
            6: connector.office.addresses: "127.0.0" is not an IP address.
            7: connector.office.certificate_name: "*.com" is not a domain.
            """
        ),
        (
            "[limits]\nsessions = 0\nexcess = \"drop\"\nmax_size = \"151 MB\"\ntoken_life = \"1 m\"",
            """
            5: limits.sessions: must be a whole number from 1 to 1000000000, or "unlimited", \
            not the number 0.
            6: limits.excess: "drop" is not one of "refuse", "delay".
            7: limits.max_size: "151 MB" is too large: at most 150 MB.
            8: limits.token_life: "1 m" is not a time. Did you mean "1 min"?
            """
        ),
        (
            "[limits]\nadvertised_size = \"10 MB\"",
            "4: limits.max_size: is larger than advertised_size."
        ),
        (
            "limits = 3",
            "4: tenant.contoso.limits: is not a key of [tenant.NAME]. docs/sandbox.md lists them."
        ),
        (
            "[pickup.erp]\npath = \"/srv/drop\"",
            "4: pickup: belongs to the settings of the daemon; this must be a tenant file."
        ),
        (
            "[users.erp]",
            "4: users: is not a table of this file; the tables are [tenant.NAME],"
                + " [mailbox.\"ADDRESS\"], [application.NAME], [hve.\"ADDRESS\"], [acs.NAME],"
                + " [connector.NAME], [limits]."
        ),
        (
            "[mailbox.\"a@contoso.com\"]\npassword = x",
            "5: this is not TOML, in a value: could not determine value type."
                + " Text stands in quotes."
        ),
    ]

    @Test func `several tenants have to be told apart`() {
        let text =
            Self.tenant + """
                [tenant.fabrikam]
                id = "9e1f3a52-7b0d-4c2e-8a44-6d2f0b9c7e02"
                domains = ["fabrikam.example"]
                [connector.plant]
                addresses = ["::1"]
                """
        #expect(
            Self.complaints(text)
                == "7: connector.plant.tenant: is missing. Name one of \"contoso\", \"fabrikam\"."
        )
    }

    @Test func `whatever the limits leave out is the service's`() throws {
        let rehearsal = try Self.read(
            Self.tenant + """
                [limits]
                messages_per_minute = "unlimited"
                sessions = 5
                acs_messages_per_hour = "unlimited"
                graph_requests_at_once = 2
                failure_penalty = "2 h"
                """
        )
        var expected = Rehearsal.Limits()
        expected.messagesPerMinute = nil
        expected.sessions = 5
        expected.communication.messagesPerHour = nil
        expected.graph.requestsAtOnce = 2
        expected.failurePenalty = .seconds(7200)
        #expect(rehearsal.limits == expected)
    }
}
