import Glibc
import TestSupport
import Testing

/// A second daemon on a spool that has one, by whatever path it comes.
@Suite("Two daemons", .serialized)
struct TwoDaemonsTests {
    /// Ways to name the same folder.
    enum Way: String, CaseIterable, Sendable {
        case sameSettings = "the same settings"
        case linkedParent = "a link above the folder"
        case bindMount = "a bind mount"
    }

    private static var ways: [Way] {
        Way.allCases.filter { $0 != .bindMount || SickDisk.canMount }
    }

    @Test("a second daemon is refused and the first goes on", arguments: ways)
    func second(way: Way) async throws {
        try await withRelay("second", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            try await load.more(20)
            try await Self.withOtherPath(to: relay, way) { settings in
                try await Self.expectRefusal(relay, settings)
                // One that is only stopped still has its spool.
                relay.daemon?.send(signal: SIGSTOP)
                defer { relay.daemon?.send(signal: SIGCONT) }
                try await Self.expectRefusal(relay, settings)
            }
            try await load.more(20)
            await load.stop()
            try await relay.deliverAll(load.names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    private static func expectRefusal(_ relay: RelayHarness, _ settings: String) async throws {
        let command = [try Executables.postchute, "run", "--config", settings]
        let run = try await ChildProcess.run(command, limit: .seconds(60))
        #expect(run.exit == .code(69), "\(run)")
        let line = LoggedLine(run.errors)
        #expect(line["event"] == "not-started")
        let end = ": process \(relay.daemon?.id ?? 0) is using this spool; stop it first"
        #expect(line["reason"]?.hasPrefix("pickup erp: cannot use ") == true, "\(run)")
        #expect(line["reason"]?.hasSuffix(end) == true, "\(run)")
    }

    private static func withOtherPath(
        to relay: RelayHarness,
        _ way: Way,
        _ body: (String) async throws -> Void
    ) async throws {
        let settings = try relay.scratch.text("postchute.toml")
        func second(_ path: String) throws -> String {
            let text = settings.replacing("'\(relay.drop)'", with: "'\(path)'")
            let own = text.replacing(
                "'\(relay.scratch.path)/state'",
                with: "'\(relay.scratch.path)/state2'"
            )
            return try relay.scratch.write(own, to: "second.toml")
        }
        switch way {
        case .sameSettings:
            try await body(relay.settings)
        case .linkedParent:
            try must("symlink", symlink(relay.scratch.path, relay.scratch.path("link")))
            try await body(try second(relay.scratch.path("link/drop")))
        case .bindMount:
            let path = try relay.scratch.makeFolder("bound", mode: 0o700)
            try await BindMount.mount(relay.drop, at: path)
            do {
                try await body(try second(path))
                try await BindMount.unmount(path)
            } catch {
                try? await BindMount.unmount(path)
                throw error
            }
        }
    }

    @Test func `when the first was killed the second starts at once`() async throws {
        try await withRelay("successor", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            for _ in 0..<LongRun.count(3, long: 40) {
                try await load.more(10)
                relay.daemon?.send(signal: SIGKILL)
                // Not even its end is waited for by whoever starts the next.
                try await relay.killDaemon()
                let start = ContinuousClock.now
                try await relay.startDaemon()
                #expect(ContinuousClock.now - start < .seconds(30))
            }
            await load.stop()
            try await relay.deliverAll(load.names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
            #expect(relay.lines("not-started").isEmpty)
        }
    }

    @Test func `told to stop in the middle of its work a daemon stops and the next goes on`()
        async throws
    {
        try await withRelay("stopped-loaded", .busy) { relay in
            let load = MixedLoad(relay)
            load.start(every: .milliseconds(4))
            for _ in 0..<LongRun.count(3, long: 60) {
                try await load.more(30)
                let start = ContinuousClock.now
                try await relay.stopDaemon()
                // Nothing was on the wire that takes longer than a reply.
                #expect(ContinuousClock.now - start < .seconds(30))
                try await relay.startDaemon()
            }
            await load.stop()
            try await relay.deliverAll(load.names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
            #expect(relay.lines("uncertain").isEmpty)
            #expect(relay.lines("stopped").allSatisfy { $0["drained"] == "true" })
        }
    }

    @Test func `beside a daemon send and the commands work and disturb nothing`() async throws {
        try await withRelay("beside", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            var names: Set<String> = []
            for number in 1...LongRun.count(2, long: 60) {
                let id = "sent-\(number)"
                let path = try relay.scratch.write(RelayHarness.message(id), to: "\(id).eml")
                let send = try await relay.command("send", path)
                // Refused for now by the server's whim, or sent: never both, never neither.
                let isSent = try relay.received(id).count == 1
                #expect((send.code == 0) == isSent, "\(send)")
                if isSent { names.insert("\(id).eml") }
                for arguments in [["status"], ["list"], ["list", "sent"], ["check"]] {
                    let run = try await relay.command(arguments)
                    #expect([0, 75].contains(run.code), "\(arguments): \(run)")
                }
            }
            await load.stop()
            try await relay.deliverAll(load.names)
            try await relay.stopDaemon()
            try relay.expectReceived(load.names.union(names))
            #expect(Set(RelayHarness.sentNames([relay.drop])) == load.names)
        }
    }
}
