/// Looks for calls that were made before the syncs they must wait for.
///
/// The rules are those of ARCHITECTURE.md's tables of transitions: what must be durable *before* a
/// call, and what is awaited after it before the world hears more.
struct OrderCheck {
    /// What is wrong, one sentence for each.
    private(set) var violations: [String] = []

    private let recording: Recording
    private let model: DiskModel
    private var syncs: [String: [(entry: Int, exit: Int)]] = [:]

    /// Checks a recording; a fault of the last message is found as one of the first.
    init(_ recording: Recording) {
        self.recording = recording
        // Nothing is believed that the daemon did not see to itself.
        model = DiskModel(recording) { _ in true }
        for event in recording.events {
            if case .sync(let path) = event.call {
                syncs[path, default: []].append((event.entry, event.exit))
            }
        }
        for message in recording.messages { check(message.key) }
    }

    /// Whether a sync of a folder or file began and ended between two lines.
    private func isSynced(_ path: String, after start: Int, before end: Int) -> Bool {
        syncs[path]?.contains { $0.entry > start && $0.exit < end } == true
    }

    private mutating func require(_ condition: Bool, _ key: String, _ text: String) {
        if !condition { violations.append("\(key): \(text)") }
    }

    private mutating func check(_ key: String) {
        let nodes = Set(model.nodes(of: key))
        let operations = model.operations.filter { nodes.contains($0.node) }
        for operation in operations { check(operation, among: operations, key) }
        for event in recording.wire where event.event.key == key {
            let before = operations.filter { $0.exit < event.entry }
            switch event.event {
            case .mail: checkMail(event.entry, before, key)
            case .dot: checkDot(event.entry, before, key)
            case .reply: break
            }
        }
    }

    /// B1.
    private mutating func checkMail(_ line: Int, _ before: [DiskModel.Operation], _ key: String) {
        for operation in before where isMessage(operation) {
            guard let path = operation.path, !path.contains("/sending/") else { continue }
            let isClaim = operation.folders.contains { isDrop($0) }
            for folder in operation.folders where folder == DiskModel.parent(path) || isClaim {
                require(
                    isSynced(folder, after: operation.exit, before: line),
                    key,
                    "MAIL before fsync of \(folder)"
                )
            }
        }
        for removal in before where removal.path == nil && isClaimFolder(removal) {
            let isDurable = removal.folders.allSatisfy {
                isSynced($0, after: removal.exit, before: line)
            }
            require(isDurable, key, "MAIL before the original's removal is durable")
        }
        guard let latest = before.last(where: isMessage) else { return }
        require(
            model.nodes[latest.node].isSynced(at: line),
            key,
            "MAIL before fdatasync of the file"
        )
    }

    /// B2.
    private mutating func checkDot(_ line: Int, _ before: [DiskModel.Operation], _ key: String) {
        let latest = before.last(where: isMessage)
        guard let latest, let path = latest.path, path.contains("/queue/sending/") else {
            return require(false, key, "the dot outside sending/")
        }
        require(
            isSynced(DiskModel.parent(path), after: latest.exit, before: line),
            key,
            "the dot before fsync of sending/"
        )
    }

    private mutating func check(
        _ operation: DiskModel.Operation,
        among all: [DiskModel.Operation],
        _ key: String
    ) {
        let before = all.filter { $0.exit < operation.entry }
        guard let path = operation.path else { return checkRemoval(operation, before, key) }
        checkFolder(of: path, operation, key)
        let wasTemporary = before.last { $0.node == operation.node }?.path.map(isTemporary) == true
        if wasTemporary {
            require(
                model.nodes[operation.node].isSynced(at: operation.entry),
                key,
                "a name before the content of \(path)"
            )
        }
        guard isMessage(operation) else { return }
        require(
            isSynced(DiskModel.parent(path), after: operation.exit, before: .max),
            key,
            "no fsync after the move to \(path)"
        )
        checkHistory(operation, before, key)
        if path.contains("/failed/") || path.contains("/held/") {
            checkReason(operation, path, before, key)
        }
        if wasTemporary { checkCopy(operation, before, key) }
    }

    /// What was known of the message is on disk before it moves.
    private mutating func checkHistory(
        _ operation: DiskModel.Operation,
        _ before: [DiskModel.Operation],
        _ key: String
    ) {
        for state in before {
            guard let path = state.path, path.contains("/state/"), !isTemporary(path) else {
                continue
            }
            require(
                isSynced(DiskModel.parent(path), after: state.exit, before: operation.entry),
                key,
                "moved before fsync of state/"
            )
        }
    }

    /// A message that is set aside without having been sent, its reason included.
    private mutating func checkReason(
        _ operation: DiskModel.Operation,
        _ path: String,
        _ before: [DiskModel.Operation],
        _ key: String
    ) {
        let reason = before.last { $0.path == "\(path).txt" }
        let isThere = reason.map {
            isSynced(DiskModel.parent(path), after: $0.exit, before: operation.entry)
        }
        require(isThere == true, key, "set aside before its reason")
        require(
            model.nodes[operation.node].isSynced(at: operation.entry),
            key,
            "set aside before fdatasync of the file"
        )
    }

    /// A copy gets its name only when the original can no longer be back with its writer.
    private mutating func checkCopy(
        _ operation: DiskModel.Operation,
        _ before: [DiskModel.Operation],
        _ key: String
    ) {
        let taking = before.last { isClaimFolder($0) }
        let isDurable = taking.map { taking in
            taking.path.map {
                isSynced(DiskModel.parent($0), after: taking.exit, before: operation.entry)
            } == true
        }
        require(isDurable == true, key, "copied before fsync of .postchute-claim/")
    }

    private mutating func checkRemoval(
        _ removal: DiskModel.Operation,
        _ before: [DiskModel.Operation],
        _ key: String
    ) {
        let latest = before.last { isMessage($0) && !isClaimFolder($0) }
        guard let latest, let path = latest.path else { return }
        let isState = removal.folders.contains { $0.hasSuffix("/state") }
        let isOfSent = isState && path.contains("/sent/")
        guard isOfSent || isClaimFolder(removal) else { return }
        require(
            isSynced(DiskModel.parent(path), after: latest.exit, before: removal.entry),
            key,
            isOfSent ? "its state removed before B3" : "the original removed before the copy's name"
        )
    }

    /// A folder that was made is durable before anything moves into it.
    private mutating func checkFolder(
        of path: String,
        _ operation: DiskModel.Operation,
        _ key: String
    ) {
        var folder = DiskModel.parent(path)
        while !folder.isEmpty {
            let making = model.operations.first {
                $0.path == folder && model.nodes[$0.node].isFolder
            }
            if let making {
                require(
                    making.durable < operation.entry,
                    key,
                    "moved into \(folder) before that was durable"
                )
            }
            folder = DiskModel.parent(folder)
        }
    }

    private func isMessage(_ operation: DiskModel.Operation) -> Bool {
        operation.path.map(Remains.isMessage) == true
    }

    private func isTemporary(_ path: String) -> Bool {
        path.split(separator: "/").last?.hasPrefix(".") == true
    }

    private func isDrop(_ folder: String) -> Bool { Barrier(folder) == .drop }

    private func isClaimFolder(_ operation: DiskModel.Operation) -> Bool {
        operation.path.map { Barrier(DiskModel.parent($0)) == .claims }
            ?? operation.folders.contains { Barrier($0) == .claims }
    }
}
