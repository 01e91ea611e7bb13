/// One message after one power cut: what is left of it, and what is known about it.
struct MessageCase: Hashable, Sendable {
    let message: TrialMessage
    let remains: Remains
    let knowledge: Knowledge
}

/// What the rest of the world knew of a message when the power failed.
struct Knowledge: Hashable, Sendable {
    /// The server had heard of it.
    var isMentioned = false
    /// The recipients for whom its final dot may have reached a server that took it.
    var mayBeAccepted: Set<String> = []
    /// The server's acceptance had come back.
    var isAccepted = false
    /// The log had said that a second copy is possible.
    var isAnnounced = false
    /// Its content was on disk, be it the writer's work or ours.
    var isContentDurable = false
}

extension Recording {
    /// What was known of a message at a line.
    func knowledge(of key: String, at line: Int) -> Knowledge {
        var knowledge = Knowledge()
        for (index, event) in wire.enumerated() where event.entry <= line {
            switch event.event {
            case .mail(key): knowledge.isMentioned = true
            case .dot(key, let recipients):
                if isTaken(dot: index, key) { knowledge.mayBeAccepted.formUnion(recipients) }
            case .reply(key, let code):
                if event.exit <= line, (200..<300).contains(code) { knowledge.isAccepted = true }
            case .mail, .dot, .reply: break
            }
        }
        knowledge.isAnnounced = announcements.contains { $0.key == key && $0.entry <= line }
        return knowledge
    }

    /// Whether the server took a message: it said so, or its reply never came.
    private func isTaken(dot index: Int, _ key: String) -> Bool {
        for event in wire[(index + 1)...] {
            switch event.event {
            case .reply(key, let code): return (200..<300).contains(code)
            case .mail(key): return true
            case .mail, .dot, .reply: continue
            }
        }
        return true
    }

    /// The lines at which something changes for a message.
    func moments(of key: String, _ model: DiskModel) -> [Int] {
        let nodes = Set(model.nodes(of: key))
        var lines: Set<Int> = [-1]
        for operation in model.operations where nodes.contains(operation.node) {
            lines.formUnion([operation.entry, operation.exit, operation.durable])
        }
        for node in nodes {
            lines.formUnion(model.nodes[node].writes.map(\.exit))
            lines.formUnion(model.nodes[node].times.map(\.exit))
            for sync in model.nodes[node].syncs { lines.formUnion([sync.entry, sync.exit]) }
        }
        for event in wire where event.event.key == key {
            lines.formUnion([event.entry, event.exit])
        }
        lines.formUnion(announcements.filter { $0.key == key }.map(\.entry))
        lines.remove(.max)
        return lines.sorted()
    }
}

extension Conversation.Event {
    /// The message it is about.
    var key: String {
        switch self {
        case .mail(let key), .dot(let key, _), .reply(let key, _): key
        }
    }
}
