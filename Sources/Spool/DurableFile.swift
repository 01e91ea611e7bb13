internal import CLinux
internal import Glibc

/// One small file outside of any spool that is replaced as a whole and survives a power cut.
package struct DurableFile: Sendable {
    private let folder: String
    private let name: [UInt8]
    private let temporary: [UInt8]

    /// Names a file; the folder is opened by each call, since it may be replaced by a mount.
    package init(folder: String, name: String) {
        self.folder = folder
        self.name = Array(name.utf8)
        temporary = Array("\(name).tmp".utf8)
    }

    /// The path, for people.
    package var path: String { "\(folder)/\(String(decoding: name, as: UTF8.self))" }

    /// Reads the file; `nil` where there is none.
    ///
    /// Blocking.
    ///
    /// - Throws: ``SpoolError`` also where it is larger than allowed.
    package func read(atMost limit: Int) throws(SpoolError) -> [UInt8]? {
        let folder = try Folder.open(path: folder, hooks: SpoolHooks())
        guard let facts = try folder.facts(name) else { return nil }
        let path = folder.path(of: name)
        guard facts.size <= Int64(limit) else {
            throw SpoolError(.corrupt("it is too large"), "read", path: path)
        }
        let descriptor = try folder.open(name, O_RDONLY)
        return try MessageFile(descriptor: descriptor, path: path).readHead(limit)
    }

    /// Replaces the file; its new content and its name are on disk when this returns.
    ///
    /// Blocking. After an error the old file is there, or the new one.
    package func replace(with octets: [UInt8]) throws(SpoolError) {
        // A failed sync is never repeated and believed: each call opens the folder anew.
        let folder = try Folder.open(path: folder, hooks: SpoolHooks())
        try folder.write(octets, as: name, through: temporary)
        try folder.sync.wait()
    }
}
