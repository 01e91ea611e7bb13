package import Submission

/// The table `[alerts]` and the channels `[alert.NAME]`: what people are told of, and how.
package struct AlertSettings: Hashable, Sendable {
    /// The least time between two notices of one channel.
    package var every: Duration
    /// How often a channel is reminded of what lasts.
    package var remind: Duration
    /// From which age on a waiting message is an alert.
    package var backlog: Duration
    /// How long files may wait while nothing is sent.
    package var stalled: Duration
    /// The channels, in the order of the file.
    package var channels: [AlertChannelSettings]

    /// Creates the table with the standard of every key, and no channels.
    package init(channels: [AlertChannelSettings] = []) {
        every = AlertsKey.every.standardDuration
        remind = AlertsKey.remind.standardDuration
        backlog = AlertsKey.backlog.standardDuration
        stalled = AlertsKey.stalled.standardDuration
        self.channels = channels
    }
}

/// What people can be told of; the raw values are words of the settings and of every notice.
package enum AlertCondition: String, Hashable, Sendable, Codable, CaseIterable {
    case messageFailed = "message-failed"
    case messageHeld = "message-held"
    case possibleDuplicate = "possible-duplicate"
    case routeSuspended = "route-suspended"
    case senderSuspended = "sender-suspended"
    case accountLimited = "account-limited"
    case pickupSuspended = "pickup-suspended"
    case folderMissing = "folder-missing"
    case readinessDegraded = "readiness-degraded"
    case backlog
    case stalled
    case pickupRate = "pickup-rate"
    case diskLow = "disk-low"
    case credentialExpiring = "credential-expiring"
    case ledgerNotWritten = "ledger-not-written"
    case restartedAfterCrash = "restarted-after-crash"
    case alertsNotDelivered = "alerts-not-delivered"
}

/// A table `[alert.NAME]`: one way to tell people.
package struct AlertChannelSettings: Hashable, Sendable {
    /// The name after `alert.`: letters, digits, `-` and `_`.
    package var name: String
    package var means: AlertMeans
    package var severity: AlertLevel
    /// What it is told of; empty is everything.
    package var conditions: Set<AlertCondition>
    /// The pickups it is told of; empty is all of them. What concerns no pickup is told anyway.
    package var pickups: [String]

    /// Creates a channel that is told of everything.
    package init(name: String, means: AlertMeans) {
        (self.name, self.means) = (name, means)
        severity = AlertKey.severity.standard(AlertKey.severity.choice)
        conditions = []
        pickups = []
    }
}

/// From which severity on a channel is told.
package enum AlertLevel: String, Hashable, Sendable, CaseIterable {
    case warning, critical
}

/// How a channel tells.
package enum AlertMeans: Hashable, Sendable {
    case mail(AlertMail)
    case webhook(AlertWebhook)
    case command(AlertCommand)

    /// The words of `kind`.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case mail, webhook, command
    }

    /// Which of them it is.
    package var kind: Kind {
        switch self {
        case .mail: .mail
        case .webhook: .webhook
        case .command: .command
        }
    }
}

/// A mail to people, by a route of the file.
package struct AlertMail: Hashable, Sendable {
    /// Names of routes in order of preference; never empty.
    package var routes: [String]
    package var from: MailAddress
    /// Never empty.
    package var to: [MailAddress]

    /// Creates a mail.
    package init(routes: [String], from: MailAddress, to: [MailAddress]) {
        (self.routes, self.from, self.to) = (routes, from, to)
    }
}

/// A request to a chat or to another service.
package struct AlertWebhook: Hashable, Sendable {
    /// The file that holds the address, which is a secret.
    package var url: SecretReference
    package var format: Format
    /// The hosts, and domains with all below them, that the address may name.
    package var hosts: [String]
    /// Certificates that replace the trust store of the system.
    package var caFile: String?
    /// Whether HTTP is allowed to this very host.
    package var allowsLoopback: Bool
    package var timeout: Duration

    /// Creates a webhook whose hosts are those of its format.
    package init(url: SecretReference, format: Format) {
        (self.url, self.format) = (url, format)
        hosts = format.hosts
        allowsLoopback = false
        timeout = AlertKey.timeout.standardDuration
    }

    /// What the service understands.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// A workflow of Microsoft Teams, which takes an adaptive card.
        case teams
        case slack
        case json

        /// Where the service listens; empty where anybody may have one.
        package var hosts: [String] {
            switch self {
            case .teams: ["logic.azure.com", "powerplatform.com", "webhook.office.com"]
            case .slack: ["hooks.slack.com"]
            case .json: []
            }
        }
    }
}

/// A program that is given the notice as JSON on its standard input.
package struct AlertCommand: Hashable, Sendable {
    /// The program, an absolute path, then its arguments.
    package var arguments: [String]
    package var timeout: Duration

    /// Creates a command.
    package init(arguments: [String]) {
        self.arguments = arguments
        timeout = AlertKey.timeout.standardDuration
    }
}
