/// What a power cut left of one message.
struct Remains: Hashable, Sendable {
    /// One file.
    struct File: Sendable {
        let path: String
        let content: [UInt8]
        let modified: Int64?
        /// Whether the content is what the program saw.
        let isWhole: Bool
        /// What the content follows from: the node, how often it was written to, what was lost.
        fileprivate let origin: [Int]
    }

    /// Its files, sorted by path: the message, its state, its reason, what was half done.
    var files: [File]

    /// The files with the message's content, under whatever name.
    var copies: [File] { files.filter { Self.isMessage($0.path) } }

    /// Whether a path is that of a message, rather than of a state, a reason or a temporary file.
    static func isMessage(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return !name.hasPrefix(".") && !path.contains("/state/") && !name.hasSuffix(".txt")
    }
}

// Large contents are told apart by what they follow from: thousands of files are compared.
extension Remains.File: Hashable {
    static func == (left: Self, right: Self) -> Bool {
        left.path == right.path && left.modified == right.modified && left.origin == right.origin
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(modified)
        hasher.combine(origin)
    }
}

/// What a file may hold whose content was not synced.
enum LostContent: Int, Sendable, CaseIterable {
    /// All of it: the disk was lucky.
    case nothing
    /// Everything: the name was there before the content.
    case everything
    case half
    /// As many NULs: the length was there before the content.
    case replaced

    /// The content that is left.
    func applied(to content: [UInt8]) -> [UInt8] {
        switch self {
        case .nothing: content
        case .everything: []
        case .half: Array(content.prefix(content.count / 2))
        case .replaced: Array(repeating: 0, count: content.count)
        }
    }
}

extension DiskModel {
    /// The files of some nodes after a power cut at a line, when these operations were kept.
    ///
    /// A node is where the last of its kept operations put it, and a later node takes the name of an
    /// earlier one. Without its folder a file is lost.
    func remains(
        of chosen: some Sequence<Int>,
        at line: Int,
        keeping kept: Set<Int>,
        _ lost: LostContent
    ) -> Remains {
        var places: [Int: (path: String?, order: Int)] = [:]
        for node in chosen {
            if let start = nodes[node].start { places[node] = (start, -1) }
        }
        var folders = Set(TrialFolder.allCases.map(\.rawValue))
        for index in kept.sorted() {
            let operation = operations[index]
            places[operation.node] = (operation.path, index)
            if nodes[operation.node].isFolder, let path = operation.path { folders.insert(path) }
        }
        var holders: [String: (node: Int, order: Int)] = [:]
        for node in chosen {
            guard !nodes[node].isFolder, case (let path?, let order)? = places[node],
                isReachable(path, folders), holders[path].map({ $0.order < order }) ?? true
            else { continue }
            holders[path] = (node, order)
        }
        let files = holders.map { path, holder in file(holder.node, path, at: line, lost) }
        return Remains(files: files.sorted { $0.path < $1.path })
    }

    private func isReachable(_ path: String, _ folders: Set<String>) -> Bool {
        let parent = Self.parent(path)
        return parent.isEmpty || folders.contains(parent) && isReachable(parent, folders)
    }

    private func file(
        _ node: Int,
        _ path: String,
        at line: Int,
        _ lost: LostContent
    ) -> Remains.File {
        let content = nodes[node].content(at: line)
        let lost = nodes[node].isSynced(at: line) ? .nothing : lost
        let left = lost.applied(to: content)
        return Remains.File(
            path: path,
            content: left,
            modified: nodes[node].modified(at: line),
            isWhole: left.count == content.count && lost != .replaced,
            origin: [node, nodes[node].writes.count { $0.exit <= line }, lost.rawValue]
        )
    }
}
