import Glibc
import TestSupport
import Testing

/// What an operator finds in the morning: every place says it, and what is advised puts it right.
@Suite("A morning")
struct MorningTests {
    private static let hasRoot: ConditionTrait = .enabled(
        if: SickDisk.canMount,
        "mounting a small file system needs CAP_SYS_ADMIN"
    )

    @Test(hasRoot, .timeLimit(.minutes(3)))
    func `every place says what went wrong in the night, and its advice puts it right`()
        async throws
    {
        try await MorningRelay.run("morning") { morning in
            try await evening(morning)
            try await refuseOrders(morning)
            try await expireSecret(morning)
            try await fillDisk(morning)
            try await loseReply(morning)
            try await runAway(morning)
            try await readAlerts(morning)
            try await readStatus(morning)
            try await readOverview(morning)
            try await readMessages(morning)
            try await settleDuplicate(morning)
            try await renewSecret(morning)
            try await correctOrders(morning)
            try await makeRoom(morning)
            try await stopWriter(morning)
            try await seeThatAllIsWell(morning)
        }
    }
}

// The night.
extension MorningTests {
    private func evening(_ morning: MorningRelay) async throws {
        for pickup in MorningRelay.pickups {
            try morning.drop("evening-\(pickup)", into: pickup)
            try await morning.wait(.sent, "evening-\(pickup)", of: pickup)
        }
        let status = try await morning.relay.command("status")
        #expect(status.code == 0 && !status.output.contains("attention"), "\(status)")
    }

    private func refuseOrders(_ morning: MorningRelay) async throws {
        try morning.drop("typo", into: "orders", to: "550-5.1.10@fault.test")
        try morning.drop("gone", into: "orders", to: "550-5.4.1@fault.test")
        try morning.drop("new", into: "orders", to: "new@contoso.com")
        for id in ["typo", "gone", "new"] { try await morning.wait(.failed, id, of: "orders") }
        // From here on the next notice takes two minutes: each tells the whole of what came after.
        _ = try await morning.waitForPage(Trouble.failed.key, \.happened)
        try await waitUntil("the mail, before the tenant ends") { try !morning.mail().isEmpty }
    }

    private func expireSecret(_ morning: MorningRelay) async throws {
        let relay = morning.relay
        try await relay.stopSandbox()
        try relay.scratch.write(try morning.tenant.withNewSecret().toml, to: "tenant.toml")
        try relay.scratch.write("", to: "script")
        try await relay.startSandbox()
        // The sandbox has another certificate.
        try await morning.reload()
        for number in 1...3 { try morning.drop("night\(number)", into: "erp") }
        let line = try await relay.waitForLine("route-suspended") {
            $0["cause"] == "authentication"
        }
        #expect(line["advice"] == Trouble.newSecret)
    }

    private func fillDisk(_ morning: MorningRelay) async throws {
        let ballast = try SickDisk.fill(morning.sentFolder)
        var facts = stat()
        try must("stat", stat(ballast, &facts))
        try must("truncate", truncate(ballast, facts.st_size - 16_384))
        try await morning.relay.waitForLine("disk-low") { $0["level"] == "error" }
        try morning.drop("scan", into: "scans")
        try await morning.wait(.queue, "scan", of: "scans")
    }

    private func loseReply(_ morning: MorningRelay) async throws {
        try morning.drop("order", into: "orders", to: "close-after-dot@fault.test")
        let line = try await morning.relay.waitForLine("uncertain")
        #expect(line["note"] == "possible duplicate")
    }

    private func runAway(_ morning: MorningRelay) async throws {
        for number in 1...12 { try morning.drop("run\(number)", into: "batch") }
        try await waitUntil("the limit; the log:\n\(morning.relay.log)") {
            RelayHarness.entries(.sent, below: morning.folder("batch")).count == 5
        }
    }
}
