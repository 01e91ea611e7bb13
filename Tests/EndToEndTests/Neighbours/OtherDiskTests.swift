import Glibc
import TestSupport
import Testing

/// A spool on another file system than the drop folder, where every claim is a copy.
@Suite(
    "Spool on another disk",
    .serialized,
    .enabled(if: SickDisk.canMount, "mounting needs CAP_SYS_ADMIN")
)
struct OtherDiskTests {
    private static func plan(_ pickup: [String] = []) -> RelayPlan {
        var plan = RelayPlan.busy
        plan.pickup = ["spool = '{root}/disk/spool'"] + pickup
        return plan
    }

    private func withSpoolElsewhere(
        _ label: String,
        _ plan: RelayPlan,
        _ body: (RelayHarness, String) async throws -> Void
    ) async throws {
        try await withIdleRelay(label, plan) { relay in
            let disk = try relay.scratch.makeFolder("disk", mode: 0o700)
            let mount = ["mount", "-t", "tmpfs", "-o", "size=256m,mode=700", "tmpfs", disk]
            let run = try await ChildProcess.run(mount)
            guard run.exit == .code(0) else { throw WaitError(run.errors) }
            do {
                try await relay.startDaemon()
                try await body(relay, "\(disk)/spool")
                try await relay.stopDaemon()
                try await BindMount.unmount(disk)
            } catch {
                await relay.abandon()
                try? await BindMount.unmount(disk)
                throw error
            }
        }
    }

    @Test func `under load with large files every message crosses whole and once`() async throws {
        try await withSpoolElsewhere("exdev-load", Self.plan()) { relay, spool in
            let load = MixedLoad(relay)
            load.start()
            let line = String(repeating: "y", count: 75) + "\n"
            let body = String(repeating: line, count: LongRun.count(150_000, long: 600_000))
            try relay.drop("large.eml", RelayHarness.message("large", body: body))
            try await load.more(LongRun.count(100, long: 2000))
            await load.stop()
            let names = load.names.union(["large.eml"])
            try await relay.deliverAll(names, in: [spool])
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(names, in: [spool])
            #expect(relay.scratch.names("drop") == [".postchute-claim"])
            #expect(relay.scratch.names("drop/.postchute-claim") == [])
            let large = try relay.receivedOnce("large").octets.count
            #expect(large > LongRun.count(150_000, long: 600_000) * 77)
        }
    }

    @Test(arguments: ["closed", "renamed"])
    func `a file that still grows is not copied before its writer is done`(
        ready: String
    )
        async throws
    {
        let plan = Self.plan(["ready = '\(ready)'"])
        try await withSpoolElsewhere("exdev-grows", plan) { relay, spool in
            let (temporary, path) = ("\(relay.drop)/x.tmp", "\(relay.drop)/x.eml")
            let writer = try FileWriter(temporary)
            try writer.write(RelayHarness.message("x", body: "First.\n"))
            try must("rename", rename(temporary, path))
            for number in 1...20 {
                try writer.write("Line \(number).\n")
                try await Task.sleep(for: .milliseconds(50))
            }
            try relay.drop("y.eml", RelayHarness.message("y"))
            try await waitUntil("y") { try relay.received("y").count == 1 }
            #expect(try relay.received("x").isEmpty)
            try writer.write("The end.\n")
            writer.close()
            try await relay.deliverAll(["x.eml", "y.eml"], in: [spool])
            #expect(try relay.receivedOnce("x").text.hasSuffix("Line 20.\r\nThe end.\r\n"))
        }
    }
}
