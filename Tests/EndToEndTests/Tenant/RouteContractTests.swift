import TestSupport
import Testing

/// What every way to hand mail over promises, whatever it speaks.
@Suite("Every route")
struct RouteContractTests {
    @Test(arguments: TenantRoute.all)
    func `an accepted message lies in sent and arrived as it was`(_ route: TenantRoute) async throws
    {
        try await TenantRelay.run("accepted", route) { running in
            let relay = running.relay
            let text = running.message("hello", from: route.from, to: "b@contoso.com")
            try relay.drop("hello.eml", text + "Zeile: ü\n.dot\n")
            try await relay.waitFor(.sent, "hello.eml")
            let received = try relay.receivedOnce("hello")
            #expect(received.text.hasSuffix("Zeile: ü\r\n.dot\r\n"))
            #expect(relay.lines("sent").count == 1)
        }
    }

    @Test(arguments: TenantRoute.all)
    func `a refused recipient fails, and the others have it`(_ route: TenantRoute) async throws {
        try await TenantRelay.run("recipient", route) { running in
            let relay = running.relay
            let wrong =
                route.isGraph ? "graph.ErrorInvalidRecipients@fault.test" : "550-5.1.10@fault.test"
            let text = running.message(
                "recipient",
                from: route.from,
                to: "b@contoso.com, \(wrong)"
            )
            try relay.drop("recipient.eml", text)
            try await relay.waitFor(.failed, "recipient.eml")
            // Graph takes a message as a whole or not at all.
            let served = try relay.received("recipient").map(\.recipients)
            #expect(served == (route.isGraph ? [] : [["b@contoso.com"]]))
            let reason = try relay.reason("recipient.eml")
            #expect(reason.contains(route.isGraph ? "ErrorInvalidRecipients" : wrong))
            #expect(relay.lines("route-suspended").isEmpty)
        }
    }

    @Test(arguments: TenantRoute.all)
    func `a refused message fails, and the next one goes`(_ route: TenantRoute) async throws {
        try await TenantRelay.run("message", route) { running in
            let relay = running.relay
            let fault =
                route.isGraph
                ? "graph.ErrorMimeContentInvalidBase64String@fault.test"
                : "dot.554-5.6.0@fault.test"
            try relay.drop("bad.eml", running.message("bad", from: route.from, to: fault))
            try await relay.waitFor(.failed, "bad.eml")
            let good = running.message("good", from: route.from, to: "b@contoso.com")
            try relay.drop("good.eml", good)
            try await relay.waitFor(.sent, "good.eml")
            #expect(try relay.received("bad").isEmpty)
            #expect(relay.lines("route-suspended").isEmpty)
        }
    }

    @Test(arguments: TenantRoute.all)
    func `a throttled route waits by itself, and no attempt is lost`(
        _ route: TenantRoute
    ) async throws {
        try await TenantRelay.run("throttled", route) { running in
            let relay = running.relay
            let fault =
                route.isGraph ? "graph.once.429-retry-30@fault.test" : "once.421-4.4.2@fault.test"
            try relay.drop("slow.eml", running.message("slow", from: route.from, to: fault))
            let line = try await relay.waitForLine("route-suspended")
            #expect(line["cause"] == "rate")
            try await relay.waitFor(.sent, "slow.eml")
            #expect(try relay.received("slow").count == 1)
            #expect(relay.lines("deferred").isEmpty)
        }
    }

    @Test(arguments: TenantRoute.all)
    func `rights that were lost suspend the route, and nothing burns`(
        _ route: TenantRoute
    ) async throws {
        try await TenantRelay.run("rights", route) { running in
            let relay = running.relay
            let before = running.message("before", from: route.from, to: "b@contoso.com")
            try relay.drop("before.eml", before)
            try await relay.waitFor(.sent, "before.eml")
            try await running.restartTenant(as: running.tenant.closed())
            let after = running.message("after", from: route.from, to: "b@contoso.com")
            try relay.drop("after.eml", after)
            try await relay.waitForLine("route-suspended") {
                $0["cause"] == "authentication" || $0["cause"] == "configuration"
            }
            // Its way back begins with that line.
            try await relay.waitFor(.queue, "after.eml")
            #expect(relay.places("after.eml") == [.queue])
            try await running.restartTenant()
            let resume = try await relay.command("resume", "--route", "lab")
            #expect(resume.code == 0, "\(resume)")
            try await relay.waitFor(.sent, "after.eml")
            #expect(try relay.received("after").count == 1)
            #expect(!relay.log.contains("erp-secret") && !relay.log.contains("erp-password"))
        }
    }

    @Test(arguments: TenantRoute.all)
    func `an answer lost at the end is uncertain: said, tried once more, then held`(
        _ route: TenantRoute
    ) async throws {
        try await TenantRelay.run("uncertain", route) { running in
            let relay = running.relay
            let fault =
                route.isGraph ? "graph.kept-close@fault.test" : "close-after-dot@fault.test"
            try relay.drop("twice.eml", running.message("twice", from: route.from, to: fault))
            let line = try await relay.waitForLine("uncertain")
            #expect(line.description.contains("possible duplicate"))
            try await relay.waitFor(.held, "twice.eml")
            // The tenant kept both, and one Message-ID and Date tell that they are one.
            let copies = try relay.received("twice")
            #expect(copies.count == 2)
            #expect(Set(copies.map(\.text)).count == 1)
            #expect(relay.lines("uncertain").count == 2)
        }
    }

    @Test(arguments: TenantRoute.all)
    func `a killed daemon goes on where it was`(_ route: TenantRoute) async throws {
        try await TenantRelay.run("restart", route) { running in
            let relay = running.relay
            let ids = (0..<30).map { "m\($0)" }
            for id in ids {
                try relay.drop(
                    "\(id).eml",
                    running.message(id, from: route.from, to: "b@contoso.com")
                )
            }
            try await waitUntil("the first are sent") { try relay.received().count >= 5 }
            try await relay.killDaemon()
            try await relay.startDaemon()
            try await waitUntil(limit: .seconds(120), "all are sent; the log:\n\(relay.log)") {
                relay.entries(.sent).count == ids.count
            }
            for id in ids {
                let copies = try relay.received(id).count
                let isFlagged = relay.log.contains("possible duplicate")
                #expect(copies == 1 || (copies == 2 && isFlagged), "\(id): \(copies)")
            }
        }
    }
}
