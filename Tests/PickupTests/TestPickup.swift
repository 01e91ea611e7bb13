import Glibc
import Spool
import Synchronization
import TestSupport

@testable import Pickup

/// A file system to try things on.
enum Place: String, CaseIterable, Sendable {
    case disk = "/tmp"
    case memory = "/dev/shm"
}

/// A clock that stands until it is moved.
final class ManualClock: Sendable {
    private let time: Mutex<PickupTime>

    /// The wall clock stands in 1970, so that every change of a real file lies in the future and
    /// only what was watched counts.
    init() { time = Mutex(PickupTime(monotonic: .seconds(1000), wall: .zero)) }

    var now: PickupTime { time.withLock { $0 } }

    func advance(to monotonic: Duration) {
        time.withLock { $0.monotonic = max($0.monotonic, monotonic) }
    }

    func setWall(_ wall: Duration) { time.withLock { $0.wall = wall } }
}

/// A pickup without a thread on real folders, in a time of its own.
final class TestPickup {
    static let message = "From: a@example.com\r\nTo: b@example.com\r\n\r\nText\r\n"

    let path: String
    let clock = ManualClock()
    private(set) var events: [PickupEvent] = []
    private var worker: PickupWorker?

    init(
        _ rules: PickupRules = PickupRules(),
        on place: Place = .disk,
        configure: (inout PickupHooks) -> Void = { _ in }
    ) throws {
        var template = Array("\(place.rawValue)/postchute-pickup-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw WaitError("mkdtemp: \(systemError())") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try makeFolder("")
        var hooks = PickupHooks()
        let clock = clock
        hooks.now = { clock.now }
        configure(&hooks)
        let drop = drop
        worker = PickupWorker(
            rules: rules,
            hooks: hooks,
            spool: try MessageSpool(opening: SpoolOptions(dropPath: drop)),
            open: { () throws(SpoolError) in
                try MessageSpool(opening: SpoolOptions(dropPath: drop))
            },
            report: { [unowned self] in events.append($0) }
        )
    }

    deinit { removeTree(path) }

    var drop: String { "\(path)/drop" }

    func file(_ name: String) -> String { "\(drop)/\(name)" }

    func makeFolder(_ name: String) throws {
        let folder = name.isEmpty ? drop : file(name)
        guard mkdir(folder, 0o755) == 0 else { throw WaitError("mkdir: \(systemError())") }
    }

    func write(_ name: String, _ text: String = message) throws {
        let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw WaitError("open \(name): \(systemError())") }
        defer { close(descriptor) }
        try Self.write(text, to: descriptor)
    }

    static func write(_ text: String, to descriptor: Int32) throws {
        guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count else {
            throw WaitError("write: \(systemError())")
        }
    }

    /// Gives the worker one turn with what was noticed, at the present time.
    @discardableResult
    func turn(_ hints: [String: PickupRequests.Hint] = [:], scan: Bool = false) -> Duration {
        var requests = PickupRequests()
        requests.wantsScan = scan
        for (name, hint) in hints {
            guard let name = FileName(name) else { continue }
            requests.add(hint, for: CandidateKey(place: .drop([]), name: name))
        }
        return worker?.turn(requests) ?? .zero
    }

    func turn(_ body: (inout PickupRequests) -> Void) {
        var requests = PickupRequests()
        body(&requests)
        _ = worker?.turn(requests)
    }

    /// Lets time pass, with a turn whenever the worker asks for one.
    func pass(_ duration: Duration) {
        let end = clock.now.monotonic + duration
        while true {
            let next = turn()
            guard next <= end else { break }
            clock.advance(to: max(next, clock.now.monotonic + .milliseconds(1)))
        }
        clock.advance(to: end)
        turn()
    }

    var claimed: [ClaimedFile] {
        var result: [ClaimedFile] = []
        for case .claimed(let files) in events { result += files }
        return result
    }

    var claimedNames: [String] {
        claimed.map { String(decoding: $0.original.octets, as: UTF8.self) }.sorted()
    }

    var left: [String: Obstacle] {
        var result: [String: Obstacle] = [:]
        for case .left(let file) in events {
            result[String(decoding: file.path.dropFirst(drop.utf8.count + 1), as: UTF8.self)] =
                file.obstacle
        }
        return result
    }

    var leftCount: Int { events.count { if case .left = $0 { true } else { false } } }

    var unreported: [Int] {
        var result: [Int] = []
        for case .leftUnreported(let count) in events { result.append(count) }
        return result
    }

    /// What a claimed file holds now.
    func text(_ file: ClaimedFile) throws -> String {
        String(
            decoding: try readFile(
                "\(drop)/queue/\(String(decoding: file.name.octets, as: UTF8.self))"
            ),
            as: UTF8.self
        )
    }

    /// The names in the drop folder that are not the spool's.
    var waitingNames: [String] {
        folderNames(drop).filter { !["queue", "sent", "failed", "held", "state"].contains($0) }
    }
}
