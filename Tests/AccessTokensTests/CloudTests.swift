import AccessTokens
import Submission
import TestSupport
import Testing

@Suite("Clouds and endpoints")
struct CloudTests {
    @Test func `each cloud has its scopes and hosts`() {
        let lines = Cloud.allCases.flatMap { cloud in
            ["\(cloud.rawValue) \(cloud.loginHost)"]
                + TokenPurpose.allCases.map { "  \($0.rawValue) \($0.applicationScope(in: cloud))" }
        }
        #expect(
            lines.joined(separator: "\n") == """
                worldwide login.microsoftonline.com
                  smtp https://outlook.office365.com/.default
                  hve https://outlook.office365.com/.default
                  acs https://communication.azure.com/.default
                  graph https://graph.microsoft.com/.default
                gcc-high login.microsoftonline.us
                  smtp https://outlook.office365.us/.default
                  hve https://outlook.office365.us/.default
                  acs https://communication.azure.com/.default
                  graph https://graph.microsoft.us/.default
                dod login.microsoftonline.us
                  smtp https://outlook-dod.office365.us/.default
                  hve https://outlook-dod.office365.us/.default
                  acs https://communication.azure.com/.default
                  graph https://dod-graph.microsoft.us/.default
                china login.partner.microsoftonline.cn
                  smtp https://partner.outlook.cn/.default
                  hve https://partner.outlook.cn/.default
                  acs https://communication.azure.com/.default
                  graph https://microsoftgraph.chinacloudapi.cn/.default
                """
        )
    }

    @Test func `a person's scope brings a refresh token, and a scope of the settings wins`() {
        var options = IdentityOptions(name: "contoso", credential: .deviceLogin(folder: "/x"))
        #expect(
            options.scope(for: .smtp) == "https://outlook.office.com/SMTP.Send offline_access"
        )
        #expect(
            options.scope(for: .graph) == "https://graph.microsoft.com/Mail.Send offline_access"
        )
        options.cloud = .gccHigh
        #expect(
            options.scope(for: .smtp) == "https://outlook.office365.us/SMTP.Send offline_access"
        )
        options.scope = "mine"
        #expect(options.scope(for: .acs) == "mine")
    }

    @Test(arguments: [
        ("smtp.office365.com", Cloud.worldwide, true), ("SMTP.Office365.com.", .worldwide, true),
        ("outlook.office365.com", .worldwide, true), ("smtp-hve.office365.com", .worldwide, true),
        ("smtp.azurecomm.net", .worldwide, true), ("graph.microsoft.com", .worldwide, true),
        ("smtp-mail.outlook.com", .worldwide, true), ("smtp.office365.us", .worldwide, false),
        ("smtp.office365.us", .gccHigh, true), ("graph.microsoft.us", .gccHigh, true),
        ("smtp.office365.com", .gccHigh, false), ("dod-graph.microsoft.us", .dod, true),
        ("smtp.partner.outlook.cn", .china, true), ("127.0.0.1", .worldwide, false),
        ("localhost", .worldwide, false), ("evil.outlook.com", .worldwide, false),
        ("smtp.office365.com.evil.test", .worldwide, false), ("", .worldwide, false),
    ])
    func `a token is shown to hosts of its cloud alone`(
        _ host: String,
        _ cloud: Cloud,
        _ isAllowed: Bool
    ) {
        let problem = EndpointRule.problem(host: host, cloud: cloud, allowsForeignEndpoint: false)
        #expect(
            problem
                == (isAllowed
                    ? nil
                    : "the host '\(host)' is outside the cloud '\(cloud.rawValue)', and a token is "
                        + "shown to no other host unless allow_foreign_endpoint is set")
        )
        #expect(
            EndpointRule.problem(host: host, cloud: cloud, allowsForeignEndpoint: true) == nil
        )
    }

    @Test(
        arguments: [
            (nil, "contoso.com", "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"),
            ("https://login.test/", "t", "https://login.test/t/oauth2/v2.0/token"),
            ("https://login.test/base", "t", "https://login.test/base/t/oauth2/v2.0/token"),
            ("http://127.0.0.1:8025", "t", "http://127.0.0.1:8025/t/oauth2/v2.0/token"),
            (
                "http://login.test", "t",
                "the sign-in address of identity 'contoso' is not an https address"
            ),
            (
                "https://login.test/?x", "t",
                "the sign-in address of identity 'contoso' is not an https address"
            ),
            (
                "login.test", "t",
                "the sign-in address of identity 'contoso' is not an https address"
            ),
            (nil, "", "the tenant of identity 'contoso' is neither a domain nor an id"),
            (nil, "a/b", "the tenant of identity 'contoso' is neither a domain nor an id"),
            (nil, "a?b", "the tenant of identity 'contoso' is neither a domain nor an id"),
        ] as [(String?, String, String)]
    )
    func `secrets go to the cloud's login host or to the one of the settings`(
        _ endpoint: String?,
        _ tenant: String,
        _ expected: String
    ) {
        let options = IdentityOptions(
            name: "contoso",
            tenant: tenant,
            credential: .clientSecret(path: "/x"),
            loginEndpoint: endpoint
        )
        do {
            #expect(try EndpointRule.signIn("token", for: options) == expected)
        } catch {
            #expect(error.sentence == expected)
        }
    }
}
