/// The part of `docs/settings.md` that lists what each service presets.
enum ServiceReference {
    /// Whether some service presets another value of a key of `[route.NAME]` than its standard.
    static func presets(_ name: String) -> Bool {
        guard let key = RouteKey(rawValue: name) else { return false }
        var standard: SettingLiteral?
        if case .value(let literal) = key.declaration.absence { standard = literal }
        return MailService.allCases.contains { service in
            Cloud.allCases.contains { cloud in
                let value = service.preset(in: cloud)?.values[key]
                return value != nil && value != standard
            }
        }
    }

    /// Returns the section.
    static func markdown() -> String {
        let services = MailService.allCases.map(row)
        let clouds = Cloud.allCases.map(row)
        return """
            ## What a service presets

            Each value holds until the route's own key says something else.

            | service | host | port | signs in with | connections | rate | recipients: message, day | max_size |
            |---|---|---|---|---|---|---|---|
            \(services.joined(separator: "\n"))

            Every one of them begins with STARTTLS and never goes on without; `"graph"` is HTTPS. \
            `"connector"` and `"direct-send"` look the MX of `domain` up, or go to `host`. No service \
            has pipelining unless the route sets it. `"hve"` and `"acs"` are known in the worldwide cloud only.

            | cloud | `"exchange-online"`: host | its tokens are for | `"graph"`: graph_url | tokens come from |
            |---|---|---|---|---|
            \(clouds.joined(separator: "\n"))

            Tokens for Graph are for `graph_url` with `/.default` after it, those for `"acs"` for \
            `https://communication.azure.com/.default`; `scope` of the identity overrides both. Microsoft \
            does not document what is marked with \(mark): where it is wrong, `host` and `scope` correct it.

            """
    }

    private static let mark = "†"

    private static func row(_ service: MailService) -> String {
        let preset = service.preset(in: .worldwide) ?? ServicePreset()
        let hasClouds = service == .exchangeOnline || service == .graph
        let host = hasClouds ? "by cloud" : preset.host.map { "`\($0)`" } ?? noHost(service)
        let port = service == .graph ? "443" : preset.port.map(String.init) ?? "by `tls`"
        let ways = service.signIns.map(phrase).joined(separator: ", ")
        let connections =
            preset.maximumConnections.map { "\(preset.connections), at most \($0)" }
            ?? "\(preset.connections)"
        let recipients = [preset.maximumRecipients, preset.recipientsPerDay]
            .map { $0.map(String.init) ?? "–" }.joined(separator: ", ")
        let cells = [
            "`\"\(service.rawValue)\"`", host, port, ways, connections, preset.rate, recipients,
            preset.maximumSize ?? "–",
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    private static func noHost(_ service: MailService) -> String {
        service.isReachedByMX ? "MX of `domain`" : "must be given"
    }

    private static func phrase(_ way: SignInWay) -> String {
        way == .none ? "nothing" : "`\(way.rawValue)`"
    }

    private static func row(_ cloud: Cloud) -> String {
        let cells = [
            "`\(cloud.submissionHost)`\(cloud == .dod ? mark : "")",
            "`\(cloud.exchangeScope)`\(cloud == .worldwide ? "" : mark)",
            "`\(cloud.graphURL)`", "`\(cloud.loginHost)`",
        ]
        return "| `\"\(cloud.rawValue)\"` | \(cells.joined(separator: " | ")) |"
    }
}
