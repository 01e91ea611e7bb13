import Glibc
import TestSupport
import Testing

/// More files at once than any event queue holds, files that are none of ours, and many folders.
@Suite("Full folders", .serialized)
struct FullFolderTests {
    @Test func `so many files at once that events are lost are all sent once`() async throws {
        var plan = RelayPlan()
        plan.route = ["connections = 8"]
        let count = LongRun.count(1000, long: 50_000)
        try await withRelay("overflow", plan) { relay in
            let side = try relay.scratch.makeFolder("side")
            for number in 0..<count {
                try writeFile(RelayHarness.message("o\(number)").utf8, to: "\(side)/o\(number).eml")
            }
            // The helper sleeps while they come, and the kernel keeps 16,384 events for it: those of
            // the files are lost.
            let helper = try #require(relay.helpers.first)
            kill(helper, SIGSTOP)
            defer { kill(helper, SIGCONT) }
            try Self.overflow(relay.drop)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in 0..<4 {
                    group.addTask {
                        for number in stride(from: part, to: count, by: 4) {
                            let name = "o\(number).eml"
                            try must("rename", rename("\(side)/\(name)", "\(relay.drop)/\(name)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let start = ContinuousClock.now
            kill(helper, SIGCONT)
            try await waitUntil(limit: .seconds(60), "all to be claimed") {
                try await Task.sleep(for: .milliseconds(100))
                return folderNameOctets(Array(relay.drop.utf8)).allSatisfy { !$0.hasEML }
            }
            print("\(count) files at once: claimed \(ContinuousClock.now - start) after the last")
            try await waitUntil(limit: .seconds(LongRun.count(120, long: 900)), "all to be sent") {
                // Reading the folder costs the daemon's disk as well.
                try await Task.sleep(for: .milliseconds(count / 10))
                return relay.entries(.sent).count >= count
            }
            print("\(count) files at once: sent after \(ContinuousClock.now - start)")
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(Set((0..<count).map { "o\($0).eml" }))
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    /// Causes more events than the kernel keeps for one program.
    private static func overflow(_ folder: String) throws {
        let limit = String(
            decoding: try readFile("/proc/sys/fs/inotify/max_queued_events"),
            as: UTF8.self
        )
        let (here, there) = ("\(folder)/.here.tmp", "\(folder)/.there.tmp")
        try writeFile([], to: here)
        let count = limit.split(separator: "\n").first.flatMap { Int($0) } ?? 16_384
        for _ in 0...count / 2 {
            try must("rename", rename(here, there))
            try must("rename", rename(there, here))
        }
        unlink(here)
    }

    @Test func `twenty thousand foreign files are neither touched nor looked at`() async throws {
        let count = LongRun.count(3000, long: 20_000)
        try await withIdleRelay("foreign") { relay in
            for number in 0..<count { try writeFile([], to: "\(relay.drop)/\(number).pdf") }
            var before = stat()
            try must("stat", stat("\(relay.drop)/7.pdf", &before))
            try await relay.startDaemon()
            let load = MixedLoad(relay)
            load.start()
            try await load.more(40)
            await load.stop()
            try await relay.deliverAll(load.names)
            // At rest: the folder is read every 30 seconds, and no file is asked about.
            let trace = relay.scratch.path("trace")
            let tracer = try ChildProcess(
                ["strace", "-f", "-o", trace, "-p", "\(relay.daemon?.id ?? 0)"]
                    + ["-e", "trace=statx,newfstatat,stat,lstat,openat,readlinkat"]
            )
            try await tracer.waitForOutput(" attached")
            relay.killHelper()
            try await relay.waitForLine("watch-helper-away")
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            try await tracer.end()
            let calls = String(decoding: try readFile(trace), as: UTF8.self)
            #expect(!calls.contains(".pdf"))
            #expect(calls.contains("x.eml"), "the trace is one")
            try await relay.stopDaemon()
            var after = stat()
            try must("stat", stat("\(relay.drop)/7.pdf", &after))
            #expect(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec)
            #expect(folderNames(relay.drop).count { $0.hasSuffix(".pdf") } == count)
            try relay.expectExactlyOnce(load.names.union(["x.eml"]))
        }
    }

    @Test func `a thousand subfolders are served, new ones too`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["recursive = true"]
        plan.route = ["connections = 8"]
        let count = LongRun.count(250, long: 1000)
        try await withIdleRelay("subfolders", plan) { relay in
            for folder in 0..<count / 2 { try relay.scratch.makeFolder("drop/f\(folder)") }
            try await relay.startDaemon()
            for folder in count / 2..<count { try relay.scratch.makeFolder("drop/f\(folder)") }
            var names: Set<String> = []
            for folder in 0..<count {
                let id = "s\(folder)"
                names.insert("\(id).eml")
                let temporary = "\(relay.drop)/f\(folder)/.tmp"
                try writeFile(RelayHarness.message(id).utf8, to: temporary)
                try must("rename", rename(temporary, "\(relay.drop)/f\(folder)/\(id).eml"))
            }
            try await relay.deliverAll(names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(names)
        }
    }

    @Test func `many pickups share one daemon`() async throws {
        let count = LongRun.count(40, long: 200)
        var plan = RelayPlan()
        plan.route = ["connections = 4"]
        plan.tables = (0..<count).map { number in
            "[pickup.p\(number)]\npath = '{root}/p\(number)'\nroute = 'lab'\nsettle = '100ms'\n"
        }.joined(separator: "\n")
        try await withIdleRelay("pickups", plan) { relay in
            for number in 0..<count { try relay.scratch.makeFolder("p\(number)", mode: 0o700) }
            try await relay.startDaemon()
            for number in 0..<count {
                let text = RelayHarness.message("p\(number)")
                try relay.scratch.write(text, to: "p\(number)/p\(number).eml")
            }
            try await waitUntil(limit: .seconds(120), "all to be received") {
                try relay.received().count >= count
            }
            try await relay.stopDaemon()
            try relay.expectReceived(Set((0..<count).map { "p\($0).eml" }))
        }
    }
}
