import Glibc
import TestSupport

/// The calls the daemon makes on files for one message, as strace(1) saw them.
struct FaultRecording {
    /// A call and what it was made on.
    struct Site: Hashable {
        let call: String
        let place: FaultPlace
    }

    /// In the order of their first occurrence.
    private(set) var sites: [Site] = []

    /// Calls that can refuse; `close` cannot in any way that matters.
    static let calls: Set<String> = [
        "openat", "newfstatat", "statx", "fstat", "read", "pread64", "write",
        "pwrite64", "renameat2", "renameat", "rename", "unlinkat", "mkdirat", "linkat", "fsync",
        "fdatasync", "fcntl", "utimensat", "ftruncate", "copy_file_range", "fstatfs", "fchmod",
        "fchown", "flock",
    ]

    /// Reads what `strace -f -yy` wrote.
    init(_ text: String, scratch: String) {
        var known: Set<Site> = []
        for line in text.split(separator: "\n") {
            // "PID call(3</path>, "name", …": descriptors carry their paths.
            guard let match = line.prefixMatch(of: /[0-9]+ +([a-z0-9_]+)\((.*)/),
                Self.calls.contains(String(match.1))
            else { continue }
            for path in match.2.matches(of: /[0-9]<(\/[^>]*)>/).map(\.1) {
                guard let place = FaultPlace(path, scratch: scratch) else { continue }
                if place.path.hasPrefix("other") || place.path.hasPrefix("state/") { continue }
                let site = Site(call: String(match.1), place: place)
                if known.insert(site).inserted { sites.append(site) }
            }
        }
    }
}

extension RelayHarness {
    /// Watches the running daemon while the body runs.
    func recorded(_ body: () async throws -> Void) async throws -> FaultRecording {
        guard let daemon else { throw WaitError("there is no daemon") }
        let file = scratch.path("calls")
        let tracer = try ChildProcess(["strace", "-f", "-yy", "-o", file, "-p", "\(daemon.id)"])
        try await tracer.waitForOutput(" attached")
        do {
            try await body()
            try await tracer.end()
        } catch {
            _ = try? await tracer.end()
            throw error
        }
        let text = String(decoding: try readFile(file), as: UTF8.self)
        return FaultRecording(text, scratch: scratch.path)
    }
}
