package import EventLog
internal import MailMessage
internal import Spool
internal import Submission

/// Words every event of the delivery log: one event, one line shape, the id first.
///
/// Nothing else in the project writes about a message, so that the grammar of the log cannot drift.
package struct DeliveryLog: Sendable {
    private let sink: LogSink
    private let witnesses: [any MessageWitness]
    private let wall: @Sendable () -> Int64

    /// Creates a log that writes to a sink and tells witnesses of what happens to messages.
    ///
    /// `wall` gives microseconds since 1970.
    package init(
        _ sink: LogSink,
        witnesses: [any MessageWitness] = [],
        wall: @escaping @Sendable () -> Int64 = { 0 }
    ) {
        (self.sink, self.witnesses, self.wall) = (sink, witnesses, wall)
    }

    /// Whether an event is worth being put together.
    var isWitnessed: Bool { !witnesses.isEmpty }

    /// The event of a message, as far as its name tells.
    func event(_ kind: MessageEvent.Kind, _ name: SpoolName, _ pickup: String) -> MessageEvent {
        MessageEvent(
            kind,
            at: wall(),
            id: name.id.text,
            pickup: pickup,
            file: name.original.display
        )
    }

    /// Hands an event to every witness.
    func pass(on event: MessageEvent) {
        for witness in witnesses { witness.note(event) }
    }

    func claimed(_ name: SpoolName, pickup: String, dropped: Int64? = nil) {
        if let dropped {
            tell(.dropped, name, pickup) { $0.at = min(dropped, $0.at) }
        }
        tell(.claimed, name, pickup)
        guard sink.isEnabled(.debug) else { return }
        var line = LogLine(.debug, "claimed", id: name.id.text)
        line.add("pickup", pickup)
        line.add("file", name.original.display)
        sink.write(line)
    }

    /// Says that every recipient was accepted: by the server, which is not yet delivered.
    func sent(_ message: LoadedMessage, _ report: AttemptReport, _ place: Place) {
        tell(.sent, message, report, place)
        var line = base(.info, "sent", message, place)
        add(report, to: &line)
        sink.write(line)
    }

    func partSent(_ message: LoadedMessage, _ report: AttemptReport, _ place: Place) {
        tell(.partSent, message, report, place)
        var line = base(.info, "part-sent", message, place)
        add(report, to: &line)
        line.add("pending", message.table.pending.count)
        sink.write(line)
    }

    func deferred(
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ place: Place,
        after pause: Duration
    ) {
        tell(.deferred, message, report, place)
        var line = base(.notice, "deferred", message, place)
        line.add("retry_in_s", pause.components.seconds)
        add(report, to: &line)
        sink.write(line)
    }

    /// The one event that can mean a second copy; the words are what an operator greps for.
    func uncertain(
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ place: Place,
        then next: String
    ) {
        tell(.uncertain, message, report, place) {
            $0.advice = Self.uncertainAdvice(message.inspected.messageID, then: next)
        }
        if next == "held" {
            tell(.held, message, report, place) {
                $0.reason = ReasonText.uncertain(report)
                $0.advice = Self.uncertainAdvice(message.inspected.messageID, then: next)
            }
        }
        var line = base(.warning, "uncertain", message, place)
        line.add("note", "possible duplicate")
        line.add("then", next)
        add(report, to: &line)
        sink.write(line)
    }

    /// What to do about a possible duplicate, whatever ended its session: that is over.
    private static func uncertainAdvice(_ messageID: String?, then next: String) -> String {
        if next == "held" { return ReasonText.uncertainAdvice(messageID) }
        return
            "Postchute sends it once more by itself (\(next)), with the same Message-ID. If a second "
            + "copy would do harm, set it aside before that with postchute hold, and ask a recipient "
            + "or search for the Message-ID in the message trace of the server. If it arrived, run "
            + "postchute remove; if it did not, postchute release."
    }

    func returned(_ message: LoadedMessage, _ report: AttemptReport, _ place: Place) {
        tell(.returned, message, report, place)
        var line = base(.info, "returned", message, place)
        add(report, to: &line)
        sink.write(line)
    }

    /// A message that could not even be read, or that no attempt was made for.
    func failed(_ name: SpoolName, pickup: String, _ reason: ReasonText) {
        tell(.failed, name, pickup) {
            $0.reason = reason.happened
            $0.advice = reason.advice
        }
        writeFailed(name, pickup: pickup, route: nil, reason: reason.happened)
    }

    func failed(
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ place: Place,
        _ reason: ReasonText
    ) {
        tell(.failed, message, report, place) {
            $0.reason = reason.happened
            $0.advice = reason.advice
        }
        writeFailed(
            message.name,
            pickup: place.pickup,
            route: place.route,
            reason: reason.happened
        )
    }

    private func writeFailed(
        _ name: SpoolName,
        pickup: String,
        route: String?,
        reason: String
    ) {
        var line = LogLine(.warning, "failed", id: name.id.text)
        line.add("pickup", pickup)
        if let route { line.add("route", route) }
        line.add("file", name.original.display)
        line.add("reason", reason)
        sink.write(line)
    }

    func held(_ name: SpoolName, pickup: String, reason: String) {
        tell(.held, name, pickup) { $0.reason = reason }
        var line = LogLine(.warning, "held", id: name.id.text)
        line.add("pickup", pickup)
        line.add("file", name.original.display)
        line.add("reason", reason)
        sink.write(line)
    }

    /// What stood in `sending/` at start: the process or the power died with it on the wire.
    func recovered(_ name: SpoolName, pickup: String, then next: String) {
        tell(.uncertain, name, pickup) {
            $0.reason = "Postchute ended while the content was on the wire."
            $0.advice = Self.uncertainAdvice(nil, then: next)
        }
        if next == "held" {
            tell(.held, name, pickup) {
                $0.reason = "Postchute ended while the content was on the wire."
                $0.advice = Self.uncertainAdvice(nil, then: next)
            }
        }
        var line = LogLine(.warning, "uncertain", id: name.id.text)
        line.add("pickup", pickup)
        line.add("file", name.original.display)
        line.add("note", "possible duplicate")
        line.add("reason", "Postchute ended while the content was on the wire.")
        line.add("then", next)
        sink.write(line)
    }

    /// Retention removed it; the log has one line for all that a run removed.
    func expired(_ name: SpoolName, pickup: String) { tell(.expired, name, pickup) }

    func vanished(_ name: SpoolName, pickup: String) {
        tell(.taken, name, pickup)
        var line = LogLine(.info, "taken", id: name.id.text)
        line.add("pickup", pickup)
        line.add("reason", "Somebody moved or removed the file from the queue.")
        sink.write(line)
    }

    /// A sweep at start that could not be done: litter, not danger.
    func spoolProblem(_ error: SpoolError, pickup: String) {
        var line = LogLine(.warning, "not-swept")
        line.add("pickup", pickup)
        line.add("reason", error.fullSentence)
        sink.write(line)
    }

    func routeSuspended(_ route: String, _ suspension: RouteCondition.Suspension) {
        var line = LogLine(.warning, "route-suspended")
        line.add("route", route)
        line.add("cause", suspension.cause.rawValue)
        line.add("reason", suspension.reason)
        line.add("advice", suspension.advice)
        sink.write(line)
    }

    func routeResumed(_ route: String) {
        sink.write(LogLine(.notice, "route-resumed").adding("route", route))
    }

    func senderSuspended(_ sender: String, pickup: String, reason: String, advice: String) {
        var line = LogLine(.warning, "sender-suspended")
        line.add("pickup", pickup)
        line.add("sender", sender)
        line.add("reason", reason)
        line.add("advice", advice)
        sink.write(line)
    }

    /// The server says that an account may do less than the settings say, or nothing for a while.
    func accountLimited(_ account: String, reason: String, advice: String, seconds: Int64?) {
        var line = LogLine(.warning, "account-limited")
        line.add("account", account)
        if let seconds { line.add("retry_in_s", seconds) }
        line.add("reason", reason)
        line.add("advice", advice)
        sink.write(line)
    }

    func limitsUnreadable(_ reason: String) {
        var line = LogLine(.error, "limits-unreadable")
        line.add("reason", reason)
        line.add("advice", "What was sent before counts for no limit now; the server's may be met.")
        sink.write(line)
    }

    func limitsNotSaved(_ reason: String) {
        var line = LogLine(.error, "limits-not-saved")
        line.add("reason", reason)
        line.add("advice", "Mail goes on; a crash would forget how much of the limits is used.")
        sink.write(line)
    }

    func limitsSavedAgain() { sink.write(LogLine(.notice, "limits-saved")) }

    func pickupSuspended(_ pickup: String, reason: String) {
        var line = LogLine(.error, "pickup-suspended")
        line.add("pickup", pickup)
        line.add("reason", reason)
        line.add("advice", "Nothing is lost: every message stays where it is and is tried again.")
        sink.write(line)
    }

    func pickupResumed(_ pickup: String) {
        sink.write(LogLine(.notice, "pickup-resumed").adding("pickup", pickup))
    }

    func paused(_ what: String, _ name: String, isPaused: Bool) {
        sink.write(LogLine(.notice, isPaused ? "paused" : "unpaused").adding(what, name))
    }

    func clockStepped(by step: Duration) {
        // The two clocks are not read at once: an hour is seen as some microseconds less or more.
        let half = Duration.milliseconds(step < .zero ? -500 : 500)
        sink.write(
            LogLine(.notice, "clock-stepped").adding("by_s", (step + half).components.seconds)
        )
    }

    /// Where an attempt was made.
    struct Place {
        let pickup: String
        let route: String
        /// From the start of the submission to its outcome.
        let duration: Duration
    }

    private func base(
        _ level: LogLevel,
        _ event: String,
        _ message: LoadedMessage,
        _ place: Place
    ) -> LogLine {
        var line = LogLine(level, event, id: message.name.id.text)
        line.add("pickup", place.pickup)
        line.add("route", place.route)
        line.add("file", message.name.original.display)
        line.add("from", message.inspected.envelope.sender?.text ?? "<>")
        line.add("to", recipients(of: message))
        line.add("message_id", message.inspected.messageID)
        line.add("octets", message.contentOctets)
        if !message.repairs.isEmpty {
            line.add("changes", message.repairs.map(\.rawValue).joined(separator: ","))
        }
        line.add("ms", place.duration.milliseconds)
        return line
    }

    /// The first recipients and how many there are in all: a list of 500 is no log line.
    private func recipients(of message: LoadedMessage) -> String {
        let entries = message.table.entries
        let shown = entries.prefix(5).map(\.address).joined(separator: ",")
        return entries.count > 5 ? "\(shown),+\(entries.count - 5)" : shown
    }

    private func add(_ report: AttemptReport, to line: inout LogLine) {
        if !report.peer.isEmpty { line.add("peer", report.peer) }
        switch report.end {
        case .accepted(let reply):
            line.add("reply", reply.summary)
        case .failed(let failure), .uncertain(let failure):
            line.add("reason", failure.sentence)
        }
        let refused = report.recipients.compactMap {
            if case .refused(let reply) = $0 { reply.summary } else { nil }
        }
        if let first = refused.first {
            line.add("refused", refused.count)
            line.add("refused_reply", first)
        }
    }
}

extension Duration {
    /// The duration in whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
