import AccessTokens
import Settings
import Testing

/// A row of the table: what a service is in a cloud.
struct PresetRow: CustomTestStringConvertible {
    let service: MailService
    let cloud: Settings.Cloud
    /// Host and port, or for Graph its root.
    let server: String?
    let scope: String?
    /// Sessions by default / at most, rate, recipients for each message / for each day, size.
    let limits: String

    init(
        _ service: MailService,
        _ cloud: Settings.Cloud,
        _ server: String?,
        _ scope: String?,
        _ limits: String
    ) {
        (self.service, self.cloud, self.server) = (service, cloud, server)
        (self.scope, self.limits) = (scope, limits)
    }

    var testDescription: String { "\(service.rawValue) in \(cloud.rawValue)" }
}

@Suite("Service presets")
struct ServicePresetTests {
    private static let mailbox = "2/3 30/min 500/10000 150 MB"
    private static let graph = "2/4 30/min 500/10000 150 MB"
    private static let exchanger = "2/- unlimited 200/- 150 MB"

    static let rows: [PresetRow] =
        [
            PresetRow(
                .exchangeOnline,
                .worldwide,
                "smtp.office365.com:587",
                "https://outlook.office365.com/.default",
                mailbox
            ),
            PresetRow(
                .exchangeOnline,
                .gccHigh,
                "smtp.office365.us:587",
                "https://outlook.office365.us/.default",
                mailbox
            ),
            PresetRow(
                .exchangeOnline,
                .dod,
                "outlook-dod.office365.us:587",
                "https://outlook-dod.office365.us/.default",
                mailbox
            ),
            PresetRow(
                .exchangeOnline,
                .china,
                "smtp.partner.outlook.cn:587",
                "https://partner.outlook.cn/.default",
                mailbox
            ),
            PresetRow(
                .graph,
                .worldwide,
                "https://graph.microsoft.com",
                "https://graph.microsoft.com/.default",
                graph
            ),
            PresetRow(
                .graph,
                .gccHigh,
                "https://graph.microsoft.us",
                "https://graph.microsoft.us/.default",
                graph
            ),
            PresetRow(
                .graph,
                .dod,
                "https://dod-graph.microsoft.us",
                "https://dod-graph.microsoft.us/.default",
                graph
            ),
            PresetRow(
                .graph,
                .china,
                "https://microsoftgraph.chinacloudapi.cn",
                "https://microsoftgraph.chinacloudapi.cn/.default",
                graph
            ),
            PresetRow(
                .hve,
                .worldwide,
                "smtp-hve.office365.com:587",
                "https://outlook.office365.com/.default",
                "4/- unlimited -/- -"
            ),
            PresetRow(
                .acs,
                .worldwide,
                "smtp.azurecomm.net:587",
                "https://communication.azure.com/.default",
                "2/- 100/h 50/- 10 MB"
            ),
            PresetRow(
                .smtp,
                .worldwide,
                nil,
                "https://outlook.office365.com/.default",
                "2/- unlimited -/- -"
            ),
        ]
        + Settings.Cloud.allCases.flatMap { cloud in
            [
                PresetRow(.connector, cloud, "MX:25", nil, "4/- unlimited 200/- 150 MB"),
                PresetRow(.directSend, cloud, "MX:25", nil, exchanger),
            ]
        }

    @Test(arguments: rows)
    func `are exactly these`(row: PresetRow) throws {
        let preset = try #require(row.service.preset(in: row.cloud))
        let server = preset.port.map { "\(preset.host ?? "MX"):\($0)" } ?? preset.graphURL
        #expect(server == row.server)
        #expect(preset.scope == row.scope)
        #expect(preset.pipelining == .off)
        #expect(preset.tls == (preset.port == nil ? nil : .startTLS))
        let most = preset.maximumConnections.map(String.init) ?? "-"
        let recipients = preset.maximumRecipients.map(String.init) ?? "-"
        let day = preset.recipientsPerDay.map(String.init) ?? "-"
        #expect(
            row.limits == "\(preset.connections)/\(most) \(preset.rate) \(recipients)/\(day) "
                + "\(preset.maximumSize ?? "-")"
        )
    }

    @Test(arguments: [MailService.hve, .acs], [Settings.Cloud.gccHigh, .dod, .china])
    func `do not exist where the service is not known to`(
        service: MailService,
        cloud: Settings.Cloud
    ) {
        #expect(service.preset(in: cloud) == nil)
    }

    @Test(
        arguments: [
            (MailService.smtp, "identity token_file password_file none"),
            (.exchangeOnline, "identity token_file password_file"),
            (.hve, "identity token_file password_file"),
            (.acs, "identity token_file password_file"),
            (.graph, "identity token_file"), (.connector, "none"), (.directSend, "none"),
        ]
    )
    func `say how a service signs in`(service: MailService, ways: String) {
        #expect(service.signIns.map(\.rawValue).joined(separator: " ") == ways)
    }

    @Test(
        arguments: [
            (Settings.Cloud.worldwide, "login.microsoftonline.com"),
            (.gccHigh, "login.microsoftonline.us"),
            (.dod, "login.microsoftonline.us"), (.china, "login.partner.microsoftonline.cn"),
        ]
    )
    func `say where a cloud issues tokens`(cloud: Settings.Cloud, host: String) {
        #expect(cloud.loginHost == host)
        #expect(cloud.contains(host))
    }

    @Test(
        arguments: [
            (Settings.Cloud.worldwide, "smtp.office365.com", true),
            (.worldwide, "SMTP.Office365.com", true),
            (.worldwide, "smtp-mail.outlook.com", true), (.worldwide, "smtp.azurecomm.net", true),
            (.worldwide, "notoffice365.com", false), (.worldwide, "office365.com.evil.test", false),
            (.worldwide, "smtp.office365.us", false), (.worldwide, "127.0.0.1", false),
            (.worldwide, "", false), (.gccHigh, "smtp.office365.us", true),
            (.gccHigh, "graph.microsoft.com", false), (.gccHigh, "dod-graph.microsoft.us", false),
            (.dod, "dod-graph.microsoft.us", true), (.china, "smtp.partner.outlook.cn", true),
            (.china, "login.chinacloudapi.cn", true), (.china, "smtp.office365.com", false),
        ]
    )
    func `hosts belong to a cloud or not`(cloud: Settings.Cloud, host: String, belongs: Bool) {
        #expect(cloud.contains(host) == belongs)
    }

    @Test func `every preset of every service lies in its own cloud`() {
        for row in Self.rows where row.service != .smtp && !row.service.isReachedByMX {
            let preset = row.service.preset(in: row.cloud)
            let host = preset?.host ?? preset?.graphURL.map { String($0.dropFirst(8)) } ?? ""
            #expect(row.cloud.contains(host))
        }
    }
}

/// What the presets say of tokens is what is asked for.
@Suite("Presets and tokens")
struct PresetTokenTests {
    @Test(
        arguments: [
            (MailService.exchangeOnline, TokenPurpose.smtp), (.hve, .hve), (.acs, .acs),
            (.graph, .graph),
        ]
    )
    func `agree in every cloud`(service: MailService, purpose: TokenPurpose) throws {
        for cloud in Settings.Cloud.allCases {
            guard let preset = service.preset(in: cloud) else { continue }
            let found = AccessTokens.Cloud(rawValue: cloud.rawValue)
            let other = try #require(found)
            #expect(preset.scope == purpose.applicationScope(in: other))
            #expect(cloud.loginHost == other.loginHost)
            let host = preset.host ?? preset.graphURL.map { String($0.dropFirst(8)) } ?? ""
            #expect(
                EndpointRule.problem(host: host, cloud: other, allowsForeignEndpoint: false) == nil
            )
        }
    }
}
