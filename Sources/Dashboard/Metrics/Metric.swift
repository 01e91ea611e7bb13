/// A number that monitoring can ask for; declared here once, and rendered into docs/metrics.md.
struct Metric: Sendable {
    /// How Prometheus treats it.
    enum Kind: String, Sendable {
        /// Only grows, and begins at zero when the daemon starts.
        case counter
        /// Grows and shrinks.
        case gauge
    }

    /// Without the prefix `postchute_`.
    let name: String
    let kind: Kind
    /// One sentence.
    let help: String
    var labels: [String] = []

    /// The name as it is exposed.
    var fullName: String { "postchute_\(name)" }
}

extension Metric {
    private static func gauge(_ name: String, _ help: String, _ labels: String...) -> Metric {
        Metric(name: name, kind: .gauge, help: help, labels: labels)
    }

    private static func counter(_ name: String, _ help: String, _ labels: String...) -> Metric {
        Metric(name: name, kind: .counter, help: help, labels: labels)
    }

    static let build = gauge("build_info", "The version that runs; always 1.", "version")
    static let start = gauge(
        "start_time_seconds",
        "When the daemon started, in seconds since 1970."
    )
    static let snapshot = gauge(
        "snapshot_time_seconds",
        "When these numbers were taken, in seconds since 1970; one that stands still is a daemon that hangs."
    )
    static let flowing = gauge(
        "mail_flowing",
        "Whether mail flows everywhere, as postchute status says."
    )
    static let crashed = gauge(
        "started_after_crash",
        "Whether the daemon before this one ended without saying so."
    )

    static let claimed = counter("pickup_claimed_total", "Files claimed.", "pickup")
    static let sent = counter("pickup_sent_total", "Messages accepted by a server.", "pickup")
    static let failed = counter("pickup_failed_total", "Messages moved to failed.", "pickup")
    static let held = counter("pickup_held_total", "Messages moved to held.", "pickup")
    static let uncertain = counter(
        "pickup_uncertain_total",
        "Attempts whose outcome is not known: a second copy is possible.",
        "pickup"
    )
    static let waiting = gauge("pickup_waiting", "Messages that wait for their turn.", "pickup")
    static let later = gauge(
        "pickup_deferred",
        "Messages that wait for their next attempt.",
        "pickup"
    )
    static let underWay = gauge("pickup_under_way", "Messages that are being sent.", "pickup")
    static let oldest = gauge(
        "pickup_oldest_seconds",
        "The age of the oldest message that waits or is being sent; 0 where there is none.",
        "pickup"
    )
    static let pickupPaused = gauge("pickup_paused", "Whether an operator paused it.", "pickup")
    static let pickupSuspended = gauge(
        "pickup_suspended",
        "Whether its folders keep it from working.",
        "pickup"
    )
    static let withoutRoute = gauge(
        "pickup_without_route",
        "Whether all of its routes are suspended.",
        "pickup"
    )
    static let senders = gauge("pickup_suspended_senders", "Senders that are suspended.", "pickup")

    static let routeSent = counter("route_sent_total", "Messages accepted over it.", "route")
    static let submitting = gauge("route_submitting", "Messages on their way over it.", "route")
    static let connections = gauge(
        "route_connections_allowed",
        "How many it may send at a time.",
        "route"
    )
    static let routePaused = gauge("route_paused", "Whether an operator paused it.", "route")
    static let routeSuspended = gauge(
        "route_suspended",
        "Whether it is suspended, one series for each cause.",
        "route",
        "cause"
    )

    static let limitUsed = gauge(
        "account_limit_used",
        "What is used of an account's limit.",
        "account",
        "limit"
    )
    static let limit = gauge(
        "account_limit",
        "The account's limit; absent where it has none.",
        "account",
        "limit"
    )
    static let limitWindow = gauge(
        "account_limit_window_seconds",
        "For how long a use counts.",
        "account",
        "limit"
    )
    static let limitRoom = gauge(
        "account_limit_room_seconds",
        "Time until there is room for one more; 0 is now.",
        "account",
        "limit"
    )
    static let sessions = gauge(
        "account_sessions",
        "Submissions of the account under way.",
        "account"
    )

    static let diskFree = gauge(
        "disk_free_bytes",
        "Free octets of a file system that is written to.",
        "path"
    )
    static let diskTotal = gauge("disk_size_bytes", "Its size in octets.", "path")
    static let inodesFree = gauge(
        "disk_free_inodes",
        "Its free inodes, where it counts them.",
        "path"
    )
    static let diskLow = gauge(
        "disk_low",
        "Whether too little is free to start what writes data.",
        "path"
    )

    static let alerts = gauge(
        "alerts_open",
        "Conditions that somebody was told of and that still hold.",
        "severity"
    )
    static let ledger = gauge("ledger_writing", "Whether the ledger is written to.")
    static let expiring = gauge("credentials_ending", "Credentials that end soon.")

    static let credentialEnd = gauge(
        "credential_end_time_seconds",
        "When a certificate or secret ends, in seconds since 1970.",
        "credential"
    )

    static let memory = gauge("process_resident_memory_bytes", "Memory in use.")
    static let processor = counter("process_cpu_seconds_total", "Processor time used.")
    static let descriptors = gauge("process_open_fds", "Open file descriptors.")
    static let descriptorLimit = gauge("process_max_fds", "How many there may be.")

    /// All of them, in the order of the page.
    static let all = [
        build, start, snapshot, flowing, crashed, claimed, sent, failed, held, uncertain, waiting,
        later, underWay, oldest, pickupPaused, pickupSuspended, withoutRoute, senders, routeSent,
        submitting, connections, routePaused, routeSuspended, limitUsed, limit, limitWindow,
        limitRoom, sessions, diskFree, diskTotal, inodesFree, diskLow, alerts, ledger, expiring,
        credentialEnd,
        memory, processor, descriptors, descriptorLimit,
    ]
}
