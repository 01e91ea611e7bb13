package import Delivery
internal import FoundationEssentials
internal import Glibc
package import Settings

/// The snapshot the daemon leaves for `status`, also after it has ended.
package struct StatusFile {
    private let path: String

    /// The file of these settings.
    package init(_ settings: StateSettings) { path = "\(settings.directory)/status.json" }

    /// Replaces the file in one step; readers see the old snapshot or the new one.
    ///
    /// It is not synced: after a power cut the next daemon writes a new one.
    package func write(_ snapshot: RelaySnapshot) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try encoder.encode(snapshot).write(to: URL(filePath: path), options: .atomic)
    }

    /// Whether this user may not look for the file, so that nothing is known.
    var isHidden: Bool { access(path, R_OK) != 0 && errno == EACCES }

    /// The last snapshot, or `nil` where none can be read.
    package func read() -> RelaySnapshot? {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        return try? JSONDecoder().decode(RelaySnapshot.self, from: data)
    }
}
