internal import Delivery
internal import Operations
internal import Settings

/// The routes: pure, from settings and what the daemon knew last.
struct RoutesView {
    /// What a look at one route found, and when.
    struct Verification {
        var report: VerifyReport.Route
        var at: Int64
    }

    var settings: RelaySettings
    var snapshot: RelaySnapshot?
    var verifications: [String: Verification] = [:]
    var now: Int64

    /// What the template draws.
    var model: Model {
        [
            "soon": .some((snapshot?.expiring ?? []).map { ["sentence": .text($0)] }),
            "routes": .list(settings.routes.map(route)),
        ]
    }

    private func route(_ route: RouteSettings) -> Model {
        let status = snapshot?.routes.first { $0.name == route.name }
        let state = status.map(RouteState.init)
        let isPaused = status?.isPaused == true
        return [
            "name": .text(route.name), "state": .text(state?.word ?? "not known"),
            "tone": .text(state?.tone ?? "plain"), "reason": .optional(status?.reason),
            "advice": .optional(status?.advice), "nextLook": .optional(status.flatMap(nextLook)),
            "facts": .list(
                facts(route, status).map { ["label": .text($0), "value": .text($1)] }
            ),
            "gauges": .some(gauges(of: route)),
            "verification": verifications[route.name].map { .model(verification($0)) } ?? .nothing,
            "canPause": .flag(!isPaused),
            "canResume": .flag(isPaused || status?.cause != nil),
        ]
    }

    private func nextLook(_ status: RelaySnapshot.RouteStatus) -> String? {
        guard let cause = status.cause else { return nil }
        guard let seconds = status.nextLookSeconds else { return "It waits for you: resume it." }
        if seconds == 0 { return "Postchute looks again now." }
        let time = "Postchute looks again in \(Readable.span(seconds: seconds))"
        return cause.isMendedByHand ? "\(time); resume it to have it look at once." : "\(time)."
    }

    private func facts(
        _ route: RouteSettings,
        _ status: RelaySnapshot.RouteStatus?
    ) -> [(String, String)] {
        var facts = [("Service", route.service.rawValue), ("Leads to", route.destination)]
        facts.append(("Signs in", signIn(route)))
        if let status {
            facts.append(("Sending now", "\(status.submitting) of \(status.connections)"))
            facts.append(("Sent since the start", Figures.text(status.sent)))
        }
        let pickups = settings.pickups.filter { $0.routes.contains(route.name) }.map(\.name)
        facts.append(("Serves", pickups.isEmpty ? "no pickup" : pickups.joined(separator: ", ")))
        return facts
    }

    private func signIn(_ route: RouteSettings) -> String {
        if route.signIn.isEachAuthor { return "as the author of each message" }
        return route.signIn.user.map { "as \($0)" } ?? "without an account"
    }

    private func gauges(of route: RouteSettings) -> [Model] {
        guard let account = snapshot?.accounts?.first(where: { $0.name == route.accountName })
        else {
            return []
        }
        let parts: [(String, RelaySnapshot.Gauge?)] = [
            ("Messages", account.messages), ("Recipients", account.recipients),
            ("Recipients outside the organisation", account.external), ("Data", account.octets),
        ]
        return parts.compactMap { label, gauge in
            gauge.map { Self.gauge(label, $0, account.reason) }
        }
    }

    /// One limit.
    static func gauge(_ label: String, _ gauge: RelaySnapshot.Gauge, _ reason: String?) -> Model {
        let isData = label == "Data"
        let text = { (number: Int) in
            isData ? Readable.size(Int64(number)) : Figures.text(number)
        }
        let span = gauge.seconds == 60 ? "1 min" : Readable.span(seconds: gauge.seconds)
        let words = gauge.limit.map { "\(text(gauge.used)) of \(text($0)) in \(span)" }
        var room: String?
        if gauge.isClosed {
            room =
                "The server says that it is used up\(reason.map { ": \($0)" } ?? "."); there is "
                + "room again in \(Readable.span(seconds: gauge.roomInSeconds))."
        } else if gauge.roomInSeconds > 120 {
            room = "Used up; there is room again in \(Readable.span(seconds: gauge.roomInSeconds))."
        }
        return [
            "label": .text(label), "limit": gauge.limit.map { .text("\($0)") } ?? .nothing,
            "used": .text("\(gauge.used)"), "high": .text("\((gauge.limit ?? 0) / 10 * 8)"),
            "words": .text(words ?? "\(text(gauge.used)) in \(span), without a limit"),
            "room": .optional(room),
        ]
    }

    private func verification(_ verification: Verification) -> Model {
        [
            "target": .text(verification.report.target),
            "when": .text(Moment.ago(verification.at, now: now)),
            "steps": .list(
                verification.report.steps.map { step in
                    let (outcome, tone, advice) = step.shown
                    return [
                        "outcome": .text(outcome), "tone": .text(tone),
                        "subject": .text("\(step.subject.label):"),
                        "sentence": .text(step.sentence), "advice": .optional(advice),
                    ]
                }
            ),
            "conclusion": .text(verification.report.conclusion),
        ]
    }
}

extension VerifyStep {
    fileprivate var shown: (outcome: String, tone: String, advice: String?) {
        switch outcome {
        case .passed: ("passed", "good", nil)
        case .failed(let advice, _): ("failed", "bad", advice)
        case .skipped: ("skipped", "plain", nil)
        }
    }
}

extension RouteSettings {
    /// Where it leads to.
    fileprivate var destination: String {
        if service == .graph { return graphURL ?? "Microsoft Graph" }
        if let domain = mailDomain { return "the MX of \(domain), port \(port)" }
        return "\(host), port \(port)"
    }
}
