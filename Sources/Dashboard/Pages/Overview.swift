internal import Delivery
internal import Ledger
internal import Operations

/// What the overview shows: pure, from what was looked at before.
struct Overview {
    var snapshot: RelaySnapshot?
    var glances: [String: FolderGlance] = [:]
    /// The day, or why there is none.
    var chart: Result<DayChart, MissingFigures> = .failure(.notKept)
    var now: Int64

    /// Why there are no figures of the day.
    enum MissingFigures: Error, Hashable {
        case notKept
        /// The ledger said why.
        case unreadable(String)

        var sentence: String {
            switch self {
            case .notKept:
                "There are no figures: the ledger is not kept. The settings can turn it on with "
                    + "[ledger]."
            case .unreadable(let reason):
                "There are no figures, since the ledger cannot be read: \(reason)"
            }
        }
    }

    /// What the template draws.
    var model: Model {
        let answer = FlowAnswer(snapshot, now: now)
        var model: Model = [
            "answer": .text(answer.word.text), "answerTone": .text(answer.word.tone),
            "summary": .text(answer.summary),
            "obstacles": .some(
                answer.obstacles.map {
                    [
                        "subject": .text("\($0.subject):"), "reason": .text($0.sentence),
                        "advice": .nothing,
                    ]
                }
            ),
            "takenAt": .text(
                snapshot.map { Moment.text($0.takenAt, now: now) } ?? Readable.unknown
            ),
            "startedAt": .optional(snapshot?.startedAt.map { Moment.text($0, now: now) }),
            "alerts": .some(alerts.map(alert)),
            "soon": .some((snapshot?.expiring ?? []).map { ["sentence": .text($0)] }),
            "pickups": .list((snapshot?.pickups ?? []).map(pickup)),
            "routes": .list((snapshot?.routes ?? []).map(route)),
            "disks": .some((snapshot?.disks ?? []).map(disk)),
        ]
        switch chart {
        case .success(let chart): model["chart"] = .model(chart.model)
        case .failure(let reason):
            model["chart"] = .nothing
            model["noChart"] = .text(reason.sentence)
        }
        return model
    }

    /// The alerts of which something is left to act on.
    var alerts: [OpenAlert] {
        guard let snapshot else { return [] }
        return (snapshot.alerts ?? []).filter { alert in
            !snapshot.pickups.contains { pickup in
                let glance = glances[pickup.name]
                let mayDuplicate =
                    pickup.deferred + pickup.underWay > 0 || glance?.held != 0
                return alert.isSettled(
                    pickup: pickup.name,
                    failed: glance?.failed,
                    held: glance?.held,
                    mayDuplicate: mayDuplicate
                )
            }
        }
    }

    private func alert(_ alert: OpenAlert) -> Model {
        [
            "severity": .text(alert.severity.rawValue),
            "severityWord": .text(alert.severity == .critical ? "Critical" : "Warning"),
            "sentence": .text(alert.sentence), "advice": .text(alert.advice),
            "since": .text(Moment.ago(alert.since, now: now)),
        ]
    }

    private func pickup(_ pickup: RelaySnapshot.PickupStatus) -> Model {
        let state = PickupState(pickup)
        let glance = glances[pickup.name]
        return [
            "name": .text(pickup.name), "state": .text(state.word), "tone": .text(state.tone),
            "route": .text(pickup.route ?? Readable.unknown),
            "waiting": .number(pickup.waiting), "deferred": .number(pickup.deferred),
            "underWay": .number(pickup.underWay),
            "failed": Self.count(glance?.failed), "noFailed": Self.absence(glance?.failed),
            "held": Self.count(glance?.held), "noHeld": Self.absence(glance?.held),
            "oldest": .text(
                pickup.oldest.map { Readable.span(from: $0, to: now) } ?? Readable.unknown
            ),
            "backlog": .text(pickup.backlog.map { $0.shortly(now: now) } ?? Readable.unknown),
            "switch": .text(pickup.isPaused ? "resume" : "pause"),
            "switchWord": .text(pickup.isPaused ? "Resume" : "Pause"),
        ]
    }

    private static func count(_ count: Int?) -> Model.Value {
        guard let count, count > 0 else { return .nothing }
        let more = count >= FolderGlance.most ? "+" : ""
        return .text(Figures.text(count) + more)
    }

    private static func absence(_ count: Int?) -> Model.Value {
        .text(count == nil ? Readable.unknown : "0")
    }

    private func route(_ route: RelaySnapshot.RouteStatus) -> Model {
        let state = RouteState(route)
        return [
            "name": .text(route.name), "state": .text(state.word), "tone": .text(state.tone),
            "submitting": .number(route.submitting), "connections": .number(route.connections),
            "sent": .number(route.sent),
        ]
    }

    private func disk(_ disk: DiskStatus) -> Model {
        let share = disk.totalOctets > 0 ? Double(disk.freeOctets) / Double(disk.totalOctets) : 0
        let percent = Int((share * 100).rounded())
        return [
            "use": .text(disk.use.capitalizedFirst), "path": .text(disk.path),
            "free": .text(
                "\(Readable.size(disk.freeOctets)) of \(Readable.size(disk.totalOctets)) "
                    + "(\(percent) %)"
            ),
            "state": .text(disk.isLow == nil ? "enough" : "low"),
            "tone": .text(disk.isLow == nil ? "good" : "bad"),
        ]
    }
}

/// The state of a pickup in a word, the one `status` has.
struct PickupState: Hashable {
    var word: String
    var tone: String

    init(_ pickup: RelaySnapshot.PickupStatus) {
        if pickup.isPaused {
            (word, tone) = ("paused", "warn")
        } else if pickup.suspended != nil || pickup.folder != nil {
            (word, tone) = ("suspended", "bad")
        } else if pickup.route == nil {
            (word, tone) = ("no route", "bad")
        } else {
            (word, tone) =
                pickup.suspendedSenders.isEmpty ? ("open", "good") : ("open in part", "warn")
        }
    }
}

/// The state of a route in a word, the one `status` has.
struct RouteState: Hashable {
    var word: String
    var tone: String

    init(_ route: RelaySnapshot.RouteStatus) {
        if route.isPaused {
            (word, tone) = ("paused", "warn")
        } else if route.cause != nil {
            (word, tone) = ("suspended", "bad")
        } else {
            (word, tone) = ("open", "good")
        }
    }
}
