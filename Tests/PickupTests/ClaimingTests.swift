import Glibc
import MailMessage
import Spool
import TestSupport
import Testing

@testable import Pickup

@Suite("Claiming files")
struct ClaimingTests {
    @Test(arguments: Place.allCases)
    func `a writer that holds the file open is waited for`(_ place: Place) throws {
        let pickup = try TestPickup(on: place)
        let descriptor = open(pickup.file("slow.eml"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        try TestPickup.write(
            "From: a@example.com\r\nTo: b@example.com\r\n\r\nfirst ",
            to: descriptor
        )
        pickup.turn(["slow.eml": .created])
        pickup.pass(.seconds(600))
        #expect(pickup.claimed.isEmpty)
        try TestPickup.write("second\r\n", to: descriptor)
        close(descriptor)
        pickup.turn(["slow.eml": .touched])
        #expect(pickup.claimed.isEmpty, "it has not settled yet")
        pickup.pass(.seconds(1))
        try #require(pickup.claimedNames == ["slow.eml"])
        #expect(try pickup.text(pickup.claimed[0]).hasSuffix("first second\r\n"))
        #expect(pickup.waitingNames.isEmpty)
    }

    @Test(arguments: Place.allCases)
    func `a file renamed into the folder is taken at once`(_ place: Place) throws {
        let pickup = try TestPickup(on: place)
        pickup.turn()
        try pickup.write("x.tmp")
        pickup.turn(scan: true)
        #expect(pickup.claimed.isEmpty)
        #expect(rename(pickup.file("x.tmp"), pickup.file("x.eml")) == 0)
        pickup.turn(["x.eml": .movedIn])
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test(arguments: Place.allCases)
    func `a file linked to its name is taken once the other name is gone`(_ place: Place) throws {
        let pickup = try TestPickup(on: place)
        pickup.turn()
        try pickup.write("x.tmp")
        #expect(link(pickup.file("x.tmp"), pickup.file("x.eml")) == 0)
        let next = pickup.turn(["x.eml": .created])
        #expect(next == pickup.clock.now.monotonic + .milliseconds(20))
        #expect(pickup.claimed.isEmpty)
        #expect(unlink(pickup.file("x.tmp")) == 0)
        pickup.pass(.milliseconds(20))
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `what lies there at the start is found without any event`() throws {
        let pickup = try TestPickup()
        try pickup.write("a.eml")
        try pickup.write("B.EML")
        try pickup.write("c.txt")
        pickup.turn()
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["B.EML", "a.eml"])
        #expect(pickup.waitingNames == ["c.txt"])
    }

    @Test func `an old file is taken by the first scan`() throws {
        let pickup = try TestPickup()
        try pickup.write("a.eml")
        pickup.clock.setWall(PickupTime.now().wall + .seconds(2))
        pickup.turn()
        #expect(pickup.claimedNames == ["a.eml"])
    }

    @Test func `a file that is appended to is taken when that has settled`() throws {
        let pickup = try TestPickup()
        try pickup.write("a.eml")
        pickup.turn()
        pickup.pass(.milliseconds(600))
        let descriptor = open(pickup.file("a.eml"), O_WRONLY | O_APPEND | O_CLOEXEC)
        try TestPickup.write("more\r\n", to: descriptor)
        close(descriptor)
        pickup.turn(["a.eml": .touched])
        pickup.pass(.milliseconds(600))
        #expect(pickup.claimed.isEmpty)
        pickup.pass(.milliseconds(400))
        try #require(pickup.claimed.count == 1)
        #expect(try pickup.text(pickup.claimed[0]).hasSuffix("Text\r\nmore\r\n"))
    }

    @Test func `files of one name are claimed one after the other`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        for number in 1...20 {
            try pickup.write("x.tmp", TestPickup.message + "\(number)\r\n")
            #expect(rename(pickup.file("x.tmp"), pickup.file("x.eml")) == 0)
            pickup.turn(["x.eml": .movedIn])
        }
        #expect(pickup.claimed.count == 20)
        for (index, file) in pickup.claimed.enumerated() {
            #expect(try pickup.text(file).hasSuffix("\r\n\(index + 1)\r\n"))
        }
    }

    @Test(arguments: ["x.eml.ok", "x.ok"])
    func `a marked file is taken and its marker removed`(_ marker: String) throws {
        let pickup = try TestPickup(PickupRules(ready: .marker(suffix: ".ok")))
        try pickup.write("x.eml")
        try pickup.write("y.eml")
        pickup.turn()
        pickup.pass(.seconds(60))
        #expect(pickup.claimed.isEmpty)
        try pickup.write(marker, "")
        pickup.turn([marker: .created])
        #expect(pickup.claimedNames == ["x.eml"])
        #expect(pickup.waitingNames == ["y.eml"])
    }

    @Test func `a marked file is found by a scan too`() throws {
        let pickup = try TestPickup(PickupRules(ready: .marker(suffix: ".ok")))
        try pickup.write("x.eml")
        try pickup.write("x.ok", "")
        pickup.turn()
        #expect(pickup.claimedNames == ["x.eml"])
        #expect(pickup.waitingNames.isEmpty)
    }

    @Test func `where the name is the contract, nothing else is asked`() throws {
        let pickup = try TestPickup(PickupRules(ready: .renamed))
        let descriptor = open(pickup.file("x.eml"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        try TestPickup.write(TestPickup.message, to: descriptor)
        pickup.turn()
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `a truncated file that is completed is taken`() throws {
        let pickup = try TestPickup()
        try pickup.write("x.eml", "From: a@example.com\r\nTo: b@exam")
        pickup.turn()
        pickup.pass(.seconds(29))
        #expect(pickup.claimed.isEmpty)
        try pickup.write("x.eml")
        pickup.turn(["x.eml": .touched])
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `a file that stays truncated is held with its reason`() throws {
        let pickup = try TestPickup()
        try pickup.write("x.eml", "From: a@example.com\r\nTo: b@exam")
        pickup.turn()
        pickup.pass(.seconds(31))
        #expect(pickup.claimed.isEmpty)
        #expect(pickup.waitingNames.isEmpty)
        #expect(folderNames("\(pickup.drop)/queue") == ["sending"])
        let held = pickup.events.compactMap { event -> HeldFile? in
            if case .held(let file) = event { file } else { nil }
        }
        try #require(held.count == 1)
        #expect(held[0].completeness == .noBlankLine)
        let name = String(decoding: held[0].name.octets, as: UTF8.self)
        #expect(folderNames("\(pickup.drop)/held") == [name, name + ".txt"])
        let reason = String(
            decoding: try readFile("\(pickup.drop)/held/\(name).txt"),
            as: UTF8.self
        )
        #expect(
            reason
                == HeldReason.text(
                    of: .noBlankLine,
                    patience: .seconds(30),
                    file: held[0].original,
                    size: Int64(try readFile("\(pickup.drop)/held/\(name)").count)
                )
        )
    }

    @Test func `a truncated file is taken where the settings say so`() throws {
        let pickup = try TestPickup(PickupRules(truncated: .send))
        try pickup.write("x.eml", "From: a@example.com\r\nTo: b@exam")
        pickup.turn()
        pickup.pass(.seconds(31))
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `a large file is judged by its two ends`() throws {
        let pickup = try TestPickup()
        let head =
            "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
        let body = String(repeating: String(repeating: "x", count: 76) + "\r\n", count: 20_000)
        try pickup.write("whole.eml", head + body + "--b--\r\n")
        try pickup.write("cut.eml", head + body)
        pickup.turn()
        pickup.pass(.seconds(2))
        #expect(pickup.claimedNames == ["whole.eml"])
    }

    @Test func `where leases are refused, a file must be quiet`() throws {
        let pickup = try TestPickup { $0.takeLease = { _ in -EACCES } }
        try pickup.write("x.eml")
        pickup.turn(["x.eml": .movedIn])
        pickup.pass(.seconds(9))
        #expect(pickup.claimed.isEmpty)
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["x.eml"])
        #expect(pickup.methods == [.lease, .quiet])
    }

    @Test func `on a network file system no lease is asked for`() throws {
        let pickup = try TestPickup {
            $0.fileSystem = { _ in 0x6969 }
            $0.takeLease = { _ in 0 }
        }
        try pickup.write("x.eml")
        pickup.turn()
        pickup.pass(.seconds(9))
        #expect(pickup.claimed.isEmpty)
        pickup.pass(.seconds(1))
        #expect(pickup.claimedNames == ["x.eml"])
        #expect(pickup.methods == [.quiet])
    }

    @Test func `a network file system is polled`() throws {
        let pickup = try TestPickup { $0.fileSystem = { _ in 0x6969 } }
        pickup.turn()
        pickup.pass(.seconds(1))
        try pickup.write("x.eml")
        pickup.pass(.seconds(12))
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `a local folder is scanned every half minute`() throws {
        let pickup = try TestPickup()
        pickup.turn()
        pickup.pass(.seconds(1))
        try pickup.write("x.eml")
        pickup.pass(.seconds(28))
        #expect(pickup.claimed.isEmpty)
        pickup.pass(.seconds(3))
        #expect(pickup.claimedNames == ["x.eml"])
    }

    @Test func `a writer that waits in open for our lease gets its file first`() throws {
        // The writer's open is begun by the lease itself: it arrives between lease and rename.
        let pickup = try TestPickup { hooks in
            let takeLease = hooks.takeLease
            hooks.takeLease = { descriptor in
                let result = takeLease(descriptor)
                let path = "/proc/self/fd/\(descriptor)"
                // Breaks the lease without waiting for it.
                let writer = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                if writer >= 0 { close(writer) }
                return result
            }
        }
        try pickup.write("x.eml")
        pickup.turn(["x.eml": .movedIn])
        pickup.pass(.seconds(5))
        #expect(pickup.claimed.isEmpty)
        #expect(pickup.waitingNames == ["x.eml"])
    }

    @Test func `strays in the queue get an id when they are ready`() throws {
        let pickup = try TestPickup(PickupRules(ready: .marker(suffix: ".ok")))
        pickup.turn()
        try pickup.write("queue/x.eml")
        try pickup.write("queue/note.txt")
        let strays = ["x.eml", "note.txt"].map { FileName($0)! }
        pickup.turn { requests in
            for name in strays {
                requests.add(.touched, for: CandidateKey(place: .queue, name: name))
            }
        }
        #expect(pickup.claimed.isEmpty)
        pickup.pass(.seconds(1))
        try #require(pickup.claimedNames == ["x.eml"])
        #expect(pickup.claimed[0].isStray)
        #expect(try pickup.text(pickup.claimed[0]) == TestPickup.message)
        #expect(pickup.left == ["queue/note.txt": .foreignName])
    }
}

extension TestPickup {
    var methods: [EffectiveReadiness.Method] {
        events.compactMap {
            if case .effectiveReadiness(let found) = $0 { found.method } else { nil }
        }
    }
}
