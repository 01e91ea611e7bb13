import Glibc
import TestSupport
import Testing

@testable import Pickup
@testable import Spool

@Suite("Trouble with a folder")
struct TroubleTests {
    @Test func `a folder that is gone is said once, and used again when it is back`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        #expect(rename(pickup.drop, pickup.path + "/away") == 0)
        pickup.pass(.seconds(120))
        #expect(pickup.story == ["missing: No such file or directory"])
        #expect(rename(pickup.path + "/away", pickup.drop) == 0)
        try pickup.write("x.eml")
        pickup.pass(.seconds(4))
        #expect(pickup.story == ["missing: No such file or directory", "back"])
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `a folder that was replaced is opened anew`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        #expect(rename(pickup.drop, pickup.path + "/away") == 0)
        try pickup.makeFolder("")
        pickup.pass(.seconds(40))
        #expect(pickup.story == ["missing: its identity changed", "back"])
        try pickup.write("x.eml")
        pickup.pass(.seconds(40))
        #expect(pickup.claimedNames == ["x.eml"])
        #expect(folderNames(pickup.path + "/away/queue") == ["sending"])
    }

    @Test(arguments: [
        ("move", "x.eml", true), ("move", "queue/.1.copy", false),
        ("open folder", ".postchute-claim", false), ("remove", "queue/.1.copy", false),
    ])
    func `only a file that may not be moved is blamed for a denial`(
        call: String,
        path: String,
        isBlamed: Bool
    ) async throws {
        try await withScratchFolder("denied") { scratch in
            let drop = try scratch.makeFolder("drop", mode: 0o700)
            let looker = CandidateLooker(
                spool: try MessageSpool(opening: SpoolOptions(dropPath: drop)),
                rules: PickupRules(),
                hooks: PickupHooks()
            )
            let key = CandidateKey(place: .drop([]), name: FileName("x.eml")!)
            let now = PickupTime(monotonic: .zero, wall: .zero)
            let outcome = looker.outcome(
                ofClaim: SpoolError(.denied, call, path: Array("\(drop)/\(path)".utf8)),
                CandidateLooker.Look(key: key, now: now)
            )
            switch outcome {
            case .raced(.immovable): #expect(isBlamed)
            case .trouble: #expect(!isBlamed)
            default: Issue.record("\(outcome)")
            }
        }
    }

    @Test func `a hint that the folder is back is followed at once`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        #expect(rename(pickup.drop, pickup.path + "/away") == 0)
        pickup.pass(.seconds(31))
        #expect(rename(pickup.path + "/away", pickup.drop) == 0)
        pickup.turn(scan: true)
        #expect(pickup.story.last == "back")
    }

    @Test func `a queue that was removed is made again`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        removeTree(pickup.file("queue"))
        try pickup.write("x.eml")
        pickup.turn(["x.eml": .movedIn])
        pickup.pass(.seconds(40))
        #expect(pickup.claimedNames == ["x.eml"])
        #expect(pickup.story.last == "back")
    }

    @Test(.enabled(if: geteuid() == 0 && canFreeze(), "needs root and chattr"))
    func `a claim that is refused suspends the pickup until it works`() async throws {
        let pickup = try TestPickup()
        pickup.turn()
        let queue = pickup.file("queue")
        #expect(try await ChildProcess.run(["chattr", "+i", queue]).exit == .code(0))
        try pickup.write("x.eml")
        try pickup.write("y.eml")
        pickup.turn(["x.eml": .movedIn])
        pickup.pass(.seconds(300))
        let refused = "suspended: Operation not permitted"
        #expect(pickup.story == [refused])
        #expect(pickup.waitingNames == ["x.eml", "y.eml"])
        #expect(try await ChildProcess.run(["chattr", "-i", queue]).exit == .code(0))
        pickup.pass(.seconds(62))
        #expect(pickup.story == [refused, "resumed"])
        #expect(pickup.claimedNames == ["x.eml", "y.eml"])
    }

    @Test func `a request to wake is passed on and answered with a scan`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        pickup.pass(.seconds(5))
        try pickup.write("x.eml")
        pickup.turn { $0.isWoken = true }
        #expect(pickup.story == ["wake"])
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `requests for scans cannot keep the pickup busy`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        try pickup.write("x.eml")
        pickup.turn(scan: true)
        pickup.turn(scan: true)
        #expect(pickup.turn() == pickup.clock.now.monotonic + .milliseconds(200))
    }

    @Test func `subfolders are picked up where that is asked for`() throws {
        let pickup = try TestPickup(PickupRules(isRecursive: true))
        try pickup.makeFolder("a")
        try pickup.makeFolder("a/b.eml")
        try pickup.makeFolder(".hidden")
        for name in [
            "top.eml", "a/one.eml", "a/b.eml/two.eml", ".hidden/no.eml", "queue/stray.eml",
        ] {
            try pickup.write(name)
        }
        pickup.turn()
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["one.eml", "top.eml", "two.eml"])
        #expect(pickup.leftCount == 0)
    }

    @Test func `a new subfolder is scanned when the helper tells of it`() throws {
        let pickup = try TestPickup(PickupRules(isRecursive: true))
        pickup.turn()
        try pickup.makeFolder("new")
        try pickup.makeFolder("new/deep")
        try pickup.write("new/deep/x.eml")
        pickup.turn { $0.add(folder: Array("new".utf8)) }
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `subfolders are no business of other pickups`() throws {
        let pickup = try TestPickup()
        try pickup.makeFolder("a")
        try pickup.write("a/one.eml")
        pickup.turn()
        pickup.pass(.seconds(40))
        #expect(pickup.claimed.isEmpty)
    }

    @Test func `a subfolder that others could tamper with is left and reported once`() throws {
        let pickup = try TestPickup(PickupRules(isRecursive: true))
        try pickup.makeFolder("open")
        #expect(chmod(pickup.file("open"), 0o777) == 0)
        try pickup.write("open/x.eml")
        pickup.turn()
        pickup.pass(.seconds(100))
        #expect(pickup.leftCount == 1)
        #expect(
            pickup.left["open"]?.sentence
                == "The folder is not used: cannot use folder \(pickup.file("open")): somebody else "
                + "could tamper with messages there; run: chmod +t \(pickup.file("open"))."
        )
    }
}

/// Whether files can be made immutable here.
private func canFreeze() -> Bool { access("/usr/bin/chattr", X_OK) == 0 }

extension TestPickup {
    /// What the pickup said about itself.
    var story: [String] {
        events.compactMap { event in
            switch event {
            case .folderMissing(let error): "missing: \(cause(error))"
            case .folderBack: "back"
            case .suspended(let error): "suspended: \(cause(error))"
            case .resumed: "resumed"
            case .wake: "wake"
            case .claimed, .left, .leftUnreported, .held, .effectiveReadiness, .crowded: nil
            }
        }
    }

    private func cause(_ error: SpoolError) -> String {
        let text = error.sentence.split(separator: ": ", maxSplits: 1).last ?? ""
        return String(text.split(separator: ";").first ?? "")
    }
}
