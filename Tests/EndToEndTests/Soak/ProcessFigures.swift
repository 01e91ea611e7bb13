import Glibc
import TestSupport

/// What Linux says about a process, proc(5).
struct ProcessFigures: Sendable {
    /// Resident memory, and the most there ever was, in kilobytes.
    let residentKB: Int
    let peakKB: Int
    /// Its own threads and those of its event loop.
    let threads: Int
    /// Those of the runtime and of libraries that do not name theirs: libdispatch starts workers when
    /// there is work and ends them some seconds after, and what starts on one inherits its name.
    let workers: Int
    let descriptors: Int
    /// What the descriptors lead to: paths, or kinds such as `socket`.
    let open: [String]
    /// Processor time used so far, in seconds.
    let processorTime: Double

    /// Reads them.
    init(_ id: Int32) throws {
        let status = String(decoding: try readFile("/proc/\(id)/status"), as: UTF8.self)
        var values: [Substring: Int] = [:]
        for line in status.split(separator: "\n") {
            let words = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
            if words.count > 1, let value = Int(words[1]) { values[words[0]] = value }
        }
        residentKB = values["VmRSS"] ?? 0
        peakKB = values["VmHWM"] ?? 0
        let names = folderNames("/proc/\(id)/task").map {
            // None where the thread has ended meanwhile.
            (try? readFile("/proc/\(id)/task/\($0)/comm")) ?? []
        }
        // The last 15 octets of names like `com.apple.root.default-qos.overcommit`.
        workers = names.count { String(decoding: $0, as: UTF8.self).contains("-qos") }
        threads = names.count { !$0.isEmpty } - workers
        let links = folderNames("/proc/\(id)/fd")
        descriptors = links.count
        open = links.map { Self.target(of: "/proc/\(id)/fd/\($0)") }
        // The second field is the program's name in parentheses; utime and stime are 14 and 15.
        let stat = String(decoding: try readFile("/proc/\(id)/stat"), as: UTF8.self)
        let fields = (stat.split(separator: ")").last ?? "").split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { throw WaitError("cannot read /proc/\(id)/stat") }
        processorTime = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func target(of link: String) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { buffer in
                buffer.baseAddress.map { readlink(link, $0, buffer.count) } ?? 0
            }
        }
        guard count > 0 else { return "closed meanwhile" }
        let octets = buffer.prefix(count)
        // `socket:[4711]`: the number says nothing.
        let isNumbered = octets.last == UInt8(ascii: "]")
        let kept = isNumbered ? octets.prefix { $0 != UInt8(ascii: ":") } : octets
        return String(decoding: kept, as: UTF8.self)
    }

    /// The processes a process has started and not yet waited for.
    static func children(of id: Int32) -> [Int32] {
        folderNames("/proc/\(id)/task").flatMap { task -> [Int32] in
            guard let octets = try? readFile("/proc/\(id)/task/\(task)/children") else { return [] }
            return String(decoding: octets, as: UTF8.self).split(separator: " ").compactMap {
                Int32($0)
            }
        }
    }
}
