import Glibc
import Spool
import Synchronization
import TestSupport
import Testing

@testable import Pickup

@Suite("Pickup folder, helper and writers")
struct PickupFolderTests {
    @Test(arguments: Place.allCases)
    func `five thousand files at once are claimed once each`(_ place: Place) async throws {
        let running = try await RunningPickup(on: place)
        for number in 0..<5000 {
            try running.put("\(number).eml", TestPickup.message + "\(number)\r\n")
        }
        try await running.waitForClaims(5000)
        #expect(Set(running.claimed.map(\.original)).count == 5000)
        #expect(running.waitingNames.isEmpty)
        await running.stop()
    }

    @Test func `a name used again and again loses nothing and mixes nothing`() async throws {
        let running = try await RunningPickup()
        for number in 0..<300 {
            let text = TestPickup.message + String(repeating: "\(number)\r\n", count: 500)
            try running.put("same.eml", text)
        }
        try await waitUntil("the last version") {
            // Not always the last claim: an earlier version that was replaced at the moment of its
            // claim is given back, and claimed again under a name of its own.
            try running.waitingNames.isEmpty
                && running.claimed.contains { try running.text($0).hasSuffix("\r\n299\r\n") }
        }
        for file in running.claimed {
            let lines = try running.text(file).split(separator: "\r\n").suffix(500)
            #expect(Set(lines).count == 1)
        }
        await running.stop()
    }

    @Test func `a name written in place again and again is never taken half written`() async throws
    {
        let running = try await RunningPickup(PickupRules(settle: .milliseconds(5)))
        for number in 0..<100 {
            let path = "\(running.drop)/same.eml"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            try TestPickup.write(TestPickup.message, to: descriptor)
            for _ in 0..<20 { try TestPickup.write("\(number)\r\n", to: descriptor) }
            try TestPickup.write("end\r\n", to: descriptor)
            close(descriptor)
        }
        try await waitUntil("the last version") { running.waitingNames.isEmpty }
        try await waitUntil("its report") {
            try running.claimed.last.map { try running.text($0).contains("\r\n99\r\n") } == true
        }
        for file in running.claimed { #expect(try running.text(file).hasSuffix("\r\nend\r\n")) }
        await running.stop()
    }

    @Test func `a slow writer is waited for and then not for long`() async throws {
        let running = try await RunningPickup(PickupRules(settle: .milliseconds(50)))
        let descriptor = open("\(running.drop)/slow.eml", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        try TestPickup.write(TestPickup.message, to: descriptor)
        try running.put("fast.eml")
        try await running.waitForClaims(1)
        #expect(running.claimed.map(\.original) == [FileName("fast.eml")!])
        close(descriptor)
        try await running.waitForClaims(2)
        await running.stop()
    }

    @Test func `claims go on when the helper is killed`() async throws {
        let running = try await RunningPickup()
        try running.put("a.eml")
        try await running.waitForClaims(1)
        for number in 0..<5 {
            #expect(kill(try #require(running.helper.processes.last), SIGKILL) == 0)
            try running.put("\(number).eml")
            try await running.waitForClaims(number + 2)
            try await running.helper.waitForReady(number + 2)
        }
        await running.stop()
    }

    @Test func `a folder that is removed and made again is served again`() async throws {
        let running = try await RunningPickup()
        try running.put("a.eml")
        try await running.waitForClaims(1)
        #expect(rename(running.drop, running.drop + "-old") == 0)
        #expect(mkdir(running.drop, 0o755) == 0)
        try await running.waitFor("missing") { if case .folderMissing = $0 { true } else { false } }
        try await running.waitFor("back") { if case .folderBack = $0 { true } else { false } }
        try running.put("b.eml")
        try await running.waitForClaims(2)
        #expect(folderNames(running.drop + "/queue").count == 2)
        await running.stop()
    }

    @Test func `without a spool it tries until there is a folder`() async throws {
        let running = try await RunningPickup(hasFolder: false)
        try await running.waitFor("missing") { event in
            guard case .folderMissing(let error) = event else { return false }
            return error.sentence
                == "cannot open folder \(running.drop): No such file or directory"
        }
        #expect(mkdir(running.drop, 0o755) == 0)
        try await running.waitFor("back") { if case .folderBack = $0 { true } else { false } }
        try running.put("a.eml")
        try await running.waitForClaims(1)
        await running.stop()
    }

    @Test func `the wake file is passed on`() async throws {
        let running = try await RunningPickup()
        let path = "\(running.drop)/\(CandidateName.wakeName)"
        close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644))
        unlink(path)
        try await running.waitFor("wake") { if case .wake = $0 { true } else { false } }
        await running.stop()
    }

    @Test func `new subfolders are served with what they held already`() async throws {
        let running = try await RunningPickup(PickupRules(isRecursive: true))
        #expect(mkdir("\(running.path)/new", 0o755) == 0)
        for name in ["a.eml", "b.eml"] { try running.put("new/\(name)", from: running.path) }
        #expect(rename("\(running.path)/new", "\(running.drop)/new") == 0)
        try await running.waitForClaims(2)
        try running.put("new/c.eml")
        try await running.waitForClaims(3)
        await running.stop()
    }
}

/// A pickup with its thread, the real helper and the real clock.
final class RunningPickup: Sendable {
    let path: String
    let helper: TestHelper
    private let pickup: PickupFolder
    private let collected: Events

    private final class Events: Sendable {
        let list = Mutex<[PickupEvent]>([])
    }

    init(
        _ rules: PickupRules = PickupRules(),
        on place: Place = .disk,
        hasFolder: Bool = true
    ) async throws {
        var template = Array("\(place.rawValue)/postchute-running-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw WaitError("mkdtemp: \(systemError())") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let drop = "\(path)/drop"
        if hasFolder { mkdir(drop, 0o755) }
        let options = SpoolOptions(dropPath: drop)
        let events = Events()
        collected = events
        let pickup = PickupFolder(
            name: "test",
            path: drop,
            rules: rules,
            spool: hasFolder ? try MessageSpool(opening: options) : nil,
            open: { () throws(SpoolError) in try MessageSpool(opening: options) },
            report: { event in events.list.withLock { $0.append(event) } }
        )
        self.pickup = pickup
        let excluded = ["queue", "sent", "failed", "held", "state"].map { "\(drop)/\($0)" }
        helper = try TestHelper([
            .init(path: drop, isRecursive: rules.isRecursive, excluded: excluded)
        ]) { event in
            switch event {
            case .record(let record): pickup.hint(record)
            case .away, .started: break
            }
        }
        try await helper.waitForReady()
        pickup.start()
    }

    deinit { removeTree(path) }

    var drop: String { "\(path)/drop" }

    /// Writes a file under another name and renames it.
    func put(_ name: String, _ text: String = TestPickup.message, from base: String? = nil) throws {
        let target = "\(base ?? drop)/\(name)"
        let temporary = "\(path)/put.tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try TestPickup.write(text, to: descriptor)
        close(descriptor)
        guard rename(temporary, target) == 0 else { throw WaitError("rename: \(systemError())") }
    }

    var events: [PickupEvent] { collected.list.withLock { $0 } }

    var claimed: [ClaimedFile] {
        var result: [ClaimedFile] = []
        for case .claimed(let files) in events { result += files }
        return result
    }

    func waitForClaims(_ count: Int) async throws {
        try await waitUntil(
            limit: .seconds(20),
            "\(count) claims; there are \(claimed.count), and in the folder \(waitingNames.prefix(9))"
        ) {
            claimed.count >= count
        }
        guard claimed.count == count else { throw WaitError("\(claimed.count) claims") }
    }

    func waitFor(_ what: String, _ condition: (PickupEvent) -> Bool) async throws {
        try await waitUntil(limit: .seconds(20), what) { events.contains(where: condition) }
    }

    func text(_ file: ClaimedFile) throws -> String {
        let name = String(decoding: file.name.octets, as: UTF8.self)
        return String(decoding: try readFile("\(drop)/queue/\(name)"), as: UTF8.self)
    }

    var waitingNames: [String] {
        folderNames(drop).filter { !["queue", "sent", "failed", "held", "state"].contains($0) }
    }

    func stop() async {
        await helper.stop()
        pickup.stop()
    }
}
