import Glibc
import TestSupport

/// Where a message is when nothing more happens to it.
enum MessageEnd: Hashable, Sendable {
    case sent
    case failed
    case held
    /// A person removed it.
    case gone
}

/// A person who looks after the folders until every message is where it is to be.
struct Attendant {
    /// What the person does with a message that has not been sent.
    enum Habit: Sendable {
        /// Retries what failed.
        case retries
        /// Sets aside what waits, once, and releases it then.
        case setsAside
        /// Moves what failed back into the drop folder.
        case movesBack
    }

    let relay: RelayHarness
    /// The end of each message, by its subject.
    let ends: [String: MessageEnd]
    var habit = Habit.retries
    /// What stands before the command lines.
    var launcher: [String] = []
    private var wasSetAside: Set<String> = []
    private var hasKilledCommand = false

    /// A person for these messages.
    init(_ relay: RelayHarness, _ ends: [String: MessageEnd]) {
        self.relay = relay
        self.ends = ends
    }

    /// Whether every message is at its end, so far as folders show by numbers.
    ///
    /// Looks twice: one that is moved while folders are read one after another may be in none of them,
    /// and would be taken for removed.
    var isDone: Bool { looksDone && looksDone }

    private var looksDone: Bool {
        guard isIdle else { return false }
        let wanted = Dictionary(grouping: ends.values) { $0 }.mapValues(\.count)
        return [(Place.sent, MessageEnd.sent), (.failed, .failed), (.held, .held)]
            .allSatisfy { relay.entries($0).count == wanted[$1, default: 0] }
    }

    private var isIdle: Bool {
        let waiting = folderNames(relay.drop).contains { $0.hasSuffix(".eml") }
        return !waiting && folderNames("\(relay.drop)/.postchute-claim").isEmpty
            && relay.entries(.queue).isEmpty && relay.entries(.sending).isEmpty
    }

    /// Looks around until everything is done; `false` when the daemon ended or a command was killed
    /// before.
    mutating func attend(limit: Duration = .seconds(90)) async throws -> Bool {
        hasKilledCommand = false
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while !isDone {
            if relay.daemon?.exit != nil || hasKilledCommand { return false }
            guard clock.now < deadline else {
                let left = Place.allCases.map { "\($0): \(relay.entries($0).map(\.path))" }
                throw WaitError(
                    "waited \(limit) for the end of all messages; \(left)\n\(relay.log)"
                )
            }
            try await look()
            try await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    /// Does once what is to be done now.
    private mutating func look() async throws {
        let log = relay.daemon?.errors ?? ""
        let suspensions = log.ranges(of: "event=route-suspended").count
        if suspensions > log.ranges(of: "event=route-resumed").count {
            try await run("resume", "--route", "lab")
        }
        let doubtful = relay.announcedIDs
        let waiting = relay.entries(.queue).map { Self.id($0.path) }.filter(doubtful.contains)
        if !waiting.isEmpty { try await run(["retry"] + waiting) }
        if habit == .setsAside { try await setAside() }
        for entry in relay.entries(.held) where end(of: entry.path) != .held {
            try await run("release", Self.id(entry.path))
        }
        for entry in relay.entries(.failed) { try await decide(on: entry.path) }
    }

    private mutating func setAside() async throws {
        for entry in relay.entries(.queue) {
            let id = Self.id(entry.path)
            guard !wasSetAside.contains(id), access("\(relay.spool)/state/\(id)", F_OK) == 0,
                try await run("hold", id).code == 0
            else { continue }
            wasSetAside.insert(id)
        }
    }

    private mutating func decide(on path: String) async throws {
        let id = Self.id(path)
        switch (end(of: path), habit) {
        case (.failed, _), (nil, _): break
        case (.gone, _): try await run("remove", "--yes", id)
        case (.sent, .movesBack), (.held, .movesBack):
            let name = path.split(separator: "/").last ?? ""
            // The daemon may have been faster.
            rename(path, "\(relay.drop)/\(name)")
        case (.sent, _), (.held, _): try await run("retry", id)
        }
    }

    private func end(of path: String) -> MessageEnd? {
        (try? readFile(path)).flatMap { subject(of: $0) }.flatMap { ends[$0] }
    }

    @discardableResult
    private mutating func run(_ arguments: String...) async throws -> CommandRun {
        try await run(arguments)
    }

    /// What has meanwhile happened by itself is refused, which is as well.
    @discardableResult
    private mutating func run(_ arguments: [String]) async throws -> CommandRun {
        let run = try await relay.command(arguments, through: launcher)
        if run.exit == .signal(SIGKILL) { hasKilledCommand = true }
        return run
    }

    private static func id(_ path: String) -> String {
        String((path.split(separator: "/").last ?? "").prefix(35))
    }
}

extension RelayHarness {
    /// The ids of the messages that the log called a possible duplicate.
    var announcedIDs: Set<String> {
        let lines = log.split(separator: "\n").filter { $0.contains("event=uncertain") }
            .map { LoggedLine(String($0)) }
        return Set(lines.filter { $0["note"] == "possible duplicate" }.compactMap { $0["id"] })
    }
}

/// The subject of a message, or `nil` for what is none.
func subject(of octets: [UInt8]) -> String? {
    String(decoding: octets, as: UTF8.self).split { $0.isNewline }
        .first { $0.hasPrefix("Subject: ") }.map { String($0.dropFirst(9)) }
}
