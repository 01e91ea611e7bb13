internal import CLinux
package import Delivery
internal import FoundationEssentials
internal import Glibc

/// What an operator did while the ledger could not be written: a small file in the state directory,
/// which the daemon takes up.
package struct OperatorNote {
    private let path: String
    /// The event; `nil` for a file that cannot be read as one.
    let event: MessageEvent?

    /// What a file holds.
    private struct Content: Codable {
        var at: Int64
        var kind: String
        var id: String
        var pickup: String
        var file: String
        var actor: String?
        var reason: String?
    }

    /// The longest file that is read.
    private static let maximumOctets = 65_536
    private static let folder = "ledger-notes"

    /// Leaves events; returns whether that was possible.
    package static func leave(_ events: [MessageEvent], in stateDirectory: String) -> Bool {
        let folder = "\(stateDirectory)/\(Self.folder)"
        _ = linux_make_directory(AT_FDCWD, folder, 0o700)
        for event in events {
            let content = Content(
                at: event.at,
                kind: event.kind.rawValue,
                id: event.id,
                pickup: event.pickup,
                file: event.file,
                actor: event.actor,
                reason: event.reason
            )
            guard let octets = try? JSONEncoder().encode(content) else { return false }
            let name = "\(folder)/\(event.at)-\(UInt64.random(in: .min ... .max))"
            let file = linux_open(AT_FDCWD, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard file >= 0 else { return false }
            let result = octets.withUnsafeBytes {
                linux_write_all(file, $0.baseAddress, $0.count)
            }
            _ = linux_close(file)
            guard result == 0, linux_rename(AT_FDCWD, name, AT_FDCWD, "\(name).json") == 0 else {
                _ = linux_unlink(AT_FDCWD, name)
                return false
            }
        }
        return true
    }

    /// The notes that wait, in the order of what happened; some thousand at most.
    static func waiting(in stateDirectory: String) -> [OperatorNote] {
        let folder = "\(stateDirectory)/\(Self.folder)"
        guard access(folder, F_OK) == 0,
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        else { return [] }
        let paths = names.filter { $0.hasSuffix(".json") }.sorted().prefix(5000)
        return paths.map { OperatorNote(path: "\(folder)/\($0)") }
    }

    private init(path: String) {
        self.path = path
        event = Self.read(path)
    }

    private static func read(_ path: String) -> MessageEvent? {
        let file = linux_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0)
        guard file >= 0 else { return nil }
        defer { _ = linux_close(file) }
        var octets = [UInt8](repeating: 0, count: maximumOctets)
        let count = octets.withUnsafeMutableBytes { linux_read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let data = Data(octets.prefix(Int(count)))
        guard let content = try? JSONDecoder().decode(Content.self, from: data),
            let kind = MessageEvent.Kind(rawValue: content.kind)
        else { return nil }
        var event = MessageEvent(
            kind,
            at: content.at,
            id: content.id,
            pickup: content.pickup,
            file: content.file
        )
        (event.actor, event.reason) = (content.actor, content.reason)
        return event
    }

    /// Removes the file: what it says stands in the ledger, or can never do so.
    func remove() { _ = linux_unlink(AT_FDCWD, path) }
}
