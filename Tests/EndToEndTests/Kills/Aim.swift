import Glibc
import TestSupport

/// A moment of a process: one of its calls on the folders, and a side of it.
struct KillPoint: Hashable, Sendable, CustomStringConvertible {
    /// The side of the call the process dies on.
    enum Moment: String, Hashable, Sendable, CaseIterable {
        /// The call does not happen.
        case before
        /// It happened, and nobody has learnt its result.
        case after
    }

    /// The process that makes the call.
    enum Actor: String, Hashable, Sendable, CaseIterable {
        case daemon
        /// `postchute retry`, `release`, `hold` or `remove`.
        case command
    }

    var actor = Actor.daemon
    /// What it does to which folder, such as `rename queue/n sending/n`.
    let call: String
    /// Which of the calls with this name, from 1 on.
    var number = 1
    var moment = Moment.before

    var description: String { "\(moment) “\(call)” #\(number) of the \(actor)" }
}

/// A call that a process made on the folders.
struct RecordedCall: Hashable, Sendable, CustomStringConvertible {
    let name: String
    let number: Int
    /// `done`, the name of an error, or the moment the process was killed at.
    let result: String

    var description: String { "\(name) #\(number) \(result)" }
}

/// Has a process record its calls and die at one of them; `aim.c` says how.
struct Aim: Sendable {
    private let library: String
    private let folder: String
    private let folders: [String]

    /// Compiles the library into the scratch folder.
    init(for relay: RelayHarness) async throws {
        folder = relay.scratch.path
        library = "\(folder)/aim.so"
        folders = ["AIM_DROP=\(relay.drop)", "AIM_SPOOL=\(relay.spool)"]
        let source = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let command = ["clang", "-O1", "-shared", "-fPIC", "-o", library, "\(source)/aim.c"]
        let run = try await ChildProcess.run(command)
        guard run.exit == .code(0) else { throw WaitError("clang: \(run.errors)") }
    }

    /// What stands before a command line: the process records its calls, and dies at the point if
    /// that is one of its own.
    func launcher(_ actor: KillPoint.Actor, _ point: KillPoint?) -> [String] {
        let log = ["LD_PRELOAD=\(library)", "AIM_LOG=\(record(actor))"]
        guard let point, point.actor == actor else { return ["env"] + log + folders }
        let target = ["AIM_CALL=\(point.call)", "AIM_NUMBER=\(point.number)"]
        return ["env"] + log + folders + target + ["AIM_WHEN=\(point.moment)"]
    }

    /// What the processes of a kind have done since the last ``forget()``, in order.
    func calls(_ actor: KillPoint.Actor) throws -> [RecordedCall] {
        guard access(record(actor), R_OK) == 0 else { return [] }
        return String(decoding: try readFile(record(actor)), as: UTF8.self)
            .split(separator: "\n").compactMap { line in
                let fields = line.split(separator: "\t")
                guard fields.count == 3, let number = Int(fields[1]) else { return nil }
                return RecordedCall(
                    name: String(fields[0]),
                    number: number,
                    result: String(fields[2])
                )
            }
    }

    /// Whether a process was killed there since the last ``forget()``.
    func hasHit(_ point: KillPoint) throws -> Bool {
        try calls(point.actor).contains {
            $0.name == point.call && $0.number == point.number
                && $0.result == point.moment.rawValue
        }
    }

    /// Begins a new record.
    func forget() {
        for actor in KillPoint.Actor.allCases { unlink(record(actor)) }
    }

    private func record(_ actor: KillPoint.Actor) -> String { "\(folder)/\(actor).calls" }
}
