/// Which folders the daemon's unit must leave writable, so that no move leaves its mount.
///
/// With `ProtectSystem=strict` each path of `ReadWritePaths=` is a mount of its own, and a rename
/// from one to another fails with EXDEV: the claim becomes a copy. So the folder above drop folder
/// and spool is named, once.
struct WritableFolders: Hashable, Sendable {
    /// Paths, none of which lies in another; sorted.
    private(set) var paths: [String] = []
    /// Whether drop folder and spool of a pickup have nothing but the root in common.
    private(set) var needsWholeSystem = false

    /// Folders that hold more than mail; what lies right below one is named by itself.
    private static let crowded: Set<String> = [
        "/var/lib", "/var/spool", "/var/mail", "/var/log", "/var/cache", "/usr/local", "/run/user",
    ]

    /// Adds the drop folder and the spool of a pickup.
    mutating func add(drop: String, spool: String) {
        let common = zip(Self.steps(drop), Self.steps(spool)).prefix { $0 == $1 }.map(\.0)
        if common.isEmpty { needsWholeSystem = true }
        let folder = common.isEmpty ? drop : "/" + common.joined(separator: "/")
        // With the folder above it, a drop folder that is made anew is seen.
        add(folder == drop ? Self.above(drop) : folder)
        if common.isEmpty { add(spool) }
    }

    /// Adds a folder from which nothing moves to another.
    mutating func add(_ path: String) {
        guard !paths.contains(where: { Self.holds($0, path) }) else { return }
        paths.removeAll { Self.holds(path, $0) }
        paths.append(path)
        paths.sort()
    }

    /// The paths at or below a folder, such as `/home`.
    func paths(below folder: String) -> [String] { paths.filter { Self.holds(folder, $0) } }

    private static func above(_ path: String) -> String {
        let parent = steps(path).dropLast()
        let folder = "/" + parent.joined(separator: "/")
        return parent.count < 2 || crowded.contains(folder) ? path : folder
    }

    private static func holds(_ folder: String, _ path: String) -> Bool {
        path == folder || path.hasPrefix(folder + "/")
    }

    private static func steps(_ path: String) -> [Substring] { path.split(separator: "/") }
}
