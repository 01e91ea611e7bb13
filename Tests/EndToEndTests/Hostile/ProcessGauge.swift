import Glibc
import TestSupport

/// What a process uses, sampled while something goes on.
struct ProcessGauge: Sendable, CustomStringConvertible {
    /// Open descriptors, the most that were seen.
    private(set) var descriptors = 0
    /// Threads, the most that were seen.
    private(set) var threads = 0
    /// Resident memory in kilobytes, the most there ever was.
    private(set) var peakMemory = 0
    /// Time on a processor since the process began, in seconds.
    private(set) var processorSeconds = 0.0

    var description: String {
        "\(descriptors) descriptors, \(threads) threads, \(peakMemory / 1024) MB, "
            + "\(processorSeconds) s of processor time"
    }

    /// Looks at a process, and keeps the highest of everything.
    mutating func sample(_ process: ChildProcess?) throws {
        guard let process, process.exit == nil else { throw WaitError("the daemon is gone") }
        let root = "/proc/\(process.id)"
        descriptors = max(descriptors, folderNames("\(root)/fd").count)
        threads = max(threads, folderNames("\(root)/task").count)
        let status = String(decoding: try readFile("\(root)/status"), as: UTF8.self)
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            peakMemory = line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
        }
        // `pid (name) state …`: user and system time are the 14th and 15th field, proc(5).
        let fields =
            String(decoding: try readFile("\(root)/stat"), as: UTF8.self)
            .split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
        processorSeconds = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
