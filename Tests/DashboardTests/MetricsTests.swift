import Delivery
import Glibc
import Operations
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Dashboard
@testable import Delivery

@Suite("Metrics")
struct MetricsTests {
    private func snapshot() -> RelaySnapshot {
        var snapshot = RelaySnapshot(
            takenAt: 1_790_000_000_000_000,
            processID: 1,
            version: "1",
            pickups: [RelaySnapshot.PickupStatus(missing: "erp", nil)],
            routes: [
                RelaySnapshot.RouteStatus(
                    name: "lab",
                    isPaused: false,
                    cause: .authentication,
                    submitting: 1,
                    connections: 4,
                    sent: 7
                )
            ],
            accounts: [
                RelaySnapshot.AccountStatus(
                    name: "a\\b\"c\nd",
                    recipients: .init(used: 3, limit: 10_000, seconds: 86_400)
                )
            ]
        )
        snapshot.pickups[0].route = "lab"
        snapshot.pickups[0].counters.sent = 7
        snapshot.pickups[0].oldest = 1_789_999_940_000_000
        snapshot.startedAt = 1_789_000_000_000_000
        snapshot.isAfterCrash = false
        snapshot.alerts = []
        var disk = DiskStatus(path: "/srv", use: "spool", freeOctets: 1 << 40, totalOctets: 1 << 41)
        disk.freeInodes = 12
        snapshot.disks = [disk]
        return snapshot
    }

    private static let parser = """
        import sys
        from prometheus_client.parser import text_string_to_metric_families as parse
        for family in parse(sys.stdin.read()):
            print("family", family.name, family.type)
            for s in family.samples:
                labels = ",".join(f"{k}={v!r}" for k, v in sorted(s.labels.items()))
                print(s.name, labels, s.value)
        """

    @Test func `Prometheus' own parser reads every number`() async throws {
        let dashboard = try await TestDashboard.start { $0.hasPublicMetrics = true }
        let taken = snapshot()
        dashboard.snapshot.value.withLock { $0 = taken }
        let page = try await dashboard.request("GET /metrics").body
        await dashboard.stop()
        let child = try ChildProcess(["/usr/bin/python3", "-c", Self.parser], input: .pipe)
        child.write(page)
        child.closeInput()
        #expect(try await child.waitForExit() == .code(0), "\(child.errors)")
        let lines = child.output.split(separator: "\n").map(String.init)
        for expected in [
            "postchute_pickup_sent_total pickup='erp' 7.0",
            "postchute_route_suspended cause='authentication',route='lab' 1.0",
            "postchute_route_suspended cause='rate',route='lab' 0.0",
            #"postchute_account_limit account='a\\b"c\nd',limit='recipients' 10000.0"#,
            "postchute_disk_free_bytes path='/srv' 1099511627776.0",
            "postchute_alerts_open severity='critical' 0.0",
            "postchute_mail_flowing  0.0",
        ] {
            #expect(lines.contains(expected), "\(expected)")
        }
        let known = Set(Metric.all.map(\.fullName))
        let names = lines.filter { !$0.hasPrefix("family ") }.map {
            String($0.prefix { $0 != " " })
        }
        #expect(Set(names).isSubset(of: known))
        // All but those for which this snapshot has nothing to say.
        #expect(known.subtracting(names) == ["postchute_credential_end_time_seconds"])
    }

    @Test func `every metric is named as Prometheus asks`() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        for metric in Metric.all {
            #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            #expect(metric.help.hasSuffix("."))
        }
    }

    @Test func `the page in docs is what the declarations say`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/docs/metrics.md"
        let page = MetricsReference.markdown()
        if getenv("POSTCHUTE_WRITE_DOCS") != nil { try writeFile(page.utf8, to: path) }
        let file = String(decoding: try readFile(path), as: UTF8.self)
        #expect(page == file, "POSTCHUTE_WRITE_DOCS=1 swift test --filter Metrics")
    }

    @Test func `readiness says whether mail flows, and why not to whom it concerns`() async throws {
        let dashboard = try await TestDashboard.start()
        #expect(try await dashboard.request("GET /readyz").body == "The daemon is starting.\n")
        var taken = snapshot()
        taken.takenAt = RelayFolders.systemTime()
        taken.routes[0].reason = "The password is wrong."
        let bad = taken
        dashboard.snapshot.value.withLock { $0 = bad }
        let answer = try await dashboard.request("GET /readyz")
        #expect(answer.status == 503)
        #expect(
            answer.body == """
                Mail does not flow everywhere.
                Sign in, or run postchute status, for the reasons.

                """
        )
        let (cookie, _, _) = try await dashboard.signIn()
        let detailed = try await dashboard.request("GET /readyz", [cookie]).body
        #expect(detailed.contains("route lab: The password is wrong."))
        taken.routes[0].cause = nil
        let good = taken
        dashboard.snapshot.value.withLock { $0 = good }
        let ready = try await dashboard.request("GET /readyz")
        #expect(ready.status == 200)
        #expect(ready.body == "Mail flows.\n")
        await dashboard.stop()
    }
}
