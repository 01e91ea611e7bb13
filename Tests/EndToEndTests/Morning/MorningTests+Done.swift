import Glibc
import TestSupport
import Testing

// What is done about it, as advised.
extension MorningTests {
    /// Sets it aside, looks whether it arrived, and removes it.
    func settleDuplicate(_ morning: MorningRelay) async throws {
        let relay = morning.relay
        let hold = try await relay.command("hold", "order.eml")
        #expect(hold.code == 0, "\(hold)")
        let show = try await relay.command("show", "order.eml")
        #expect(show.output.contains("\n  Message-ID: <order@example.com>\n"), "\(show)")
        #expect(show.output.contains("\n  Uncertain:  1 ×: a possible duplicate\n"), "\(show)")
        // The trace has it: it arrived.
        #expect(try relay.received("order").count == 1)
        let remove = try await relay.command("remove", "--yes", "order.eml")
        #expect(remove.code == 0, "\(remove)")
    }

    /// Puts the new secret into its file and resumes the route.
    func renewSecret(_ morning: MorningRelay) async throws {
        let relay = morning.relay
        try relay.scratch.write("erp-new-secret", to: "secret")
        let resume = try await relay.command("resume", "--route", "lab")
        #expect(resume.code == 0, "\(resume)")
        for number in 1...3 {
            try await morning.wait(.sent, "night\(number)", of: "erp")
            _ = try relay.receivedOnce("night\(number)")
        }
    }

    /// Corrects one address, has a mailbox made for another, and gives up the third.
    func correctOrders(_ morning: MorningRelay) async throws {
        let relay = morning.relay
        // The address is put right in the file, and the file moved back with its name as it is.
        let path = try await morning.wait(.failed, "typo", of: "orders")
        let text = String(decoding: try readFile(path), as: UTF8.self)
        try writeFile(text.replacing("550-5.1.10@fault.test", with: "b@example.org").utf8, to: path)
        let name = path.split(separator: "/").last ?? ""
        try must("rename", rename(path, "\(morning.folder("orders"))/\(name)"))
        // Somebody made the mailbox.
        let retry = try await relay.command("retry", "new.eml")
        #expect(retry.code == 0, "\(retry)")
        // Nobody wants this one any more.
        let remove = try await relay.command("remove", "--yes", "gone.eml")
        #expect(remove.code == 0, "\(remove)")
        for id in ["typo", "new"] { try await morning.wait(.sent, id, of: "orders") }
        #expect(try relay.receivedOnce("typo").recipients == ["b@example.org"])
        _ = try relay.receivedOnce("new")
    }

    /// Removes what is old in `sent/`.
    func makeRoom(_ morning: MorningRelay) async throws {
        try must("unlink", unlink("\(morning.sentFolder)/.ballast"))
        try await morning.wait(.sent, "scan", of: "scans")
    }

    /// Sets aside what ran away, releases what is wanted, and raises the limit.
    func stopWriter(_ morning: MorningRelay) async throws {
        let relay = morning.relay
        let hold = try await relay.command("hold", "--all", "--pickup", "batch")
        #expect(hold.code == 0, "\(hold)")
        let wanted = try morning.waitingRun(.held)
        let release = try await relay.command("release", "\(wanted).eml")
        #expect(release.code == 0, "\(release)")
        let remove = try await relay.command(
            "remove",
            "--all",
            "--in",
            "held",
            "--pickup",
            "batch",
            "--yes"
        )
        #expect(remove.code == 0, "\(remove)")
        try await morning.changeSettings()
        try await morning.wait(.sent, wanted, of: "batch")
    }

    /// Mail flows from everywhere, and nothing is open any more.
    func seeThatAllIsWell(_ morning: MorningRelay) async throws {
        for pickup in MorningRelay.pickups {
            try morning.drop("day-\(pickup)", into: pickup)
            try await morning.wait(.sent, "day-\(pickup)", of: pickup)
        }
        for trouble in morning.troubles where !trouble.isIncident {
            let told = try await morning.waitForPage(trouble.key, \.recovered)
            #expect(trouble.isTold(by: told.sentence), "\(told)")
        }
        try await seeThatNothingIsOpen(morning)
    }

    private func seeThatNothingIsOpen(_ morning: MorningRelay) async throws {
        let relay = morning.relay
        let json = try await relay.command("status", "--json").json(MorningStatus.self)
        #expect(json.status == "flowing" && json.attention.isEmpty, "\(json)")
        #expect(json.alerts.isEmpty, "\(json)")
        let status = try await relay.command("status")
        #expect(status.code == 0)
        for head in ["What needs attention", "Alerts that are open"] {
            #expect(!status.output.contains(head), "\(status)")
        }
        let page = try await morning.page.text()
        let answer = "Is mail flowing? Yes. Every pickup can send. Nothing waits."
        #expect(page.contains(answer), "\(page)")
        #expect(!page.contains("Open alerts"), "\(page)")
        #expect(try relay.received("order").count == 1)
        #expect(relay.lines("failed").count == 3)
    }
}
