import Glibc
import Synchronization

/// A temporary folder of one test, for real files in a real file system.
///
/// Goes with its last reference: hold it for as long as its path is used, or use
/// ``withScratchFolder(_:_:)``, which also keeps the folder of a failed test. The
/// environment variable `POSTCHUTE_KEEP_SCRATCH` keeps all.
package final class ScratchFolder: Sendable {
    /// The absolute path, without a slash at its end.
    package let path: String
    private let isKept = Atomic(getenv("POSTCHUTE_KEEP_SCRATCH") != nil)

    /// Creates a new empty folder with mode 0700 below `TMPDIR`, or `/tmp`.
    package init(_ label: String = "test") throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let safe = String(label.map { $0.isLetter || $0.isNumber ? $0 : "-" }.prefix(60))
        var template = Array("\(parent)/postchute-\(safe)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw WaitError("mkdtemp: \(systemError())") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if !isKept.load(ordering: .relaxed) { removeTree(path) }
    }

    /// Leaves the folder where it is, for a person to look at.
    package func keep() {
        isKept.store(true, ordering: .relaxed)
    }

    /// The path of something inside the folder.
    package func path(_ relative: String) -> String { "\(path)/\(relative)" }

    /// Creates a folder inside, with its parents, and returns its path.
    @discardableResult
    package func makeFolder(_ relative: String, mode: UInt32 = 0o755) throws -> String {
        var current = path
        for part in relative.split(separator: "/") {
            current += "/\(part)"
            guard mkdir(current, mode) == 0 || errno == EEXIST else {
                throw WaitError("mkdir \(current): \(systemError())")
            }
        }
        return current
    }

    /// Creates or replaces a file inside and returns its path.
    @discardableResult
    package func write(_ octets: some Sequence<UInt8>, to relative: String) throws -> String {
        let path = path(relative)
        try writeFile(octets, to: path)
        return path
    }

    /// Creates or replaces a file of text inside and returns its path.
    @discardableResult
    package func write(_ text: String, to relative: String) throws -> String {
        try write(text.utf8, to: relative)
    }

    /// The octets of a file inside.
    package func read(_ relative: String) throws -> [UInt8] { try readFile(path(relative)) }

    /// A file inside as text.
    package func text(_ relative: String) throws -> String {
        String(decoding: try read(relative), as: UTF8.self)
    }

    /// The sorted names in a folder inside, without `.` and `..`; empty if there is no such folder.
    package func names(_ relative: String = "") -> [String] { folderNames(path(relative)) }
}

/// Runs a test's body with a new folder, and removes it unless the body failed.
///
/// A recorded issue counts as failing, also when the body went on after it. The path of a kept
/// folder is printed.
package func withScratchFolder<Value>(
    _ label: String = "test",
    _ body: (ScratchFolder) async throws -> Value
) async throws -> Value {
    let folder = try ScratchFolder(label)
    let watch = IssueWatch()
    do {
        let value = try await watch.run { try await body(folder) }
        if watch.hasSeenIssue { keepAndSay(folder) }
        return value
    } catch {
        keepAndSay(folder)
        throw error
    }
}

private func keepAndSay(_ folder: ScratchFolder) {
    folder.keep()
    print("kept for a look: \(folder.path)")
}
