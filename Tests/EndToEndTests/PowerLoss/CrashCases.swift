/// Every state of each message that a power cut anywhere in a recording may leave.
///
/// Messages have nothing in common but their folders, so each is looked at by itself, and there all
/// subsets of the operations that were not durable are taken: the weakest file system in which a move
/// is one transaction. What a journal leaves is among them.
struct CrashCases: Sendable {
    /// The different cases, in order of their first appearance.
    private(set) var cases: [MessageCase] = []
    /// How many power cuts were thought through.
    private(set) var cuts = 0

    /// More operations of one message are never pending at once; all subsets of these are tried.
    private static let mostPending = 12

    private var seen: Set<MessageCase> = []

    /// Thinks through every power cut: once had the writers synced their files, once had they not.
    init(_ recording: Recording) {
        for isSynced in [true, false] {
            add(recording, DiskModel(recording) { _ in !isSynced })
        }
    }

    private mutating func add(_ recording: Recording, _ model: DiskModel) {
        for message in recording.messages {
            for line in recording.moments(of: message.key, model) {
                cuts += 1
                for found in Self.cases(of: message, at: line, recording, model)
                where seen.insert(found).inserted {
                    cases.append(found)
                }
            }
        }
    }

    private static func cases(
        of message: TrialMessage,
        at line: Int,
        _ recording: Recording,
        _ model: DiskModel
    ) -> [MessageCase] {
        let nodes = model.nodes(of: message.key)
        let relevant = operations(of: Set(nodes), at: line, model)
        let fixed = Set(relevant.filter { model.operations[$0].durable <= line })
        let free = relevant.filter { model.operations[$0].durable > line }
        precondition(free.count <= mostPending, "\(free.count) operations of \(message.key)")
        var knowledge = recording.knowledge(of: message.key, at: line)
        knowledge.isContentDurable = model.hasDurableContent(message, at: line)
        let isSynced = nodes.allSatisfy { model.nodes[$0].isSynced(at: line) }
        let losses: [LostContent] = isSynced ? [.nothing] : LostContent.allCases
        var cases: [MessageCase] = []
        for subset in 0..<(1 << free.count) {
            let kept = free.indices.filter { subset >> $0 & 1 == 1 }.map { free[$0] }
            for lost in losses {
                let remains = model.remains(
                    of: nodes,
                    at: line,
                    keeping: fixed.union(kept),
                    lost
                )
                cases.append(MessageCase(message: message, remains: remains, knowledge: knowledge))
            }
        }
        return cases
    }

    /// What had begun by a line with the message's files and with the folders they were put into.
    private static func operations(
        of nodes: Set<Int>,
        at line: Int,
        _ model: DiskModel
    ) -> [Int] {
        let begun = model.operations.indices.filter { model.operations[$0].entry <= line }
        let own = begun.filter { nodes.contains(model.operations[$0].node) }
        var folders: Set<String> = []
        for case let path? in own.map({ model.operations[$0].path }) {
            var folder = DiskModel.parent(path)
            while !folder.isEmpty {
                folders.insert(folder)
                folder = DiskModel.parent(folder)
            }
        }
        return begun.filter { index in
            let operation = model.operations[index]
            if nodes.contains(operation.node) { return true }
            return model.nodes[operation.node].isFolder
                && operation.path.map(folders.contains) == true
        }
    }
}
