package import MailMessage
package import Submission

/// A table `[pickup.NAME]`: a watched folder and its rules.
package struct PickupSettings: Hashable, Sendable {
    /// The name after `pickup.`: letters, digits, `-` and `_`.
    package var name: String
    /// The drop folder: absolute, without `.`, `..` or a trailing slash.
    package var path: String
    /// Names of routes in order of preference; never empty, each one exists.
    package var routes: [String]
    /// The folder that holds `queue/`, `sent/` and the others; ``path`` unless set.
    package var spool: String
    /// What the files are made into; `nil` where they are messages already.
    package var documents: DocumentSettings?
    package var ready: Readiness
    package var settle: Duration
    package var quiet: Duration
    package var patience: Duration
    package var truncated: TruncatedPolicy
    /// Whether subfolders of the drop folder are watched too.
    package var isRecursive: Bool
    package var writers: WriterTrust
    /// The group that may read and move files of the spool.
    package var operators: String?
    package var whenUncertain: UncertainPolicy
    /// Overrides ``RouteSettings/giveUpAfter``.
    package var giveUpAfter: Duration?
    /// The folder in which writers read what was refused.
    package var feedback: String?
    /// The most messages in any hour.
    package var maximumPerHour: Int?
    /// The most recipients in any 24 hours.
    package var maximumRecipientsPerDay: Int?
    package var priority: PickupPriority
    /// Which route may serve after an uncertain attempt.
    package var uncertainRoute: UncertainRoute
    /// Who tells a message's sender that it failed; `nil` tells nobody.
    package var bounceFrom: MailAddress?
    /// What messages may be, and what is repaired, added and checked.
    package var messages = MessageRules()

    /// Creates a pickup with the defaults of every key that has one.
    package init(name: String, path: String, routes: [String], spool: String? = nil) {
        self.name = name
        self.path = path
        self.routes = routes
        self.spool = spool ?? path
        ready = PickupKey.ready.standard(ValueSyntax.readiness)
        settle = PickupKey.settle.standardDuration
        quiet = PickupKey.quiet.standardDuration
        patience = PickupKey.patience.standardDuration
        truncated = PickupKey.truncated.standard(PickupKey.truncated.choice)
        isRecursive = PickupKey.recursive.standard(ValueSyntax.flag)
        writers = PickupKey.writers.standard(PickupKey.writers.choice)
        whenUncertain = PickupKey.whenUncertain.standard(PickupKey.whenUncertain.choice)
        priority = PickupKey.priority.standard(PickupKey.priority.choice)
        uncertainRoute = PickupKey.uncertainRoute.standard(PickupKey.uncertainRoute.choice)
    }
}

/// When a file counts as completely written.
package enum Readiness: Hashable, Sendable {
    /// Nobody has it open for writing.
    case closed
    /// It has its final name: the writer renames it when it is complete.
    case renamed
    /// A second file says so: `x.eml.ok` or `x.ok` for the suffix `.ok`.
    case marker(suffix: String)
}

/// What becomes of a message that looks cut off.
package enum TruncatedPolicy: String, Hashable, Sendable, CaseIterable {
    case hold, send
}

/// Whether whoever writes into a drop folder may be trusted not to interfere with the spool.
package enum WriterTrust: String, Hashable, Sendable, CaseIterable {
    case untrusted, trusted
}

/// What becomes of a message of which the server may or may not hold a copy.
package enum UncertainPolicy: String, Hashable, Sendable, CaseIterable {
    /// Once more after 15 minutes; a second uncertainty holds the message.
    case retry
    case hold
}

/// Whose messages go first.
package enum PickupPriority: String, Hashable, Sendable, CaseIterable {
    case low, normal, high
}

/// Which route a message may take once a server may already hold it.
package enum UncertainRoute: String, Hashable, Sendable, CaseIterable {
    /// Only the one that it was uncertain on.
    case same
    /// Any of the pickup's.
    case any
}
