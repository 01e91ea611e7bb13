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
            return "\(error)".replacing("t.toml:", with: "")
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
        #expect(Self.complaints("[limits]\nsessions = 3") == "t.toml: \(sentence)")
    }
}

extension TenantFileTests {
    private static let faults = [
        (
            "[mailbox.\"a@contoso.com\"]\npasword = \"x\"",
            #"5: mailbox.a@contoso.com.pasword: is not a key of [mailbox."ADDRESS"]."#
                + #" Did you mean "password"?"#
        )
    ]
}
