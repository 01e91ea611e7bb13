internal import Delivery

extension StatusReport {
    /// The report as a person reads it.
    package var text: CommandResult {
        var lines = [daemon.sentence(at: now, directory: directory), ""]
        lines += pickupTable.lines + [""] + routeTable.lines + accountLines + backlogLines
        let readiness = pickups.compactMap { pickup in
            pickup.reported?.readiness.map { "  pickup \(pickup.name): \($0)" }
        }
        if !readiness.isEmpty { lines += ["", "When a file is taken"] + readiness }
        if !attention.isEmpty {
            lines += ["", "What needs attention"] + attention.map { "  \($0)" }
        }
        lines += alertLines
        return CommandResult(lines, status: status)
    }

    private var pickupTable: TextTable {
        var table = TextTable([
            .init(heading: "PICKUP"), .init(heading: "STATE"), .init(heading: "ROUTE"),
            .init(heading: "QUEUE", isNumber: true), .init(heading: "DEFERRED", isNumber: true),
            .init(heading: "SENDING", isNumber: true), .init(heading: "FAILED", isNumber: true),
            .init(heading: "HELD", isNumber: true), .init(heading: "SENT TODAY", isNumber: true),
        ])
        for pickup in pickups {
            let counts = try? pickup.counts.get()
            let numbers = [
                counts?.queue, counts?.deferred, counts?.sending, counts?.failed, counts?.held,
                counts?.sentToday,
            ]
            table.add(
                [pickup.name, pickup.state, pickup.reported?.route ?? Readable.unknown]
                    + numbers.map { $0.map(String.init) ?? Readable.unknown }
            )
        }
        return table
    }

    private var routeTable: TextTable {
        var table = TextTable([
            .init(heading: "ROUTE"), .init(heading: "STATE"),
            .init(heading: "SENDING", isNumber: true), .init(heading: "AT MOST", isNumber: true),
            .init(heading: "SENT", isNumber: true),
        ])
        for route in routes {
            let numbers = [
                route.reported?.submitting, route.reported?.connections, route.reported?.sent,
            ]
            table.add(
                [route.name, route.state]
                    + numbers.map { $0.map(String.init) ?? Readable.unknown }
            )
        }
        return table
    }
}

extension StatusReport {
    /// The report for programs; docs/operations.md has the meaning of each member.
    package var json: CommandResult {
        let document = JSONValue.members([
            "status": .string(word),
            "sentence": .string(daemon.sentence(at: now, directory: directory)),
            "process": .optional(daemon.snapshot?.processID),
            "version": .optional(daemon.snapshot?.version),
            "seen_at": .time(daemon.snapshot?.takenAt),
            "pickups": .array(pickups.map(\.json)),
            "routes": .array(routes.map(\.json)),
            "accounts": .array(accountValues),
            "backlog": daemon.snapshot?.backlog?.json ?? .null,
            "attention": .array(attention.map { .string($0) }),
            "alerts": .array(alertValues),
        ])
        return CommandResult(document.lines, status: status)
    }

    /// One word for the exit status.
    private var word: String {
        switch daemon {
        case .stopped: "stopped"
        case .silent: "silent"
        case .hidden: "unknown"
        case .running: obstacles.isEmpty ? "flowing" : "suspended"
        }
    }
}

extension StatusReport.Pickup {
    fileprivate var json: JSONValue {
        let counts = try? counts.get()
        return .members([
            "name": .string(name),
            "state": .string(state == Readable.unknown ? "unknown" : state),
            "paused": .bool(isPaused),
            "suspended": .optional(reported?.suspended ?? reported?.folder),
            "route": .optional(reported?.route),
            "readiness": .optional(reported?.readiness),
            "queue": .optional(counts?.queue),
            "deferred": .optional(counts?.deferred),
            "sending": .optional(counts?.sending),
            "failed": .optional(counts?.failed),
            "held": .optional(counts?.held),
            "sent_today": .optional(counts?.sentToday),
            "suspended_senders": .array(senders),
            "messages": reported?.messages?.json ?? .null,
            "recipients": reported?.recipients?.json ?? .null,
            "backlog": reported?.backlog?.json ?? .null,
        ])
    }

    private var senders: [JSONValue] {
        (reported?.suspendedSenders ?? [:]).sorted { $0.key < $1.key }.map {
            .members(["sender": .string($0.key), "reason": .string($0.value)])
        }
    }
}

extension StatusReport.Route {
    fileprivate var json: JSONValue {
        .members([
            "name": .string(name),
            "state": .string(state == Readable.unknown ? "unknown" : state),
            "paused": .bool(isPaused),
            "cause": .optional(reported?.cause?.rawValue),
            "reason": .optional(reported?.reason),
            "advice": .optional(reported?.advice),
            "next_look_seconds": .optional(reported?.nextLookSeconds),
            "sending": .optional(reported?.submitting),
            "at_most": .optional(reported?.connections),
            "sent": .optional(reported?.sent),
        ])
    }
}
