import Glibc
import TestSupport
import Testing

/// Disks that are really full.
@Suite("Full disks", .serialized)
struct FullDiskTests {
    private static let hasRoot: ConditionTrait = .enabled(
        if: SickDisk.canMount,
        "mounting a small file system needs CAP_SYS_ADMIN"
    )

    /// What the disk is full for.
    enum Need: String, Sendable, CaseIterable {
        /// The folder of the day.
        case day
        /// The history of a message that is tried again.
        case state
        /// The reason of one that failed.
        case reason

        var flow: FaultFlow {
            switch self {
            case .day: .sent
            case .state: .deferred
            case .reason: .refused
            }
        }
    }

    @Test(hasRoot)
    func `on a full disk nothing fails without its reason, and all goes on when there is room`()
        async throws
    {
        let cases = FullDisk.allCases.flatMap { disk in Need.allCases.map { (disk, $0) } }
        try await inParallel(cases, 6) { disk, need in try await Self.fill(disk, for: need) }
    }

    private static func fill(_ disk: FullDisk, for need: Need) async throws {
        let what = "no \(disk.rawValue) for the \(need.rawValue)"
        var plan = RelayPlan()
        plan.script = need.flow.script(holdsBack: true)
        try await withIdleRelay("full", plan) { relay in
            try await disk.mounted(at: relay.drop, in: relay.scratch) {
                try await relay.startDaemon()
                try relay.drop("x.eml", RelayHarness.message("x"))
                try await waitUntil("\(what)\n\(relay.log)") { relay.places == [.sending] }
                let before = try relay.effort()
                try disk.fill(relay.drop)
                let line = try await relay.waitForLine("pickup-suspended")
                #expect(
                    line["reason"]?.contains(": No space left on device; free") == true,
                    "\(line)"
                )
                try await relay.staysCalm(since: before, what)
                // A claim is a rename: it needs no room, so the writer may go on writing.
                #expect(relay.places == [.sending], "\(what)")
                disk.free(relay.drop)
                try await relay.waitForLine("pickup-resumed")
                try await waitUntil(limit: .seconds(60), "\(what)\n\(relay.log)") {
                    relay.places == [need.flow.end]
                }
                try await relay.stopDaemon()
                #expect(relay.lines("uncertain").isEmpty, "\(what)")
                #expect(try relay.received().count == (need == .reason ? 0 : 1), "\(what)")
                if need == .reason {
                    #expect(try relay.onlyReason(.failed).contains("\n\nWhat to do\n"), "\(what)")
                }
            }
        }
    }

    @Test(hasRoot)
    func `a disk that fills up again and again under load loses and doubles nothing`()
        async throws
    {
        let rounds = LongRun.count(3, long: 15)
        var plan = RelayPlan()
        plan.route = ["connections = 4"]
        plan.spool = "{root}/disk/spool"
        plan.script = """
            at dot reply "451 4.7.0 Busy." times \(4 * rounds)
            at dot reply "550 5.7.1 No." times \(3 * rounds)
            """
        try await withIdleRelay("waves", plan) { relay in
            let disk = try relay.scratch.makeFolder("disk", mode: 0o700)
            // What was sent stays: a page of the disk for each message.
            let size = LongRun.isOn ? "4m" : "1m"
            try await SickDisk.withTinyDisk(at: disk, size: size) {
                try await relay.startDaemon()
                let ballast = "\(disk)/.ballast"
                var names: Set<String> = []
                for round in 1...rounds {
                    for number in 1...20 {
                        let name = "r\(round)-\(number)"
                        names.insert("\(name).eml")
                        try relay.drop("\(name).eml", RelayHarness.message(name))
                        // It fills up while some are at every step.
                        if number == 10 { _ = try SickDisk.fill(disk) }
                    }
                    try await waitUntil(limit: .seconds(60), "round \(round)\n\(relay.log)") {
                        relay.isSuspendedNow || relay.entries(.drop).isEmpty
                    }
                    unlink(ballast)
                    // Half of them have to end before it fills up again.
                    try await waitUntil(limit: .seconds(60), "round \(round)\n\(relay.log)") {
                        relay.entries(.sent).count + relay.entries(.failed).count >= 20 * round - 10
                    }
                }
                try await waitUntil(limit: .seconds(150), "all to end\n\(relay.log)") {
                    Set(relay.places).isSubset(of: [.sent, .failed])
                }
                try await relay.stopDaemon()
                try Self.checkEnds(of: names, relay)
            }
        }
    }

    private static func checkEnds(of names: Set<String>, _ relay: RelayHarness) throws {
        func text(_ place: Place) -> [String] {
            relay.entries(place).map { String(decoding: $0.name, as: UTF8.self) }
        }
        let (sent, failed) = (text(.sent), text(.failed))
        #expect(Set(sent + failed) == names)
        #expect(sent.count + failed.count == names.count)
        for path in relay.messages(.failed) {
            let reason = String(decoding: try readFile("\(path).txt"), as: UTF8.self)
            #expect(reason.contains("550 5.7.1 No."), "\(path)")
        }
        let accepted = try relay.received().map(\.envelope.messageID)
        #expect(Set(accepted) == Set(sent.map { "<\($0.dropLast(4))@example.com>" }))
        #expect(accepted.count == sent.count)
        #expect(relay.lines("uncertain").isEmpty)
    }

    @Test(hasRoot)
    func `a log on a full disk stops nothing and says later what is missing`() async throws {
        var plan = RelayPlan()
        plan.launcher = ["sh", "-c", #"exec 2>>"$0"; exec "$@""#, "{root}/disk/log"]
        try await withIdleRelay("log", plan) { relay in
            let disk = try relay.scratch.makeFolder("disk", mode: 0o700)
            try await SickDisk.withTinyDisk(at: disk) {
                try relay.launchDaemon()
                try await waitUntil("the daemon") { relay.logFile.contains("event=watching") }
                let ballast = try SickDisk.fill(disk)
                // The last page of the log has room for a few lines.
                for number in 0..<40 {
                    try relay.drop("a\(number).eml", RelayHarness.message("a\(number)"))
                }
                try await waitUntil(limit: .seconds(60), "sent without a log") {
                    relay.entries(.sent).count == 40
                }
                unlink(ballast)
                try relay.drop("b.eml", RelayHarness.message("b"))
                try await waitUntil(limit: .seconds(60), "\(relay.logFile)") {
                    relay.logFile.contains("event=log-lines-lost count=")
                        && relay.entries(.sent).count == 41
                }
                try await relay.stopDaemon()
                #expect(try relay.received().count == 41)
                #expect(relay.logFile.contains("event=stopped drained=true"))
            }
        }
    }
}

extension RelayHarness {
    /// Whether a suspension of the pickup has begun that has not ended.
    fileprivate var isSuspendedNow: Bool {
        lines("pickup-suspended").count > lines("pickup-resumed").count
            || lines("claiming-suspended").count > lines("claiming-resumed").count
    }

    /// The log of a daemon that writes it to a disk of its own.
    fileprivate var logFile: String {
        String(decoding: (try? readFile(scratch.path("disk/log"))) ?? [], as: UTF8.self)
    }
}
