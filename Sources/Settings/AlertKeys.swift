/// The keys of `[alerts]`.
enum AlertsKey: String, SettingKey {
    case every, remind, backlog, stalled

    static let table = SettingTable.alerts

    var declaration: SettingDeclaration {
        switch self {
        case .every:
            SettingDeclaration(
                .duration(.seconds(60)...(.seconds(86_400))),
                .value("15 min"),
                "The least time between two notices of one channel.",
                remark: """
                    The first alert is told after ten seconds, in which what comes together is \
                    collected; what comes later waits for the next notice.
                    """,
                example: #"every = "30 min""#
            )
        case .remind:
            SettingDeclaration(
                .duration(.seconds(3600)...(.seconds(30 * 86_400))),
                .value("1 d"),
                "How often a channel is reminded of what has been told and lasts.",
                example: #"remind = "12 h""#
            )
        case .backlog:
            SettingDeclaration(
                .duration(.seconds(60)...(.seconds(30 * 86_400))),
                .value("1 h"),
                "From which age on a message that waits is an alert.",
                remark: "A pickup that an operator has paused is not counted.",
                example: #"backlog = "2 h""#
            )
        case .stalled:
            SettingDeclaration(
                .duration(.seconds(60)...(.seconds(86_400))),
                .value("15 min"),
                "How long messages of a pickup may wait while none is sent before that is an alert.",
                remark: "A pickup that an operator has paused is not counted.",
                example: #"stalled = "30 min""#
            )
        }
    }
}

/// The keys of `[alert.NAME]`.
enum AlertKey: String, SettingKey {
    case kind, severity, conditions, pickups
    case route, from, to
    case urlFile = "url_file"
    case format, hosts
    case caFile = "ca_file"
    case allowLoopback = "allow_loopback"
    case command, timeout

    static let table = SettingTable.alert

    /// The kinds of channel that have use for the key.
    var kinds: [AlertMeans.Kind] {
        switch self {
        case .kind, .severity, .conditions, .pickups: AlertMeans.Kind.allCases
        case .route, .from, .to: [.mail]
        case .urlFile, .format, .hosts, .caFile, .allowLoopback: [.webhook]
        case .command: [.command]
        case .timeout: [.webhook, .command]
        }
    }

    var declaration: SettingDeclaration {
        switch self {
        case .kind: AlertDeclarations.kind
        case .severity: AlertDeclarations.severity
        case .conditions: AlertDeclarations.conditions
        case .pickups: AlertDeclarations.pickups
        case .route: AlertDeclarations.route
        case .from: AlertDeclarations.from
        case .to: AlertDeclarations.to
        case .urlFile: AlertDeclarations.urlFile
        case .format: AlertDeclarations.format
        case .hosts: AlertDeclarations.hosts
        case .caFile: AlertDeclarations.caFile
        case .allowLoopback: AlertDeclarations.allowLoopback
        case .command: AlertDeclarations.command
        case .timeout: AlertDeclarations.timeout
        }
    }
}
