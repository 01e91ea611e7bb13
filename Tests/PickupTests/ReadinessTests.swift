import Glibc
import MailMessage
import Spool
import Testing

@testable import Pickup

@Suite("Readiness")
struct ReadinessTests {
    /// A file of 100 octets with one name, changed at the second 1,000.
    static let base: FileFacts = {
        guard var facts = try? FileFacts(descriptor: STDERR_FILENO) else {
            preconditionFailure("standard error is closed")
        }
        facts.mode = S_IFREG | 0o640
        (facts.device, facts.inode, facts.links, facts.size) = (1, 2, 1, 100)
        (facts.modified, facts.changed) = (1_000_000_000_000, 1_000_000_000_000)
        return facts
    }()

    static func time(_ seconds: Double, wall: Double = 0) -> PickupTime {
        PickupTime(monotonic: .seconds(seconds), wall: .seconds(wall))
    }

    static func machine(
        _ rules: PickupRules = PickupRules(),
        isLocal: Bool = true,
        arrival: Readiness.Arrival = .inPlace
    ) -> Readiness {
        Readiness(.init(rules: rules, isLocal: isLocal), arrival: arrival)
    }

    static func facts(_ change: (inout FileFacts) -> Void) -> FileFacts {
        var facts = base
        change(&facts)
        return facts
    }

    @Test(arguments: [
        (S_IFDIR, Obstacle.folder), (S_IFLNK, .symbolicLink), (S_IFIFO, .namedPipe),
        (S_IFSOCK, .socket), (S_IFCHR, .device), (S_IFBLK, .device),
    ])
    func `what is no file is left at once`(_ kind: mode_t, _ obstacle: Obstacle) {
        var machine = Self.machine()
        let facts = Self.facts { $0.mode = kind | 0o644 }
        #expect(machine.seen(facts, at: Self.time(0)) == .leave(obstacle))
    }

    @Test func `a file that was renamed here is taken as soon as nobody writes`() {
        var machine = Self.machine(arrival: .whole)
        #expect(machine.seen(Self.base, at: Self.time(0)) == .takeLease)
        #expect(machine.leaseAnswered(.granted, Self.base, at: Self.time(0)) == .readContent)
        #expect(machine.contentRead(.complete, fingerprint: 1, at: Self.time(0)) == .claim)
    }

    @Test func `a file written in place waits until it has settled`() {
        var machine = Self.machine()
        #expect(machine.seen(Self.base, at: Self.time(5)) == .takeLease)
        #expect(
            machine.leaseAnswered(.granted, Self.base, at: Self.time(5))
                == .lookAgain(at: .seconds(6))
        )
        #expect(machine.seen(Self.base, at: Self.time(6)) == .takeLease)
        #expect(machine.leaseAnswered(.granted, Self.base, at: Self.time(6)) == .readContent)
    }

    @Test func `a change while it settles begins the time anew`() {
        var machine = Self.machine()
        _ = machine.seen(Self.base, at: Self.time(5))
        _ = machine.leaseAnswered(.granted, Self.base, at: Self.time(5))
        let longer = Self.facts { $0.size = 200 }
        _ = machine.seen(longer, at: Self.time(6))
        #expect(
            machine.leaseAnswered(.granted, longer, at: Self.time(6)) == .lookAgain(at: .seconds(7))
        )
    }

    @Test func `an old file need not be watched first`() {
        var machine = Self.machine()
        let now = Self.time(5, wall: 1001)
        _ = machine.seen(Self.base, at: now)
        #expect(machine.leaseAnswered(.granted, Self.base, at: now) == .readContent)
    }

    @Test func `a modification time set by the writer proves nothing`() {
        var machine = Self.machine()
        let facts = Self.facts { $0.modified = 0 }
        let now = Self.time(5, wall: 1000.25)
        _ = machine.seen(facts, at: now)
        #expect(machine.leaseAnswered(.granted, facts, at: now) == .lookAgain(at: .seconds(5.75)))
    }

    @Test func `a change in the future proves nothing`() {
        var machine = Self.machine()
        let now = Self.time(5, wall: 900)
        _ = machine.seen(Self.base, at: now)
        #expect(machine.leaseAnswered(.granted, Self.base, at: now) == .lookAgain(at: .seconds(6)))
    }

    @Test func `an open file is asked about again, ever more slowly, and then settles`() {
        var machine = Self.machine(arrival: .whole)
        var delays: [Duration] = []
        for second in [0.0, 0.1, 2, 10, 3600] {
            let now = Self.time(second, wall: 9999)
            _ = machine.seen(Self.base, at: now)
            let action = machine.leaseAnswered(.openForWriting, Self.base, at: now)
            if case .lookAgain(let time) = action { delays.append(time - now.monotonic) }
        }
        #expect(
            delays == [
                .milliseconds(100), .milliseconds(100), .milliseconds(500), .milliseconds(2500),
                .seconds(5),
            ]
        )
        // It was written under its name after all, so arrival by rename no longer counts.
        _ = machine.seen(Self.base, at: Self.time(3601))
        #expect(
            machine.leaseAnswered(.granted, Self.base, at: Self.time(3600.5))
                == .lookAgain(at: .seconds(3601))
        )
    }

    @Test func `two names are given three looks, then the file is left`() {
        var machine = Self.machine()
        let linked = Self.facts { $0.links = 2 }
        #expect(machine.seen(linked, at: Self.time(0)) == .lookAgain(at: .milliseconds(20)))
        #expect(machine.seen(linked, at: Self.time(1)) == .lookAgain(at: .milliseconds(1200)))
        #expect(machine.seen(linked, at: Self.time(2)) == .lookAgain(at: .seconds(4)))
        #expect(machine.seen(linked, at: Self.time(4)) == .leave(.hardLink(names: 2)))
    }

    @Test func `a file linked to its name is taken at once when the other name goes`() {
        var machine = Self.machine()
        _ = machine.seen(Self.facts { $0.links = 2 }, at: Self.time(0))
        let now = Self.time(0.02)
        #expect(machine.seen(Self.base, at: now) == .takeLease)
        #expect(machine.leaseAnswered(.granted, Self.base, at: now) == .readContent)
    }

    @Test func `another file under the same name begins anew`() {
        var machine = Self.machine(arrival: .whole)
        _ = machine.seen(Self.base, at: Self.time(0))
        let other = Self.facts { $0.inode = 3 }
        _ = machine.seen(other, at: Self.time(1))
        #expect(
            machine.leaseAnswered(.granted, other, at: Self.time(1)) == .lookAgain(at: .seconds(2))
        )
    }

    @Test func `an empty file is given patience, then left`() {
        var machine = Self.machine()
        let empty = Self.facts { $0.size = 0 }
        #expect(machine.seen(empty, at: Self.time(0)) == .lookAgain(at: .seconds(30)))
        #expect(machine.seen(empty, at: Self.time(30)) == .leave(.empty))
    }

    @Test func `a tail of NULs is given patience, then left`() {
        var machine = Self.machine(arrival: .whole)
        #expect(read(&machine, .trailingNULs, at: 0) == .lookAgain(at: .seconds(30)))
        #expect(read(&machine, .trailingNULs, at: 30) == .leave(.trailingNULs))
    }

    @Test(arguments: [Completeness.noBlankLine, .missingClosingBoundary("b")])
    func `a truncated file waits, then is held`(_ missing: Completeness) {
        var machine = Self.machine(arrival: .whole)
        #expect(read(&machine, missing, at: 0) == .lookAgain(at: .seconds(30)))
        #expect(read(&machine, missing, at: 29) == .lookAgain(at: .seconds(30)))
        #expect(read(&machine, missing, at: 30) == .hold(missing))
    }

    @Test func `a truncated file is sent where the settings say so`() {
        var machine = Self.machine(PickupRules(truncated: .send), arrival: .whole)
        _ = read(&machine, .noBlankLine, at: 0)
        #expect(read(&machine, .noBlankLine, at: 30) == .claim)
    }

    @Test func `a truncated file that is completed meanwhile is taken`() {
        var machine = Self.machine(arrival: .whole)
        _ = read(&machine, .noBlankLine, at: 0)
        #expect(read(&machine, .complete, at: 29) == .claim)
    }

    @Test func `where no lease proves anything, the quiet time begins and ends with a reading`() {
        var machine = Self.machine(isLocal: false)
        #expect(machine.seen(Self.base, at: Self.time(0, wall: 9999)) == .readContent)
        #expect(
            machine.contentRead(.complete, fingerprint: 7, at: Self.time(0, wall: 9999))
                == .lookAgain(at: .seconds(10))
        )
        #expect(machine.seen(Self.base, at: Self.time(4)) == .lookAgain(at: .seconds(10)))
        #expect(machine.seen(Self.base, at: Self.time(10)) == .readContent)
        #expect(machine.contentRead(.complete, fingerprint: 7, at: Self.time(10)) == .claim)
    }

    @Test(arguments: [
        facts { $0.size = 101 }, facts { $0.modified += 1 }, facts { $0.inode = 9 },
    ])
    func `any change begins the quiet time anew`(_ changed: FileFacts) {
        var machine = Self.machine(isLocal: false)
        _ = machine.seen(Self.base, at: Self.time(0))
        _ = machine.contentRead(.complete, fingerprint: 7, at: Self.time(0))
        #expect(machine.seen(changed, at: Self.time(9)) == .readContent)
        #expect(
            machine.contentRead(.complete, fingerprint: 8, at: Self.time(9))
                == .lookAgain(at: .seconds(19))
        )
    }

    @Test func `other content under the same attributes begins the quiet time anew`() {
        var machine = Self.machine(isLocal: false)
        _ = machine.seen(Self.base, at: Self.time(0))
        _ = machine.contentRead(.complete, fingerprint: 7, at: Self.time(0))
        _ = machine.seen(Self.base, at: Self.time(10))
        #expect(
            machine.contentRead(.complete, fingerprint: 8, at: Self.time(10))
                == .lookAgain(at: .seconds(20))
        )
        _ = machine.seen(Self.base, at: Self.time(20))
        #expect(machine.contentRead(.complete, fingerprint: 8, at: Self.time(20)) == .claim)
    }

    @Test func `a file that cannot be leased goes by quiet time from then on`() {
        var machine = Self.machine(arrival: .whole)
        _ = machine.seen(Self.base, at: Self.time(0))
        #expect(machine.leaseAnswered(.impossible, Self.base, at: Self.time(0)) == .readContent)
        #expect(
            machine.contentRead(.complete, fingerprint: 7, at: Self.time(0, wall: 9999))
                == .lookAgain(at: .seconds(10))
        )
        #expect(machine.seen(Self.base, at: Self.time(10)) == .readContent)
        #expect(machine.contentRead(.complete, fingerprint: 7, at: Self.time(10)) == .claim)
    }

    @Test func `where the name is the contract, the name suffices`() {
        var machine = Self.machine(PickupRules(ready: .renamed), isLocal: false)
        #expect(machine.seen(Self.base, at: Self.time(0)) == .readContent)
        #expect(machine.contentRead(.complete, fingerprint: 7, at: Self.time(0)) == .claim)
    }

    @Test func `where a marker is the contract, nothing happens without it`() {
        var machine = Self.machine(PickupRules(ready: .marker(suffix: ".ok")))
        #expect(machine.seen(Self.base, at: Self.time(0, wall: 9999)) == .awaitMarker)
        #expect(machine.seen(Self.base, hasMarker: true, at: Self.time(0)) == .readContent)
        #expect(machine.contentRead(.complete, fingerprint: 7, at: Self.time(0)) == .claim)
    }

    private func read(
        _ machine: inout Readiness,
        _ completeness: Completeness,
        at seconds: Double
    ) -> Readiness.Action {
        let now = Self.time(seconds)
        #expect(machine.seen(Self.base, at: now) == .takeLease)
        #expect(machine.leaseAnswered(.granted, Self.base, at: now) == .readContent)
        return machine.contentRead(completeness, fingerprint: 1, at: now)
    }
}
