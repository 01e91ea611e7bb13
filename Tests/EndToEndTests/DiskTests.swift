import Glibc
import TestSupport
import Testing

/// Disks that are full, read-only or broken: nothing is lost and nothing is said to be sent.
@Suite("Disk", .serialized)
struct DiskTests {
    private static let hasRoot: ConditionTrait = .enabled(
        if: SickDisk.canMount,
        "mounting a small file system needs CAP_SYS_ADMIN"
    )

    /// The text of a message of about a hundred kilobytes.
    private static func large(_ id: String) -> String {
        let line = String(repeating: "x", count: 75) + "\n"
        return RelayHarness.message(id, body: String(repeating: line, count: 1400))
    }

    /// A second pickup, in `other/`, that has nothing to do with the disk.
    private static let otherPickup = """
        [pickup.other]
        path = '{root}/other'
        route = 'lab'
        settle = '100ms'
        """

    @Test(hasRoot)
    func `a spool on another file system works and leaves nothing beside the drop folder`()
        async throws
    {
        var plan = RelayPlan()
        plan.pickup = ["spool = '{root}/disk/spool'"]
        try await withIdleRelay("exdev", plan) { relay in
            let disk = try relay.scratch.makeFolder("disk", mode: 0o700)
            try await SickDisk.withTinyDisk(at: disk) {
                try await relay.startDaemon()
                for name in ["x", "y", "z"] { try relay.drop("\(name).eml", Self.large(name)) }
                for name in ["x", "y", "z"] {
                    try await waitUntil("\(name); the log:\n\(relay.log)") {
                        try relay.received(name).count == 1
                    }
                }
                try await relay.stopDaemon()
                #expect(relay.scratch.names("drop") == [".postchute-claim"])
                #expect(relay.scratch.names("drop/.postchute-claim") == [])
                #expect(relay.scratch.names("disk/spool/queue") == ["sending"])
                #expect(relay.scratch.names("disk/spool/queue/sending") == [])
                #expect(relay.scratch.names("disk/spool/state") == ["lock"])
                let day = try #require(relay.scratch.names("disk/spool/sent").first)
                #expect(relay.scratch.names("disk/spool/sent/\(day)").count == 3)
            }
        }
    }

    @Test(hasRoot)
    func `a full disk stops its pickup with one line, and the next goes on`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["spool = '{root}/disk/spool'"]
        // The disk itself is looked at here, and not what keeps it from becoming full.
        plan.tables = Self.otherPickup + "\n[disk]\nfloor = '0 %'\ninodes = '0 %'\n"
        try await withIdleRelay("full", plan) { relay in
            let disk = try relay.scratch.makeFolder("disk", mode: 0o700)
            let other = try relay.scratch.makeFolder("other", mode: 0o700)
            try await SickDisk.withTinyDisk(at: disk) {
                try await relay.startDaemon()
                let ballast = try SickDisk.fill(disk)
                try relay.drop("x.eml", Self.large("x"))
                let line = try await relay.waitForLine("claiming-suspended")
                #expect(line["pickup"] == "erp")
                #expect(line["level"] == "error")
                let cause =
                    ": No space left on device; free some space, messages stay where they are."
                #expect(line["reason"]?.hasSuffix(cause) == true, "\(line)")
                try await relay.waitFor(.drop, "x.eml")
                try writeFile(RelayHarness.message("y").utf8, to: "\(other)/y.eml")
                try await waitUntil("the other pickup") { try relay.received("y").count == 1 }
                #expect(relay.places("x.eml") == [.drop])
                unlink(ballast)
                try await relay.waitForLine("claiming-resumed")
                try await waitUntil("x.eml") { try relay.received("x").count == 1 }
                try await relay.stopDaemon()
                #expect(relay.lines("claiming-suspended").count == 1)
                #expect(relay.scratch.names("drop/.postchute-claim") == [])
            }
        }
    }

    @Test(hasRoot)
    func `a disk that fills up while a message is on the wire keeps its place until it can move`()
        async throws
    {
        var plan = RelayPlan()
        plan.script = #"at dot delay 2s reply "451 4.7.0 Temporary server error." times 1"#
        try await withIdleRelay("history", plan) { relay in
            try await SickDisk.withTinyDisk(at: relay.drop) {
                try await relay.startDaemon()
                try relay.drop("x.eml", RelayHarness.message("x"))
                try await relay.waitFor(.sending, "x.eml")
                let ballast = try SickDisk.fill(relay.drop)
                let line = try await relay.waitForLine("pickup-suspended")
                #expect(line["reason"]?.contains(": No space left on device; free some") == true)
                #expect(line["advice"]?.hasPrefix("Nothing is lost: ") == true)
                #expect(relay.places("x.eml") == [.sending])
                unlink(ballast)
                try await relay.waitForLine("pickup-resumed")
                try await relay.waitFor(.sent, "x.eml")
                try await relay.stopDaemon()
                #expect(try relay.received().count == 1)
                #expect(relay.lines("uncertain").isEmpty)
                #expect(relay.lines("pickup-suspended").count == 1)
            }
        }
    }

    @Test func `on a file system that turned read-only files stay with their writers`()
        async throws
    {
        try await withRelay("read-only") { relay in
            let daemon = relay.daemon
            try await SickDisk.withFailing("renameat2:error=EROFS", in: daemon) {
                try relay.drop("x.eml", RelayHarness.message("x"))
                let line = try await relay.waitForLine("claiming-suspended")
                let cause = ": Read-only file system; mount it writable again, messages stay where"
                #expect(line["reason"]?.contains(cause) == true, "\(line)")
                #expect(relay.places("x.eml") == [.drop])
            }
            try await relay.waitForLine("claiming-resumed")
            try await relay.waitFor(.sent, "x.eml")
            #expect(relay.lines("claiming-suspended").count == 1)
        }
    }

    @Test(hasRoot, .timeLimit(.minutes(3)))
    func `a disk below its floor stops what grows, one that is full what would be recorded`()
        async throws
    {
        var plan = RelayPlan()
        plan.tables = """
            [disk]
            floor = '50 %'

            """
        try await withIdleRelay("floor", plan) { relay in
            try await SickDisk.withTinyDisk(at: relay.drop) {
                try await relay.startDaemon()
                let reserve = "\(relay.drop)/.reserve"
                // More than half is used: mail goes on.
                try writeFile([UInt8](repeating: 0x78, count: 540_000), to: reserve)
                let low = try await relay.waitForLine("disk-low") {
                    $0["use"] == "spool of erp"
                }
                #expect(low["level"] == "warning")
                try relay.drop("x.eml", RelayHarness.message("x"))
                try await relay.waitFor(.sent, "x.eml")
                // Next to nothing is left: what is claimed waits.
                let ballast = try SickDisk.fill(relay.drop)
                let full = try await relay.waitForLine("disk-low") {
                    $0["use"] == "spool of erp" && $0["level"] == "error"
                }
                #expect(
                    full["reason"]?.hasSuffix("; nothing is submitted until there is more.") == true
                )
                unlink(reserve)
                try await relay.waitForLine("disk-low") {
                    $0["use"] == "spool of erp" && $0["level"] == "notice"
                }
                try relay.drop("y.eml", RelayHarness.message("y"))
                try await relay.waitFor(.sent, "y.eml")
                unlink(ballast)
                try await relay.waitForLine("disk-recovered") { $0["use"] == "spool of erp" }
                #expect(try relay.received().count == 2)
                #expect(relay.lines("uncertain").isEmpty)
                try await relay.stopDaemon()
            }
        }
    }

    /// A folder whose fsync fails, relative to the drop folder, and where the message is then.
    static let barriers: [(folder: String, name: String)] = [
        ("queue", "before MAIL"), ("queue/sending", "before the final dot"),
    ]

    @Test("a claim that may not be on disk is not sent", arguments: barriers)
    func failedBarrier(folder: String, name: String) async throws {
        try await withRelay("barrier") { relay in
            let path = "\(relay.drop)/\(folder)"
            try await SickDisk.withFailing("fsync:error=EIO", of: path, in: relay.daemon) {
                try relay.drop("x.eml", RelayHarness.message("x"))
                let line = try await relay.waitForLine("pickup-suspended")
                #expect(line["level"] == "error")
                let cause = ": Input/output error; check the disk, then restart postchute."
                #expect(line["reason"] == "Cannot sync \(path)\(cause)", "\(line)")
            }
            // A sync that failed once is not believed when it succeeds: nothing is sent now either.
            try relay.drop("y.eml", RelayHarness.message("y"))
            let sick = "Cannot sync \(path): an earlier sync of this folder failed; "
            try await relay.waitForLine("pickup-suspended") {
                $0["reason"]?.hasPrefix(sick) == true
            }
            try await relay.stopDaemon()
            #expect(try relay.received().isEmpty, "\(name)")
            #expect(relay.places("x.eml") == [.queue])
            try await relay.startDaemon()
            try await relay.waitFor(.sent, "x.eml")
            try await relay.waitFor(.sent, "y.eml")
            #expect(try relay.received().count == 2)
            #expect(relay.lines("uncertain").isEmpty)
            #expect(relay.lines("taken").isEmpty)
        }
    }

    @Test func `content that may not be on disk is written anew before it is sent`() async throws {
        try await withRelay("rewrite") { relay in
            try await SickDisk.withFailing("fdatasync:error=EIO", in: relay.daemon) {
                try relay.drop("x.eml", Self.large("x"))
                let inode = try await waitForInode(of: "x.eml", relay, other: nil)
                _ = try await waitForInode(of: "x.eml", relay, other: inode)
                #expect(try relay.received().isEmpty)
            }
            try await relay.waitFor(.sent, "x.eml")
            let body = try relay.receivedOnce("x").text.split(separator: "\r\n\r\n").last ?? ""
            #expect(body.split(separator: "\r\n").count == 1400)
            #expect(folderNames("\(relay.drop)/queue") == ["sending"])
        }
    }

    private func waitForInode(
        of name: String,
        _ relay: RelayHarness,
        other: ino_t?
    ) async throws -> ino_t {
        var facts = stat()
        try await waitUntil("\(name) to be another file; the log:\n\(relay.log)") {
            let path = relay.files(.queue, name).first ?? relay.files(.drop, name).first
            return path.map { stat($0, &facts) == 0 && facts.st_ino != other } ?? false
        }
        return facts.st_ino
    }
}
