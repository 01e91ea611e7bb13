import Glibc
import TestSupport
import Testing

/// The daemon dies just before and just after each call that is an arrow of a bundle.
@Suite("Kills at the arrows of a bundle", .serialized)
struct BundleKillTests {
    /// The rows of the state table that are tried here.
    static let rows: Set = ["D → B collect", "B → Q commit a bundle"]

    /// The calls of those rows, and of B1 for a bundle.
    private static let arrows = [
        "mkdir collecting/n", "fsync collecting", "rename drop/name bundle/name",
        "rename collecting/n queue/n", "fdatasync bundle/name", "fsync bundle",
    ]

    private static let pages = (1...2).map { "page\($0).jpg" }

    @Test(.timeLimit(.minutes(5)))
    func `killed at an arrow, every page is sent once`() async throws {
        try await withIdleRelay("bundle-kills", .documents("bundle = '1 s'")) { relay in
            let aim = try await Aim(for: relay)
            try await Self.play(nil, relay, aim)
            let calls = try aim.calls(.daemon).filter { $0.result == "done" }
            #expect(Set(Self.arrows).subtracting(calls.map(\.name)) == [])
            let points = calls.filter { Self.arrows.contains($0.name) }.flatMap { call in
                KillPoint.Moment.allCases.map {
                    KillPoint(call: call.name, number: call.number, moment: $0)
                }
            }
            for point in points { try await Self.play(point, relay, aim) }
        }
    }

    private static func play(_ point: KillPoint?, _ relay: RelayHarness, _ aim: Aim) async throws {
        try await reset(relay, aim)
        for (index, page) in pages.enumerated() {
            try relay.drop(Array(page.utf8), ScannedFile.jpeg(page: index))
        }
        try relay.launchDaemon(through: aim.launcher(.daemon, point))
        if let point {
            #expect(try await relay.waitForEnd() == .signal(SIGKILL), "\(point)")
            #expect(try aim.hasHit(point), "\(point)")
            try relay.launchDaemon()
        }
        try await waitUntil("every page, \(point.map { "\($0)" } ?? "undisturbed"); \(relay.log)") {
            try received(relay).count >= pages.count
        }
        try await relay.daemon?.waitForOutput("event=watching")
        try await waitUntil { relay.entries(.queue).isEmpty && relay.entries(.sending).isEmpty }
        try await relay.stopDaemon()
        #expect(try received(relay).sorted() == pages, "\(String(describing: point))")
        #expect(folderNames("\(relay.drop)/queue/collecting").isEmpty)
        #expect(folderNames("\(relay.drop)/state") == ["lock"])
    }

    /// The names of all files that were accepted, each checked for its content.
    private static func received(_ relay: RelayHarness) throws -> [String] {
        try relay.received().flatMap { try $0.attachments }.map { file in
            let name = String(file.name.dropFirst("filename=\"".count).dropLast())
            let page = pages.firstIndex(of: name) ?? -1
            #expect(file.octets == ScannedFile.jpeg(page: page))
            return name
        }
    }

    /// Empty folders, and a sandbox that has seen nothing.
    private static func reset(_ relay: RelayHarness, _ aim: Aim) async throws {
        try await relay.stopSandbox()
        for folder in ["sandbox", "state"] { removeTree(relay.scratch.path(folder)) }
        for name in folderNames(relay.drop) { removeTree("\(relay.drop)/\(name)") }
        aim.forget()
        try await relay.startSandbox()
    }
}
