internal import FoundationEssentials
internal import Glibc

/// Small text files.
enum TextFile {
    /// Reads a file as UTF-8, replacing what is not.
    static func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// Reads standard input to its end, or as many octets as the limit says.
    static func readStandardInput(limit: Int) -> String {
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while octets.count < limit {
            let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            octets += chunk[..<count]
        }
        return String(decoding: octets.prefix(limit), as: UTF8.self)
    }

    /// Writes a file that only its owner can read.
    static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
