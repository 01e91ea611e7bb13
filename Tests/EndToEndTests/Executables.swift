import Glibc
import TestSupport

/// The programs under test.
enum Executables {
    /// `postchute`, with the watch helper beside it.
    static var postchute: String {
        get throws {
            let folders = try candidates()
            for folder in folders where access("\(folder)/postchute", X_OK) == 0 {
                return "\(folder)/postchute"
            }
            throw WaitError("postchute is in none of \(folders)")
        }
    }

    /// The folder named by `POSTCHUTE_EXECUTABLES`, or those the test bundle may lie in: it is a
    /// program of its own with some runners, and loaded by another program with others.
    private static func candidates() throws -> [String] {
        if let named = getenv("POSTCHUTE_EXECUTABLES") { return [String(cString: named)] }
        return ([try ownExecutable()] + CommandLine.arguments).compactMap { path in
            path.lastIndex(of: "/").map { String(path[..<$0]) }
        }
    }

    private static func ownExecutable() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw WaitError("readlink: \(systemError())") }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
