internal import Delivery
internal import EventLog
internal import MailMessage
internal import Pickup
internal import Spool

/// Words what the watching side of a pickup has to say, as ``Delivery/DeliveryLog`` words the rest.
struct PickupLog: Sendable {
    let pickup: String
    let log: LogSink

    /// Writes the line of an event, if it has one.
    func write(_ event: PickupEvent) {
        switch event {
        case .claimed, .wake:
            break
        case .left(let file):
            var line = line(.warning, "left")
            line.add("path", String(decoding: file.path, as: UTF8.self))
            line.add("reason", file.obstacle.sentence)
            log.write(line)
        case .leftUnreported(let count):
            let reason = "So many more files cannot be taken; tidy the drop folder up."
            log.write(
                line(.warning, "left-unreported").adding("count", count).adding("reason", reason)
            )
        case .held(let file):
            var line = LogLine(.warning, "held", id: file.name.id.text).adding("pickup", pickup)
            line.add("file", String(decoding: file.original.octets, as: UTF8.self))
            line.add("reason", file.completeness.sentence ?? "The file looks incomplete.")
            log.write(line)
        case .suspended(let error):
            log.write(line(.error, "claiming-suspended").adding("reason", error.fullSentence))
        case .resumed:
            log.write(line(.notice, "claiming-resumed"))
        case .folderMissing(let error):
            log.write(line(.error, "folder-missing").adding("reason", error.fullSentence))
        case .folderBack:
            log.write(line(.notice, "folder-back"))
        case .effectiveReadiness(let readiness):
            log.write(line(.notice, "readiness").adding("rule", readiness.sentence))
        case .crowded(let limit):
            let reason = "More than \(limit) files cannot be claimed; the others are not reported."
            log.write(line(.warning, "crowded").adding("reason", reason))
        }
    }

    /// Writes that the writers could not be told of a refused message.
    func feedbackFailed(_ reason: String) {
        log.write(line(.warning, "feedback-failed").adding("reason", reason))
    }

    private func line(_ level: LogLevel, _ event: String) -> LogLine {
        LogLine(level, event).adding("pickup", pickup)
    }
}
