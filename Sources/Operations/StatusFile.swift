internal import CLinux
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
    /// It is not synced: after a power cut the next daemon writes a new one. Not by `Data.write`, which
    /// gives up when a signal comes, and whose errors are no sentences.
    package func write(_ snapshot: RelaySnapshot) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let octets = try encoder.encode(snapshot)
        let temporary = "\(path).tmp"
        let file = linux_open(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard file >= 0 else { throw StatusFileError(path: path, number: -file) }
        var result = octets.withUnsafeBytes { linux_write_all(file, $0.baseAddress, $0.count) }
        _ = linux_close(file)
        if result == 0 { result = linux_rename(AT_FDCWD, temporary, AT_FDCWD, path) }
        guard result == 0 else {
            _ = linux_unlink(AT_FDCWD, temporary)
            throw StatusFileError(path: path, number: -result)
        }
    }

    /// Whether this user may not look for the file, so that nothing is known.
    var isHidden: Bool { access(path, R_OK) != 0 && errno == EACCES }

    /// The last snapshot, or `nil` where none can be read.
    package func read() -> RelaySnapshot? {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        return try? JSONDecoder().decode(RelaySnapshot.self, from: data)
    }
}

/// Why a snapshot could not be written.
struct StatusFileError: Error, CustomStringConvertible {
    let path: String
    /// The system's error number.
    let number: Int32

    /// The sentence for the log.
    var description: String {
        "Cannot write \(path): \(String(cString: linux_error_text(number)))."
    }
}
