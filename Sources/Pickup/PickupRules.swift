package import Documents

/// When a file of a pickup counts as finished.
package enum ReadyPolicy: Hashable, Sendable {
    /// Nobody has it open for writing, and it did not change for a while.
    case closed
    /// Its name alone says so: the writer uses another name until it is done.
    case renamed
    /// A second file with this suffix says so: `x.eml.ok`, or `x.ok`.
    case marker(suffix: String)
}

/// What becomes of a file whose end is missing after ``PickupRules/patience``.
package enum TruncatedPolicy: Hashable, Sendable {
    /// It is set aside in `held/`.
    case hold
    /// It is sent as it is.
    case send
}

/// How one pickup decides that a file is ready, and how often it looks.
package struct PickupRules: Hashable, Sendable {
    /// What makes a file ready.
    package var ready: ReadyPolicy
    /// How long a file written in place must be unchanged after its writer closed it.
    package var settle: Duration
    /// How long a file must be unchanged where nobody can tell whether it is open.
    package var quiet: Duration
    /// How long a file that looks truncated may stay unchanged before something is done about it.
    package var patience: Duration
    /// What is done about it.
    package var truncated: TruncatedPolicy
    /// Whether subfolders are picked up too.
    package var isRecursive: Bool
    /// What the files are, where they are documents; `nil` where they are messages.
    package var documents: DocumentPickup?
    /// The time between scans where the watch helper sees everything.
    package var scanInterval: Duration
    /// The time between scans of a file system whose changes it cannot see.
    package var pollInterval: Duration

    /// How many folders deep a recursive pickup looks; the watch helper goes no deeper either.
    package static let maximumDepth = 16

    /// Creates rules; the defaults are those of the settings.
    package init(
        ready: ReadyPolicy = .closed,
        settle: Duration = .seconds(1),
        quiet: Duration = .seconds(10),
        patience: Duration = .seconds(30),
        truncated: TruncatedPolicy = .hold,
        isRecursive: Bool = false,
        documents: DocumentPickup? = nil,
        scanInterval: Duration = .seconds(30),
        pollInterval: Duration = .seconds(2)
    ) {
        self.ready = ready
        self.settle = settle
        self.quiet = quiet
        self.patience = patience
        self.truncated = truncated
        self.isRecursive = isRecursive
        self.documents = documents
        self.scanInterval = scanInterval
        self.pollInterval = pollInterval
    }
}

extension PickupRules {
    /// The endings of the files that the pickup sends.
    var endings: [String] { documents?.endings ?? ["eml"] }
}

/// What a pickup has to know of documents.
package struct DocumentPickup: Hashable, Sendable {
    /// What may be sent.
    package var rules: DocumentRules
    /// How long after a file the next one may come to be in the same message; `nil` makes a message
    /// of each.
    package var bundle: Duration?

    /// Creates the rules of a pickup for documents.
    package init(rules: DocumentRules, bundle: Duration? = nil) {
        self.rules = rules
        self.bundle = bundle
    }

    /// The endings of files that are sent.
    var endings: [String] { rules.types.flatMap(\.extensions) }
}
