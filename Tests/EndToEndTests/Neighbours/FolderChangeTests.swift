import Glibc
import TestSupport
import Testing

/// Folders that go, come back, are replaced or closed while mail flows through them.
///
/// What is claimed stays with the folder it was claimed into, wherever that is moved: the daemon
/// holds its folders open.
@Suite("Folders that change", .serialized)
struct FolderChangeTests {
    private static let hasRoot: ConditionTrait = .enabled(
        if: SickDisk.canMount,
        "mounting needs CAP_SYS_ADMIN"
    )

    @Test func `a drop folder that is moved away and back under load loses nothing`() async throws {
        try await withRelay("away", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            let old = relay.scratch.path("old")
            for _ in 0..<LongRun.count(2, long: 20) {
                try await load.more(40)
                try must("rename", rename(relay.drop, old))
                let missed = relay.lines("folder-missing").count
                try await waitUntil("the folder to be missed") {
                    relay.lines("folder-missing").count > missed
                        || relay.lines("folder-missing").count > relay.lines("folder-back").count
                }
                try must("rename", rename(old, relay.drop))
                try await waitUntil("the folder to be back") {
                    relay.lines("folder-back").count == relay.lines("folder-missing").count
                }
            }
            await load.stop()
            try await relay.deliverAll(load.names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    @Test func `a drop folder replaced by a new one under load loses nothing of either`()
        async throws
    {
        try await withRelay("replaced-loaded", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            var olds: [String] = []
            for round in 1...LongRun.count(2, long: 10) {
                try await load.more(40)
                let old = relay.scratch.path("old-\(round)")
                olds.append(old)
                try must("rename", rename(relay.drop, old))
                try relay.scratch.makeFolder("drop", mode: 0o700)
                try await waitUntil("the new folder to be used") {
                    relay.lines("folder-back").count >= round
                }
            }
            try await load.more(20)
            await load.stop()
            try await relay.waitUntilEmpty()
            try await relay.stopDaemon()
            // What waits in an old folder waits there until somebody gives it back.
            let new = relay.scratch.path("new")
            for old in olds {
                try must("rename", rename(relay.drop, new))
                try must("rename", rename(old, relay.drop))
                try await relay.startDaemon()
                try await relay.waitUntilEmpty()
                try await relay.stopDaemon()
                try must("rename", rename(relay.drop, old))
                try must("rename", rename(new, relay.drop))
            }
            try relay.expectExactlyOnce(load.names, in: [relay.drop] + olds)
        }
    }

    @Test(hasRoot)
    func `a drop folder unmounted under load is waited for and goes on where it was`()
        async throws
    {
        var plan = RelayPlan.busy
        plan.launcher = Account.launcher(Account.daemon, Account.writers, Account.withLeases)
        plan.copiesPrograms = true
        try await withIdleRelay("unmounted", plan) { relay in
            try relay.handOver()
            let store = try relay.scratch.makeFolder("store", mode: 0o700)
            try must("chown", chown(store, Account.daemon, Account.writers))
            // Nobody may write to the folder below the mount: what went there would be hidden.
            try must("chown", chown(relay.drop, 0, 0))
            chmod(relay.drop, 0o555)
            try await BindMount.mount(store, at: relay.drop)
            let load = MixedLoad(relay)
            do {
                try await relay.startDaemon()
                for round in 1...LongRun.count(1, long: 6) {
                    load.start()
                    try await load.more(60)
                    await load.stop()
                    try await BindMount.unmount(relay.drop)
                    relay.killHelper()
                    try await waitUntil("the folder to be missed; the log:\n\(relay.log)") {
                        relay.lines("folder-missing").count >= round
                    }
                    try await BindMount.mount(store, at: relay.drop)
                    try await waitUntil("the folder to be back; the log:\n\(relay.log)") {
                        relay.lines("folder-back").count >= round
                    }
                }
                load.start()
                try await load.more(20)
                await load.stop()
                try await relay.deliverAll(load.names)
                try await relay.stopDaemon()
                try relay.expectExactlyOnce(load.names)
                #expect(relay.lines("uncertain").isEmpty)
                try await BindMount.unmount(relay.drop)
            } catch {
                await load.stop()
                await relay.abandon()
                try? await BindMount.unmount(relay.drop)
                throw error
            }
        }
    }

    @Test func `a spool whose parent is renamed under load loses nothing`() async throws {
        var plan = RelayPlan.busy
        plan.pickup = ["spool = '{root}/var/spool'"]
        try await withIdleRelay("parent", plan) { relay in
            try relay.scratch.makeFolder("var", mode: 0o700)
            try await relay.startDaemon()
            let load = MixedLoad(relay)
            load.start()
            try await load.more(60)
            let (here, there) = (relay.scratch.path("var"), relay.scratch.path("var2"))
            try must("rename", rename(here, there))
            // Nothing watches the spool's parents: the next look at all folders finds it.
            relay.killHelper()
            let line = try await relay.waitForLine("folder-missing")
            #expect(
                line["reason"]?.hasPrefix("Cannot find folder \(here)/spool: ") == true,
                "\(line)"
            )
            try must("rename", rename(there, here))
            try await relay.waitForLine("folder-back")
            try await load.more(30)
            await load.stop()
            let spool = relay.scratch.path("var/spool")
            try await relay.deliverAll(load.names, in: [spool])
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names, in: [spool, relay.drop])
        }
    }

    @Test(.enabled(if: Account.canChange, "needs root"))
    func `a drop folder closed to the daemon under load is named, and used again when it is open`()
        async throws
    {
        var plan = RelayPlan.busy
        plan.launcher = Account.launcher(Account.daemon, Account.writers, Account.withLeases)
        plan.copiesPrograms = true
        try await withIdleRelay("closed", plan) { relay in
            try relay.handOver()
            try await relay.startDaemon()
            let load = MixedLoad(relay)
            for (round, owner) in [Account.daemon, Account.stranger].enumerated() {
                load.start()
                try await load.more(40)
                await load.stop()
                try must("chown", chown(relay.drop, owner, Account.writers))
                chmod(relay.drop, 0)
                try relay.drop("shut\(round).eml", RelayHarness.message("shut\(round)"))
                try await waitUntil("the trouble to be told; the log:\n\(relay.log)") {
                    relay.troubles.count > round
                }
                let shut = try #require(relay.troubles.last)
                #expect(shut["level"] == "error")
                #expect(shut["reason"]?.contains(relay.drop) == true, "\(shut)")
                try must("chown", chown(relay.drop, Account.daemon, Account.writers))
                chmod(relay.drop, 0o700)
                try await waitUntil("shut\(round)") {
                    try relay.received("shut\(round)").count == 1
                }
            }
            let names = load.names.union(["shut0.eml", "shut1.eml"])
            try await relay.deliverAll(names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(names)
        }
    }

    /// Folders of the spool, and what root does to them.
    static let losses: [(folder: String, isRemoved: Bool)] =
        [("queue", false), ("queue/sending", false), ("sent", true), ("state", true)]
        + (LongRun.isOn
            ? [("sent", false), ("state", false), ("failed", false)]
                + [("failed", true), ("held", true)] : [])

    @Test(
        "a folder of the spool that root takes away under load is named and made anew",
        arguments: losses
    )
    func lostFolder(folder: String, isRemoved: Bool) async throws {
        try await withRelay("lost-\(folder)", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            try await load.more(30)
            let path = "\(relay.drop)/\(folder)"
            let away = relay.scratch.path("away")
            try must("rename", rename(path, away))
            if isRemoved { removeTree(away) }
            relay.killHelper()
            let line = try await relay.waitForLine("folder-missing")
            #expect(
                line["reason"] == "Cannot find folder \(path): No such file or directory.",
                "\(line)"
            )
            try await relay.waitForLine("folder-back")
            try await load.more(20)
            await load.stop()
            try await relay.waitUntilEmpty()
            try await relay.stopDaemon()
            if !isRemoved { try Self.giveBack(away, to: path) }
            try await relay.startDaemon()
            try await relay.waitUntilEmpty()
            try await relay.stopDaemon()
            try relay.expectReceived(load.names)
            if !isRemoved { try relay.expectExactlyOnce(load.names) }
        }
    }

    /// Puts what lies in a folder that was taken away into the one that was made in its place.
    private static func giveBack(_ away: String, to path: String) throws {
        for name in folderNames(away) where name != "lock" {
            var facts = stat()
            try must("lstat", lstat("\(away)/\(name)", &facts))
            if facts.st_mode & S_IFMT == S_IFDIR {
                mkdir("\(path)/\(name)", 0o700)
                try giveBack("\(away)/\(name)", to: "\(path)/\(name)")
            } else if access("\(path)/\(name)", F_OK) != 0 {
                try must("rename", rename("\(away)/\(name)", "\(path)/\(name)"))
            }
        }
    }
}

extension RelayHarness {
    /// The lines that say that files cannot be taken.
    fileprivate var troubles: [LoggedLine] {
        lines("folder-missing") + lines("claiming-suspended")
    }
}
