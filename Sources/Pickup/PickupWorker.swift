internal import MailMessage
internal import Spool

/// Everything a pickup's thread does, one turn at a time.
///
/// Not thread-safe: confined to that thread, or to a test that plays it.
final class PickupWorker {
    let rules: PickupRules
    let hooks: PickupHooks
    let open: () throws(SpoolError) -> MessageSpool
    let report: (PickupEvent) -> Void
    /// Asked between two files of a long scan.
    var isStopped: () -> Bool = { false }

    var state: State
    var waiting: [CandidateKey: Waiting] = [:]
    var memory: LeftFiles
    var batch = ClaimBatch()
    var allowance = ReportAllowance()
    var nextScan = Duration.zero
    /// A scan somebody asked for may not begin before this.
    var earliestScan = Duration.zero
    var readiness: EffectiveReadiness?
    /// Whether a claim worked since the last one that did not.
    var hasClaimed = false

    enum State {
        /// Claims work, or will be found not to.
        case open(CandidateLooker)
        /// Claims failed; tried again at the time.
        case suspended(CandidateLooker, Suspension)
        /// The folder is not there or was replaced; the spool is kept in case it comes back.
        case missing(MessageSpool?, SpoolError?, retry: Duration)
    }

    struct Suspension {
        var error: SpoolError
        var delay: Duration
        var retry: Duration
    }

    struct Waiting {
        var readiness: Readiness
        var due: Duration
        /// How many looks in a row something changed under.
        var races = 0
    }

    /// Between two looks when something changed under the first, doubled each time.
    static let shortestRaceDelay = Duration.milliseconds(20)
    /// After so many races in a row, about ten seconds, an operator is told.
    static let racesUntilReport = 10

    static let shortestSuspension = Duration.seconds(5)
    static let longestSuspension = Duration.seconds(60)
    static let missingDelay = Duration.seconds(2)
    /// Whoever asks for scans without end gets one tenth of the time.
    static let scanRest = 10
    static let shortestScanRest = Duration.milliseconds(200)
    /// Subfolders one scan visits at most.
    static let maximumFolders = 8192

    /// Creates a worker; without a spool it begins by opening one.
    init(
        rules: PickupRules,
        hooks: PickupHooks,
        spool: MessageSpool?,
        open: @escaping () throws(SpoolError) -> MessageSpool,
        report: @escaping (PickupEvent) -> Void
    ) {
        self.rules = rules
        self.hooks = hooks
        self.open = open
        self.report = report
        memory = LeftFiles(limit: hooks.memory)
        if let spool {
            state = .open(CandidateLooker(spool: spool, rules: rules, hooks: hooks))
        } else {
            state = .missing(nil, nil, retry: .zero)
        }
    }

    var now: Duration { hooks.now().monotonic }

    /// Does what is due and returns the monotonic time at which something will be next.
    func turn(_ requests: PickupRequests) -> Duration {
        if requests.isWoken { report(.wake) }
        if requests.wantsScan || requests.isWoken {
            nextScan = min(nextScan, max(earliestScan, now))
        }
        switch state {
        case .missing(let spool, let error, let retry):
            if now >= retry || requests.wantsScan { tryToReturn(spool, after: error) }
        case .suspended(_, let suspension):
            // What is noticed meanwhile is left to a scan.
            if now < suspension.retry && !requests.isEmpty { nextScan = .zero }
        case .open: break
        }
        do throws(SpoolError) {
            if let looker = lookerIfDue() { try work(requests, looker) }
        } catch {
            suspend(error)
        }
        flush()
        tellOmitted()
        return nextTurn
    }

    /// The looker, unless the folder is missing or its suspension lasts.
    private func lookerIfDue() -> CandidateLooker? {
        switch state {
        case .open(let looker): looker
        case .suspended(let looker, let suspension): now >= suspension.retry ? looker : nil
        case .missing: nil
        }
    }

    private func work(
        _ requests: PickupRequests,
        _ looker: CandidateLooker
    ) throws(SpoolError) {
        defer { looker.forgetFolder() }
        try resumeBundles(looker)
        if now >= nextScan {
            guard try scanAll(looker) else { return }
        } else {
            for folder in requests.folders where try !looker.isReserved(folder) {
                try scan(folder, looker)
            }
        }
        for (key, hint) in requests.hints { try follow(hint, key, looker) }
        try lookAtDue(looker)
        try commitBundles(looker)
        resume(looker)
        tellReadiness(looker)
    }

    private var nextTurn: Duration {
        switch state {
        case .missing(_, _, let retry): return retry
        case .suspended(_, let suspension): return suspension.retry
        case .open(let looker): return min(nextWork, nextBundle(looker) ?? nextWork)
        }
    }

    /// When a scan or a file that waits is due.
    var nextWork: Duration { waiting.values.reduce(nextScan) { min($0, $1.due) } }
}
