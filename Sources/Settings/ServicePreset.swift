/// What holds for a route of one service in one cloud where its file says nothing.
///
/// Each value belongs to a key of the route, so that every one can be overridden; a value that is
/// missing has no preset.
package struct ServicePreset: Hashable, Sendable {
    package var host: String?
    package var port: Int?
    package var tls: TLSMode?
    /// What a token for the service is for.
    package var scope: String?
    package var pipelining = Pipelining.off
    package var connections = 2
    /// The most sessions that the service lets one mailbox have; `nil` where it names no figure.
    package var maximumConnections: Int?
    /// As a file writes it.
    package var rate = "unlimited"
    package var maximumRecipients: Int?
    package var recipientsPerDay: Int?
    /// The largest message, as a file writes it.
    package var maximumSize: String?
    package var graphURL: String?

    /// Creates a preset in which only the standard of every key holds.
    package init() {}

    /// The preset as values of keys.
    var values: [RouteKey: SettingLiteral] {
        var values: [RouteKey: SettingLiteral] = [
            .pipelining: .text(pipelining.rawValue),
            .connections: .integer(Int64(connections)),
            .rate: .text(rate),
        ]
        values[.host] = host.map { .text($0) }
        values[.port] = port.map { .integer(Int64($0)) }
        values[.tls] = tls.map { .text($0.rawValue) }
        values[.maxRecipients] = maximumRecipients.map { .integer(Int64($0)) }
        values[.recipientsPerDay] = recipientsPerDay.map { .integer(Int64($0)) }
        values[.maxSize] = maximumSize.map { .text($0) }
        values[.graphURL] = graphURL.map { .text($0) }
        return values
    }
}

extension MailService {
    /// The preset in a cloud; `nil` where the service is not known to exist there.
    package func preset(in cloud: Cloud) -> ServicePreset? {
        switch self {
        case .smtp: .smtp(cloud)
        case .exchangeOnline: .exchangeOnline(cloud)
        case .connector: .connector
        case .directSend: .directSend
        case .hve: cloud == .worldwide ? .hve : nil
        case .acs: cloud == .worldwide ? .acs : nil
        case .graph: .graph(cloud)
        }
    }
}

// The figures are those of the service descriptions; what none of them names has no preset.
extension ServicePreset {
    fileprivate static func smtp(_ cloud: Cloud) -> Self {
        var preset = Self()
        preset.scope = cloud.exchangeScope
        return preset
    }

    fileprivate static func exchangeOnline(_ cloud: Cloud) -> Self {
        var preset = Self()
        (preset.host, preset.port, preset.tls) = (cloud.submissionHost, 587, .startTLS)
        preset.scope = cloud.exchangeScope
        // Three are allowed; other programs of the mailbox get one of them.
        (preset.connections, preset.maximumConnections) = (2, 3)
        preset.rate = "30/min"
        (preset.maximumRecipients, preset.recipientsPerDay) = (500, 10_000)
        preset.maximumSize = "150 MB"
        return preset
    }

    // Through the MX one transaction carries at most 200 recipients of one domain.
    private static var mailExchanger: Self {
        var preset = Self()
        (preset.port, preset.tls) = (25, .startTLS)
        preset.maximumRecipients = 200
        preset.maximumSize = "150 MB"
        return preset
    }

    fileprivate static var connector: Self {
        var preset = mailExchanger
        preset.connections = 4
        return preset
    }

    fileprivate static var directSend: Self { mailExchanger }

    fileprivate static var hve: Self {
        var preset = Self()
        (preset.host, preset.port, preset.tls) = ("smtp-hve.office365.com", 587, .startTLS)
        preset.scope = Cloud.worldwide.exchangeScope
        preset.connections = 4
        return preset
    }

    // 100 messages an hour are the stricter of the two limits that a new domain has.
    fileprivate static var acs: Self {
        var preset = Self()
        (preset.host, preset.port, preset.tls) = ("smtp.azurecomm.net", 587, .startTLS)
        preset.scope = "https://communication.azure.com/.default"
        preset.rate = "100/h"
        preset.maximumRecipients = 50
        preset.maximumSize = "10 MB"
        return preset
    }

    fileprivate static func graph(_ cloud: Cloud) -> Self {
        var preset = Self()
        preset.graphURL = cloud.graphURL
        preset.scope = "\(cloud.graphURL)/.default"
        (preset.connections, preset.maximumConnections) = (2, 4)
        preset.rate = "30/min"
        (preset.maximumRecipients, preset.recipientsPerDay) = (500, 10_000)
        preset.maximumSize = "150 MB"
        return preset
    }
}
