internal import Settings
internal import Spool

/// How many messages of a pickup wait for a person, counted by names and never for long.
package struct FolderGlance: Hashable, Sendable {
    /// Messages in `failed/` and `held/`; `nil` where the folder cannot be read.
    package var failed: Int?
    package var held: Int?

    /// Where counting stops: more than a person would go through one by one.
    package static let most = 1000

    /// Looks at every pickup, by its name.
    package static func all(_ folders: RelayFolders) -> [String: FolderGlance] {
        var glances: [String: FolderGlance] = [:]
        for pickup in folders.settings.pickups {
            guard let spool = try? folders.spool(of: pickup) else { continue }
            glances[pickup.name] = FolderGlance(
                failed: try? count(.failed, spool),
                held: try? count(.held, spool)
            )
        }
        return glances
    }

    private static func count(
        _ place: SpoolFolder,
        _ spool: OperatorSpool
    ) throws(SpoolError) -> Int {
        var count = 0
        try spool.list(place) { _ in
            count += 1
            return count < most
        }
        return count
    }
}
