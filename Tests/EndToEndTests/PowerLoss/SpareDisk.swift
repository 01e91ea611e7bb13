import Glibc
import TestSupport

/// A scratch folder on another file system than that of temporary files.
final class SpareDisk: Sendable {
    /// The folder.
    let path: String

    private static let parent = "/dev/shm"

    /// Creates the folder.
    init() throws {
        var template = Array("\(Self.parent)/postchute-power-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw WaitError("mkdtemp: \(systemError())") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { removeTree(path) }
}

/// What the tests of power loss need of the system.
enum Tracing {
    /// Whether strace(1) is there and may trace.
    static let isAllowed: Bool = {
        let found = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
            .first { access("\($0)/strace", X_OK) == 0 }
        guard let found else { return false }
        var launch = "\(found)/strace -f -o /dev/null true"
        return launch.withCString { system($0) } == 0
    }()
}
