import Glibc
import Spool
import TestSupport
import Testing

@testable import Pickup

@Suite("Leaving files")
struct LeavingTests {
    @Test(arguments: Place.allCases)
    func `what can never be claimed stays and is reported once`(_ place: Place) throws {
        let pickup = try TestPickup(on: place)
        #expect(mkfifo(pickup.file("pipe.eml"), 0o644) == 0)
        #expect(symlink("/etc/passwd", pickup.file("link.eml")) == 0)
        try pickup.makeFolder("folder.eml")
        try pickup.write("one.eml")
        #expect(link(pickup.file("one.eml"), pickup.file("two.txt")) == 0)
        try pickup.write("empty.eml", "")
        try pickup.write("nul.eml", TestPickup.message + "\0\0\0")
        pickup.turn()
        pickup.pass(.seconds(200))
        let expected: [String: Obstacle] = [
            "pipe.eml": .namedPipe, "link.eml": .symbolicLink, "folder.eml": .folder,
            "one.eml": .hardLink(names: 2), "empty.eml": .empty, "nul.eml": .trailingNULs,
        ]
        #expect(pickup.left == expected)
        #expect(pickup.leftCount == expected.count)
        #expect(pickup.claimed.isEmpty)
        #expect(pickup.waitingNames.count == expected.count + 1)
    }

    @Test func `a file that was left is taken when it is cured`() throws {
        let pickup = try TestPickup()
        try pickup.write("x.eml")
        #expect(link(pickup.file("x.eml"), pickup.file("other")) == 0)
        try pickup.write("empty.eml", "")
        pickup.turn()
        pickup.pass(.seconds(60))
        #expect(pickup.leftCount == 2)
        #expect(unlink(pickup.file("other")) == 0)
        try pickup.write("empty.eml")
        pickup.pass(.seconds(40))
        #expect(pickup.claimedNames == ["empty.eml", "x.eml"])
    }

    @Test func `what a disk was the obstacle to is looked at in every scan and told once`() throws {
        let pickup = try TestPickup()
        try pickup.write("x.eml")
        let descriptor = open(pickup.file("x.eml"), O_RDONLY)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        let name = try #require(FileName(octets: "x.eml".utf8))
        let key = CandidateKey(place: .drop([]), name: name)
        for (obstacle, mayPass) in [(Obstacle.damaged, true), (.empty, false)] {
            var left = LeftFiles(limit: 10)
            left.beginScan()
            let first = left.remember(key, facts, obstacle)
            let holdsAtOnce = left.stillHolds(key, facts)
            left.endScan()
            left.beginScan()
            let holdsLater = left.stillHolds(key, facts)
            let second = left.remember(key, facts, obstacle)
            let holdsAgain = left.stillHolds(key, facts)
            left.endScan()
            #expect(first == .new)
            #expect(second == .known)
            #expect(holdsAtOnce && holdsAgain, "once in a scan")
            #expect(holdsLater == !mayPass)
            #expect(left.contains(key))
        }
    }

    @Test func `a file that was filled within one tick of the clock is looked at again`() throws {
        let pickup = try TestPickup()
        try pickup.write("x.eml")
        let descriptor = open(pickup.file("x.eml"), O_RDONLY)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        let name = try #require(FileName(octets: "x.eml".utf8))
        let key = CandidateKey(place: .drop([]), name: name)
        var empty = facts
        empty.size = 0
        var left = LeftFiles(limit: 10)
        let answer = left.remember(key, empty, .empty)
        let holdsWhileEmpty = left.stillHolds(key, empty)
        let holdsWhenFilled = left.stillHolds(key, facts)
        #expect(answer == .new)
        #expect(holdsWhileEmpty)
        #expect(!holdsWhenFilled)
    }

    @Test func `another obstacle under the same name is reported again`() throws {
        let pickup = try TestPickup()
        #expect(mkfifo(pickup.file("x.eml"), 0o644) == 0)
        pickup.turn()
        pickup.pass(.seconds(60))
        #expect(unlink(pickup.file("x.eml")) == 0)
        try pickup.makeFolder("x.eml")
        pickup.pass(.seconds(60))
        #expect(pickup.leftCount == 2)
        #expect(pickup.left == ["x.eml": .folder])
    }

    @Test func `what is gone is forgotten and reported when it comes back`() throws {
        let pickup = try TestPickup()
        try pickup.makeFolder("x.eml")
        pickup.turn()
        #expect(rename(pickup.file("x.eml"), pickup.file("away")) == 0)
        pickup.pass(.seconds(31))
        #expect(rename(pickup.file("away"), pickup.file("x.eml")) == 0)
        pickup.pass(.seconds(31))
        #expect(pickup.leftCount == 2)
    }

    @Test func `a flood of what is left is reported up to a limit, and how much more there is`()
        throws
    {
        let pickup = try TestPickup()
        for number in 1...150 { try pickup.makeFolder("\(number).eml") }
        pickup.turn(scan: true)
        #expect(pickup.leftCount == 100)
        #expect(pickup.unreported == [])
        pickup.pass(.seconds(31))
        #expect(pickup.unreported == [50])
        try pickup.makeFolder("late.eml")
        pickup.turn(["late.eml": .created])
        #expect(pickup.left["late.eml"] == .folder)
    }

    @Test func `memory of what was left is bounded, and that is said once`() throws {
        let pickup = try TestPickup { $0.memory = 10 }
        for number in 0..<25 { try pickup.makeFolder("\(number).eml") }
        try pickup.write("good.eml")
        pickup.turn()
        pickup.pass(.seconds(100))
        #expect(pickup.leftCount == 10)
        let crowded = pickup.events.count { if case .crowded(10) = $0 { true } else { false } }
        #expect(crowded == 1)
        #expect(pickup.claimedNames == ["good.eml"])
    }

    @Test func `more files than are remembered get their turn`() throws {
        let pickup = try TestPickup { $0.memory = 10 }
        for number in 0..<45 { try pickup.write("\(number).eml") }
        pickup.turn()
        pickup.pass(.seconds(60))
        #expect(pickup.claimed.count == 45)
    }

    @Test func `a file of another user that nobody may read is reported`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        try pickup.write("x.eml")
        let mode: mode_t = geteuid() == 0 ? 0o600 : 0
        #expect(chmod(pickup.file("x.eml"), mode) == 0)
        try asNobody {
            pickup.turn(["x.eml": .movedIn])
            pickup.turn(["x.eml": .touched])
        }
        #expect(pickup.left == ["x.eml": .unreadable(owner: geteuid(), mode: S_IFREG | mode)])
        #expect(pickup.leftCount == 1)
        #expect(chmod(pickup.file("x.eml"), 0o644) == 0)
        pickup.turn(["x.eml": .touched])
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["x.eml"])
    }
}

/// Runs the body without root's right to read every file; a thread has a user of its own for that.
private func asNobody(_ body: () -> Void) throws {
    typealias SetUser = @convention(c) (uid_t) -> Int32
    guard geteuid() == 0 else { return body() }
    guard let symbol = dlsym(nil, "setfsuid") else { throw WaitError("no setfsuid") }
    let setUser = unsafeBitCast(symbol, to: SetUser.self)
    _ = setUser(65534)
    defer { _ = setUser(0) }
    body()
}
