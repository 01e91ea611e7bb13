internal import Delivery
internal import Operations

/// Whether mail flows: the one question an operator has.
struct FlowAnswer: Hashable {
    /// The answer in a word.
    enum Word: Hashable {
        case yes, partly, no, unknown
    }

    /// Something that keeps mail from flowing.
    struct Obstacle: Hashable {
        /// What it is about, such as `Pickup erp`.
        var subject: String
        /// What is the matter and what to do.
        var sentence: String
    }

    var word: Word
    /// The rest of the answer in a sentence or two.
    var summary: String
    var obstacles: [Obstacle] = []

    /// How old the daemon's word may be, in microseconds; it gives one every two seconds.
    private static let freshness: Int64 = 30_000_000

    /// Judges what the daemon knew last.
    init(_ snapshot: RelaySnapshot?, now: Int64) {
        guard let snapshot else {
            word = .unknown
            summary = "Postchute is starting and has not looked yet. Look again in a moment."
            return
        }
        let age = Readable.microseconds(from: snapshot.takenAt, to: now)
        guard age < Self.freshness else {
            word = .unknown
            summary =
                "Delivery has not reported for \(Readable.span(seconds: age / 1_000_000)): it hangs, "
                + "or the disk does. The journal says more."
            return
        }
        obstacles = Self.obstacles(snapshot)
        let blocked = snapshot.pickups.count { Self.isBlocked($0, snapshot) }
        word =
            switch (blocked, obstacles.isEmpty) {
            case (0, true): .yes
            case (snapshot.pickups.count, _): .no
            default: .partly
            }
        summary = Self.summary(word, blocked: blocked, snapshot, now: now)
    }

    private static func obstacles(_ snapshot: RelaySnapshot) -> [Obstacle] {
        let told = StatusReport.obstacles(in: snapshot) + StatusReport.cautions(in: snapshot)
        return told.map { Obstacle(subject: $0.subject.capitalizedFirst, sentence: $0.sentence) }
    }

    /// Why messages of a pickup wait, with what to do, as far as it is known: its own trouble, and
    /// that of its routes where all of them have some.
    func reasons(of pickup: String, routes: [String]) -> [String] {
        let own = obstacles.filter { $0.subject == "Pickup \(pickup)" }
        let theirs = routes.map { route in obstacles.filter { $0.subject == "Route \(route)" } }
        let shared = theirs.allSatisfy { !$0.isEmpty } ? theirs.flatMap(\.self) : []
        return (own + shared).map { "It waits. \($0.subject): \($0.sentence)" }
    }

    /// Whether a pickup can send nothing now.
    private static func isBlocked(
        _ pickup: RelaySnapshot.PickupStatus,
        _ snapshot: RelaySnapshot
    ) -> Bool {
        if pickup.isPaused || pickup.suspended != nil || pickup.folder != nil { return true }
        guard let name = pickup.route else { return true }
        let route = snapshot.routes.first { $0.name == name }
        return route.map { $0.isPaused || $0.cause != nil } ?? false
    }

    private static func summary(
        _ word: Word,
        blocked: Int,
        _ snapshot: RelaySnapshot,
        now: Int64
    ) -> String {
        let waiting = snapshot.pickups.reduce(0) { $0 + $1.waiting + $1.deferred + $1.underWay }
        let queue =
            waiting == 0 ? "Nothing waits." : Self.queue(waiting, snapshot.backlog, now: now)
        return switch word {
        case .yes: "Every pickup can send. \(queue)"
        case .partly where blocked == 0:
            "Mail flows, but something needs attention. \(queue)"
        case .partly:
            "\(blocked) of \(snapshot.pickups.count) pickups cannot send. What was taken in stays "
                + "queued. \(queue)"
        case .no:
            "No pickup can send. What was taken in stays queued and is sent once the cause is gone. "
                + "\(queue)"
        case .unknown: ""
        }
    }
}

extension FlowAnswer {
    private static func queue(_ waiting: Int, _ backlog: BacklogEstimate?, now: Int64) -> String {
        let messages = "\(Figures.count(waiting, "message")) \(waiting == 1 ? "waits" : "wait")"
        switch backlog {
        case nil, .done: return "\(messages)."
        case .unknown: return "\(messages); it is not known until when."
        case .about(let seconds):
            return "\(messages), for \(BacklogEstimate.about(seconds: seconds).words(now: now))."
        case .notBefore(let instant):
            let words = BacklogEstimate.notBefore(instant).words(now: now)
            return "\(messages), the last of them \(words)."
        }
    }
}

extension BacklogEstimate {
    /// For a cell of a table: how long it takes.
    func shortly(now: Int64) -> String {
        switch self {
        case .done: "–"
        case .unknown: "not known"
        case .about, .notBefore: words(now: now)
        }
    }
}

extension FlowAnswer.Word {
    /// The word as the page has it.
    var text: String {
        switch self {
        case .yes: "Yes."
        case .partly: "Partly."
        case .no: "No."
        case .unknown: "Not known."
        }
    }

    /// The tone it is shown in.
    var tone: String {
        switch self {
        case .yes: "good"
        case .partly, .unknown: "warn"
        case .no: "bad"
        }
    }
}

extension String {
    /// The text with its first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
