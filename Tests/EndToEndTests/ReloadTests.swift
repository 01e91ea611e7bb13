import Glibc
import TestSupport
import Testing

/// SIGHUP: other settings while mail flows.
@Suite("Reload", .serialized)
struct ReloadTests {
    private static func pickup(_ name: String) -> String {
        """
        [pickup.\(name)]
        path = '{root}/\(name)'
        route = 'lab'
        settle = '100ms'

        """
    }

    private func reload(_ relay: RelayHarness, _ plan: RelayPlan) throws {
        try relay.writeSettings(plan)
        relay.daemon?.send(signal: SIGHUP)
    }

    /// Waits for so many lines that end a reload, whichever way.
    private func reloads(_ count: Int, _ relay: RelayHarness) async throws {
        try await waitUntil("\(count) reloads; the log:\n\(relay.log)") {
            relay.lines("reloaded").count + Set(relay.lines("reload-refused").map { "\($0)" }).count
                >= count
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `ten reloads under load lose nothing, send nothing twice and cut nothing`() async throws {
        let plan = RelayPlan()
        try await withRelay("reload-load", plan) { relay in
            try relay.scratch.makeFolder("crm", mode: 0o700)
            let total = 2000
            for round in 0..<10 {
                for number in 0..<total / 10 {
                    let id = "m\(round * total / 10 + number)"
                    try relay.drop("\(id).eml", RelayHarness.message(id))
                }
                var next = plan
                if round % 2 == 0 { next.tables = Self.pickup("crm") }
                // Another route each time, and now and then settings that are wrong.
                next.route = ["connections = \(round + 1)", "idle_timeout = '\(round + 5)s'"]
                if round % 3 == 2 { next.pickup = ["setle = '1s'"] }
                try reload(relay, next)
                if round % 2 == 0 {
                    try writeFile(
                        RelayHarness.message("c\(round)").utf8,
                        to: "\(relay.scratch.path("crm"))/c\(round).eml"
                    )
                }
                try await reloads(round + 1, relay)
            }
            try reload(
                relay,
                {
                    var last = plan; last.tables = Self.pickup("crm"); return last
                }()
            )
            try await waitUntil(
                limit: .seconds(120),
                "everything; the log:\n\(relay.log.suffix(4000))"
            ) {
                try relay.received().count >= total + 5
            }
            #expect(try relay.received().count == total + 5)
            let ids = Set(
                try relay.received().compactMap { message in
                    message.text.split(separator: "\r\n").first { $0.hasPrefix("Message-ID:") }
                }
            )
            #expect(ids.count == total + 5)
            #expect(relay.lines("uncertain").isEmpty && relay.lines("recovered").isEmpty)
            #expect(relay.lines("reload-refused").count == 3)
            #expect(folderNames("\(relay.drop)/failed").isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `wrong settings leave the old ones in force and every complaint in the log`()
        async throws
    {
        try await withRelay("reload-wrong") { relay in
            var wrong = RelayPlan()
            wrong.pickup = ["setle = '1 s'"]
            wrong.route = ["tls = 'maybe'"]
            try reload(relay, wrong)
            try await waitUntil("two complaints") { relay.lines("reload-refused").count == 2 }
            let line = try #require(relay.lines("reload-refused").first)
            #expect(line["reason"]?.contains("pickup.erp.setle: ") == true, "\(line)")
            #expect(line["advice"] == "The settings of before stay in force.")
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            try relay.writeSettings()
            let text = try relay.scratch.text("postchute.toml")
            try relay.scratch.write(
                text.replacing("/state'", with: "/other'"),
                to: "postchute.toml"
            )
            relay.daemon?.send(signal: SIGHUP)
            let refused = try await relay.waitForLine("reload-refused") {
                $0["reason"]?.hasPrefix("state.directory cannot change from ") == true
            }
            #expect(refused["reason"]?.hasSuffix(" while Postchute runs; restart it.") == true)
            #expect(relay.lines("reloaded").isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `what needs a restart is said by name with every reload, and the rest is in force`()
        async throws
    {
        try await withRelay("reload-restart") { relay in
            var plan = RelayPlan()
            plan.tables = "[ledger]\nenabled = false\nkeep = '30 days'"
            try relay.writeSettings(plan)
            relay.daemon?.send(signal: SIGHUP)
            let needed = try await relay.waitForLine("restart-needed")
            #expect(needed["setting"] == "ledger.enabled")
            #expect(
                needed["reason"] == "The change of ledger.enabled takes effect after a restart."
            )
            #expect(needed["advice"] == "Restart Postchute; until then it is as it was.")
            let line = try await relay.waitForLine("reloaded")
            #expect(line["tables"] == "ledger")
            #expect(line["after_restart"] == "ledger.enabled")
            // It is as it was: there is a ledger.
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitForLine("sent") { $0.description.contains("b@example.org") }
            relay.daemon?.send(signal: SIGHUP)
            try await waitUntil("said again") { relay.lines("restart-needed").count == 2 }
            try reload(relay, RelayPlan())
            let last = try await relay.waitForLine("reloaded") { $0["after_restart"] == nil }
            #expect(last["tables"] == "ledger")
            let found = try await relay.command("trace", "x.eml")
            #expect(found.code == 0 && found.output.contains("b@example.org"), "\(found)")
            #expect(relay.lines("restart-needed").count == 2)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `mail of Postchute's own goes by the channels and routes of a reload`() async throws {
        let other = """
            [route.other]
            service = 'smtp'
            host = '127.0.0.1'
            port = {port}
            tls = 'none'
            sandbox = true

            """
        let channel = """
            [alert.it]
            kind = 'mail'
            route = 'other'
            from = 'relay@contoso.com'
            to = ['it@contoso.com']
            """
        var plan = RelayPlan()
        plan.pickup = ["bounce_from = 'postmaster@contoso.com'"]
        plan.tables = other
        try await withRelay("reload-own", plan) { relay in
            let refused = "550-5.1.1@fault.test"
            try relay.drop("a.eml", RelayHarness.message("a", to: refused))
            let before = try await relay.waitForLine("sent") { $0["pickup"] == "bounce.erp" }
            #expect(before["route"] == "lab")
            var next = plan
            next.pickup.append("route = 'other'")
            next.tables = other + channel
            try reload(relay, next)
            try await relay.waitForLine("reloaded")
            let text = RelayHarness.message("b", to: refused)
                .replacing("a@example.com", with: "c@example.com")
            try relay.drop("b.eml", text)
            let after = try await relay.waitForLine("sent") {
                $0["pickup"] == "bounce.erp" && $0["id"] != before["id"]
            }
            #expect(after["route"] == "other")
            let alert = try await relay.waitForLine("sent") { $0["pickup"] == "alert.it" }
            #expect(alert["route"] == "other")
            #expect(try relay.received().contains { $0.recipients == ["it@contoso.com"] })
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a right password cures a route that a wrong one suspended`() async throws {
        try await withIdleRelay("reload-password", .signedIn) { relay in
            try relay.scratch.write("wrong", to: "password")
            try await relay.startDaemon()
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitForLine("route-suspended")
            try relay.scratch.write("sandbox", to: "password")
            relay.daemon?.send(signal: SIGHUP)
            let line = try await relay.waitForLine("reloaded")
            #expect(line["routes_changed"] == "lab")
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.received().count == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a pickup that is removed leaves its queue, and sends it when it is back`() async throws {
        var plan = RelayPlan()
        plan.script = #"at dot delay 2s reply "250 2.0.0 OK" times 1"#
        plan.route = ["connections = 1"]
        plan.tables = Self.pickup("crm")
        try await withIdleRelay("reload-removed", plan) { relay in
            let crm = try relay.scratch.makeFolder("crm", mode: 0o700)
            try await relay.startDaemon()
            for name in ["x", "y"] {
                try writeFile(RelayHarness.message(name).utf8, to: "\(crm)/\(name).eml")
            }
            try await waitUntil("one on the wire") {
                !RelayHarness.entries(.sending, below: crm).isEmpty
            }
            var without = plan
            without.tables = ""
            try reload(relay, without)
            let line = try await relay.waitForLine("reloaded")
            #expect(line["pickups_removed"] == "crm")
            try await waitUntil("it is sent") { !RelayHarness.entries(.sent, below: crm).isEmpty }
            #expect(RelayHarness.entries(.queue, below: crm).count == 1)
            try reload(relay, plan)
            try await waitUntil("both sent") {
                RelayHarness.entries(.sent, below: crm).count == 2
            }
            #expect(try relay.received().count == 2)
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `hang-ups without a change, in a row and before a stop do no harm`() async throws {
        try await withRelay("reload-quick") { relay in
            for _ in 0..<5 { relay.daemon?.send(signal: SIGHUP) }
            let line = try await relay.waitForLine("reloaded")
            #expect(line["reason"] == "Nothing has changed.")
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            relay.daemon?.send(signal: SIGHUP)
        }
    }
}
