/// What a power cut may leave of the files in a recording.
///
/// A file or folder is a *node*; making, moving and removing it are its *operations*. An operation is
/// sure to survive once an fsync of a folder it concerns, begun after the operation had returned, has
/// ended. A move is one transaction: it is kept or lost as a whole. What was written to a file is
/// sure to survive once an fsync or fdatasync of it, begun after the write had returned, has ended;
/// until then anything may be there.
struct DiskModel: Sendable {
    /// Something that happened to a node's name.
    struct Operation: Hashable, Sendable {
        let node: Int
        /// Where the node is from then on, `nil` when it was removed.
        let path: String?
        let entry: Int
        let exit: Int
        /// The folders whose sync makes it durable.
        let folders: Set<String>
        /// From when on it cannot be lost; `Int.max` is never.
        fileprivate(set) var durable = Int.max
    }

    /// A file or folder.
    struct Node: Sendable {
        /// Where it was when the recording began.
        let start: String?
        let isFolder: Bool
        /// What it held then, and whether that was on disk.
        let initial: [UInt8]
        let isInitialDurable: Bool
        fileprivate(set) var key: String?
        fileprivate(set) var writes: [(exit: Int, content: [UInt8])] = []
        fileprivate(set) var syncs: [(entry: Int, exit: Int)] = []
        fileprivate(set) var times: [(exit: Int, time: Int64)] = []

        /// What the program sees in the file.
        func content(at line: Int) -> [UInt8] {
            writes.last { $0.exit <= line }?.content ?? initial
        }

        /// Whether what the program sees is on disk.
        func isSynced(at line: Int) -> Bool {
            let latest = writes.last { $0.exit <= line }?.exit
            if latest == nil && isInitialDurable { return true }
            return syncs.contains { $0.exit <= line && $0.entry > latest ?? -1 }
        }

        /// The modification time, if the program set it.
        func modified(at line: Int) -> Int64? { times.last { $0.exit <= line }?.time }
    }

    private(set) var nodes: [Node] = []
    private(set) var operations: [Operation] = []
    private var live: [String: Int] = [:]

    /// Follows a recording; the files of `unsynced` messages were never synced by their writers.
    init(_ recording: Recording, unsynced: (TrialMessage) -> Bool) {
        for folder in TrialFolder.allCases { add(folder.rawValue, isFolder: true) }
        for message in recording.messages {
            add(message.path, content: Array(message.text.utf8), isDurable: !unsynced(message))
        }
        for event in recording.events { follow(event) }
        for index in nodes.indices {
            let path = nodes[index].start ?? operations.first { $0.node == index }?.path
            nodes[index].key =
                nodes[index].isFolder ? nil : path.flatMap { recording.names.key($0) }
        }
        findDurability(recording)
    }

    /// Every node of a message.
    func nodes(of key: String) -> [Int] { nodes.indices.filter { nodes[$0].key == key } }

    /// Whether the writer's file was on disk, by its writer's care or ours.
    func hasDurableContent(_ message: TrialMessage, at line: Int) -> Bool {
        nodes.contains { $0.start == message.path && $0.isSynced(at: line) }
    }

    private mutating func add(
        _ path: String,
        isFolder: Bool = false,
        content: [UInt8] = [],
        isDurable: Bool = true
    ) {
        live[path] = nodes.count
        nodes.append(
            Node(
                start: path,
                isFolder: isFolder,
                initial: content,
                isInitialDurable: isDurable
            )
        )
    }

    private mutating func follow(_ event: Recording.Event) {
        switch event.call {
        case .create(let path): if live[path] == nil { make(path, isFolder: false, event) }
        case .makeFolder(let path): make(path, isFolder: true, event)
        case .move(let from, let to):
            guard let node = live.removeValue(forKey: from) else { return }
            live[to] = node
            note(node, to, [Self.parent(from), Self.parent(to)], event)
        case .remove(let path):
            guard let node = live.removeValue(forKey: path) else { return }
            note(node, nil, [Self.parent(path)], event)
        case .write(let path, let octets):
            guard let node = live[path] else { return }
            let content = nodes[node].content(at: event.exit) + octets
            nodes[node].writes.append((event.exit, content))
        case .truncate(let path):
            guard let node = live[path] else { return }
            nodes[node].writes.append((event.exit, []))
        case .setModified(let path, let time):
            guard let node = live[path] else { return }
            nodes[node].times.append((event.exit, time))
        case .sync(let path):
            guard let node = live[path] else { return }
            nodes[node].syncs.append((event.entry, event.exit))
        case .toServer, .fromServer, .logged, .unknown: break
        }
    }

    private mutating func make(_ path: String, isFolder: Bool, _ event: Recording.Event) {
        live[path] = nodes.count
        nodes.append(Node(start: nil, isFolder: isFolder, initial: [], isInitialDurable: true))
        note(nodes.count - 1, path, [Self.parent(path)], event)
    }

    private mutating func note(
        _ node: Int,
        _ path: String?,
        _ folders: Set<String>,
        _ event: Recording.Event
    ) {
        operations.append(
            Operation(
                node: node,
                path: path,
                entry: event.entry,
                exit: event.exit,
                folders: folders
            )
        )
    }

    private mutating func findDurability(_ recording: Recording) {
        var syncs: [String: [(entry: Int, exit: Int)]] = [:]
        for event in recording.events {
            if case .sync(let path) = event.call {
                syncs[path, default: []].append((event.entry, event.exit))
            }
        }
        for index in operations.indices {
            let operation = operations[index]
            operations[index].durable =
                operation.folders.flatMap { syncs[$0] ?? [] }
                .filter { $0.entry > operation.exit }.map(\.exit).min() ?? .max
        }
    }

    /// The folder a path lies in.
    static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
