import Delivery
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Operations
@testable import Settings

@Suite("Service manager")
struct ServiceManagerTests {
    /// A socket such as systemd listens on, and what came to it.
    private final class Listener {
        let file: Int32

        init(path: String) throws {
            file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            let isAbstract = path.hasPrefix("@")
            let octets = isAbstract ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: octets) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
            let result = withUnsafePointer(to: &name) { name in
                name.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, length) }
            }
            guard result == 0 else { throw WaitError("bind: \(systemError())") }
        }

        deinit { close(file) }

        /// What came, a datagram each.
        var messages: [String] {
            var messages: [String] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(file, &buffer, buffer.count, 0)
                guard count >= 0 else { return messages }
                messages.append(String(decoding: buffer[..<count], as: UTF8.self))
            }
        }
    }

    @Test(arguments: [true, false])
    func `everything is said in datagrams, to a path and to an abstract name`(
        isAbstract: Bool
    ) async throws {
        try await withScratchFolder { folder in
            let path = isAbstract ? "@postchute-\(getpid())" : folder.path("notify")
            let listener = try Listener(path: path)
            let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path])
            #expect(manager.isThere && manager.watchdog == nil)
            manager.ready()
            manager.show("Mail flows: 1 pickup.")
            manager.show("Mail flows: 1 pickup.")
            manager.show("Two\nlines")
            manager.alive()
            manager.extend(by: .milliseconds(1500))
            manager.reload()
            manager.stopping()
            let messages = listener.messages
            #expect(messages.count == 7)
            #expect(messages.prefix(2) == ["READY=1", "STATUS=Mail flows: 1 pickup."])
            #expect(messages[2].hasPrefix("STATUS=Two") && !messages[2].contains("\n"))
            #expect(messages[3...4] == ["WATCHDOG=1", "EXTEND_TIMEOUT_USEC=1500000"])
            #expect(messages[5].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(messages[6] == "STOPPING=1")
        }
    }

    @Test(arguments: ["", "relative", "/", "@", String(repeating: "/x", count: 60)])
    func `a name that is none is nobody`(name: String) {
        #expect(!ServiceManager(environment: ["NOTIFY_SOCKET": name]).isThere)
        #expect(!ServiceManager(environment: [:]).isThere)
    }

    static let watchdogs: [(usec: String?, pid: String?, seconds: Int?)] = [
        ("60000000", nil, 60), ("60000000", "7", 60), ("60000000", "8", nil), ("0", nil, nil),
        ("-1", nil, nil), ("much", nil, nil), (nil, nil, nil), ("9223372036854775807", nil, 86_400),
    ]

    @Test(arguments: watchdogs)
    func `the watchdog is the one of this process`(usec: String?, pid: String?, seconds: Int?) {
        var environment = ["NOTIFY_SOCKET": "/run/nobody"]
        environment["WATCHDOG_USEC"] = usec
        environment["WATCHDOG_PID"] = pid
        let manager = ServiceManager(environment: environment, process: 7)
        #expect(manager.watchdog == seconds.map { .seconds($0) })
    }

    @Test func `a pulse waits for every part and asks nobody twice`() {
        let asked = Mutex<[String]>([])
        let answers = Mutex<[@Sendable () -> Void]>([])
        let pulse = Pulse([
            (
                "loop",
                { answer in
                    asked.withLock { $0.append("loop") }
                    answer()
                }
            ),
            (
                "disk",
                { answer in
                    asked.withLock { $0.append("disk") }
                    answers.withLock { $0.append(answer) }
                }
            ),
        ])
        #expect(pulse.beat() == [])
        #expect(pulse.beat() == ["disk"])
        #expect(pulse.beat() == ["disk"])
        #expect(asked.withLock { $0 } == ["loop", "disk"])
        for answer in answers.withLock({ $0 }) { answer() }
        #expect(pulse.beat() == [])
        #expect(asked.withLock { $0.count } == 4)
    }

    @Test func `the marker tells a stop from a crash and from a power cut`() async throws {
        try await withScratchFolder { folder in
            let settings = StateSettings(directory: folder.path(""))
            let marker = CrashMarker(settings, boot: "b1")
            #expect(marker.begin(process: 7).earlier == .stopped)
            #expect(marker.begin(process: 8).earlier == .crashed(process: 7))
            #expect(CrashMarker(settings, boot: "b2").begin(process: 9).earlier == .machineWentDown)
            #expect(
                CrashMarker.Earlier.crashed(process: 7).sentence
                    == "The daemon before this one, process 7, ended without stopping."
            )
            marker.end()
            #expect(marker.begin(process: 10).earlier == .stopped)
            try folder.write("", to: "running")
            #expect(
                marker.begin(process: 11).earlier.sentence
                    == "The daemon before this one ended without stopping."
            )
        }
    }

    @Test func `one sentence tells whether mail flows, or why not`() {
        var snapshot = RelaySnapshot(
            takenAt: 0,
            processID: 1,
            version: "0",
            pickups: [.init(missing: "erp", nil), .init(missing: "crm", nil)],
            routes: []
        )
        snapshot.pickups[0].waiting = 12
        #expect(snapshot.managerSentence == "Mail flows: 2 pickups, 0 routes; 12 waiting.")
        snapshot.pickups[1].folder = "There is no folder /crm."
        #expect(
            snapshot.managerSentence
                == "Pickup crm waits: There is no folder /crm. 12 waiting."
        )
        snapshot.pickups[0].isPaused = true
        #expect(
            snapshot.managerSentence
                == "Pickup crm waits: There is no folder /crm. 12 waiting. "
                + "(and 1 more; see postchute status)"
        )
    }
}

@Suite("Room on the disk")
struct DiskRoomTests {
    private static let gigabyte: Int64 = 1_073_741_824

    /// Free room of a disk of 100 GB in MB, whose floor is 1 GB, and the level that follows from the
    /// one before.
    static let levels: [(free: Int64, before: DiskLevel, after: DiskLevel)] = [
        (2000, .enough, .enough), (1024, .enough, .enough), (1023, .enough, .low),
        (1024, .low, .low), (1126, .low, .low), (1127, .low, .enough), (33, .low, .low),
        (31, .enough, .full), (33, .full, .full), (36, .full, .low), (2000, .full, .enough),
    ]

    @Test(arguments: levels)
    func `a level is left a tenth later than it was reached`(
        free: Int64,
        before: DiskLevel,
        after: DiskLevel
    ) {
        let room = DiskRoom(freeOctets: free * 1_048_576, totalOctets: 100 * Self.gigabyte)
        #expect(DiskSettings().level(of: room, after: before) == after)
    }

    @Test func `a small disk keeps five per cent, and files count too`() {
        let settings = DiskSettings()
        var room = DiskRoom(freeOctets: 60_000, totalOctets: 1_048_576)
        #expect(settings.level(of: room, after: .enough) == .enough)
        room.freeOctets = 50_000
        #expect(settings.level(of: room, after: .enough) == .low)
        #expect(
            settings.sentence(.low, room, of: "/spool")
                == "The disk of /spool has only 48 KB of 1024 KB free; mail goes on, but files are not "
                + "copied from other file systems until there is more."
        )
        room = DiskRoom(
            freeOctets: 900_000,
            totalOctets: 1_048_576,
            freeFiles: 1,
            totalFiles: 1000
        )
        #expect(settings.level(of: room, after: .enough) == .full)
        #expect(
            settings.sentence(.full, room, of: "/spool")
                == "The disk of /spool has room for only 1 more files; nothing is submitted until there "
                + "is more."
        )
        #expect(settings.sentence(.enough, room, of: "/spool") == nil)
    }

    @Test func `a floor of nothing is off`() {
        let settings = DiskSettings(floor: .percent(0), inodes: .percent(0))
        let room = DiskRoom(freeOctets: 0, totalOctets: 1000, freeFiles: 0, totalFiles: 10)
        #expect(settings.level(of: room, after: .enough) == .enough)
    }
}
