import TestSupport
import Testing

/// `postchute erase` beside the real daemon.
@Suite("Erasure, end to end")
struct EraseTests {
    private static let secret = Secret("zoe.quixley@fault.test")

    /// Messages to and about one person: sent, failed, held, and quoted in the reply to another.
    private func play(_ relay: RelayHarness) async throws {
        let person = "once.451-4.7.0+zoe.quixley@fault.test"
        try relay.drop("a.eml", RelayHarness.message("a", to: person))
        try await relay.waitFor(.sent, "a.eml")
        try relay.drop("b.eml", RelayHarness.message("b", to: "550-5.1.1+zoe.quixley@fault.test"))
        try await relay.waitFor(.failed, "b.eml")
        try relay.drop("c.eml", RelayHarness.message("c", to: "zoe.quixley@fault.test"))
        try await relay.waitFor(.failed, "c.eml")
        let hold = "close-after-dot+zoe.quixley@fault.test"
        try relay.drop("d.eml", RelayHarness.message("d", to: hold))
        try await relay.waitFor(.held, "d.eml")
        try relay.drop("e.eml", RelayHarness.message("e", to: "other@contoso.com"))
        try await relay.waitFor(.failed, "e.eml")
        try await waitUntil("the notifications; the log: \(relay.log)") {
            try relay.received().filter { $0.envelope.sender == "postmaster@contoso.com" }.count
                == 3
        }
    }

    @Test func `after it nothing of the person is left in folders and ledger`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["bounce_from = 'postmaster@contoso.com'", "when_uncertain = 'hold'"]
        plan.script = """
            at RCPT to other@contoso.com reply "550 5.1.1 forwarded to <zoe.quixley@fault.test>"
            """
        try await withRelay("erase", plan) { relay in
            try await play(relay)
            let (state, drop) = (relay.scratch.path("state"), relay.drop)
            let left = {
                (WrittenText.below(drop) + WrittenText.below(state)).filter { file in
                    file.path != "status.json"
                        && Self.secret.stands(in: file.path.utf8 + file.octets)
                }.map(\.path)
            }
            #expect(left().count > 5)
            // What happens is written into the ledger a moment later.
            try await waitUntil("the ledger") {
                let (last, failed) = (
                    try await relay.command("trace", "e.eml"),
                    try await relay.command("trace", "d.eml")
                )
                return last.output.contains("forwarded to <zoe") && failed.output.contains("held")
            }
            for person in [
                "zoe.quixley@fault.test", "once.451-4.7.0+zoe.quixley@fault.test",
                "550-5.1.1+zoe.quixley@fault.test", "close-after-dot+zoe.quixley@fault.test",
            ] {
                let looked = try await relay.command("erase", person, "--all")
                #expect(looked.output.contains("Nothing was changed; --yes does it."))
                let run = try await relay.command("erase", person, "--all", "--yes")
                #expect(run.code == 0, "\(run)")
            }
            // The message to another stays, with its reason.
            let other = try await relay.waitFor(.failed, "e.eml")
            let remaining = left().filter { !other.hasSuffix($0.replacing(".txt", with: "")) }
            let history = String(other.split(separator: "/").last?.prefix(35) ?? "")
            #expect(remaining.filter { $0 != "state/\(history)" } == [])
            let trace = try await relay.command("trace", "e.eml")
            #expect(trace.output.contains("forwarded to <erased>"), "\(trace)")
            try await relay.stopDaemon()
            #expect(left().filter { $0.hasPrefix("ledger") } == [])
        }
    }
}
