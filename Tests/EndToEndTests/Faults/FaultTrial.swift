import Glibc
import TestSupport
import Testing

/// One message, one fault, and what must be true whatever the fault is.
struct FaultTrial {
    let fault: Fault
    let relay: RelayHarness

    /// The plan of the daemon that meets the fault.
    ///
    /// Another pickup, in `other/`, has nothing to do with it.
    static func plan(_ flow: FaultFlow, holdsBack: Bool = false) -> RelayPlan {
        var plan = RelayPlan()
        plan.script = flow.script(holdsBack: holdsBack)
        if flow == .crossing { plan.spool = "{root}/disk/spool" }
        plan.tables = """
            [pickup.other]
            path = '{root}/other'
            route = 'lab'
            settle = '100ms'
            """
        return plan
    }

    /// Runs the trial and returns how many calls were refused.
    @discardableResult
    static func run(_ fault: Fault) async throws -> Int {
        let plan = plan(fault.flow, holdsBack: fault.phase == .onTheWire)
        return try await withFlow(fault.flow, plan) { relay in
            try await FaultTrial(fault: fault, relay: relay).run()
            return relay.injected
        }
    }

    private func run() async throws {
        let flow = fault.flow
        if fault.phase == .onTheWire {
            try relay.drop(flow.file, flow.text)
            try await waitUntil("sending") { relay.places == [.sending] }
        }
        let tracer = try await relay.inject(fault)
        do {
            let before = try relay.effort()
            if fault.phase == .before { try relay.drop(flow.file, flow.text) }
            try await waitForConsequence()
            try await relay.staysCalm(since: before, "\(fault)")
            if fault.place?.path.hasPrefix("drop") == true { try await checkOther() }
            try await tracer.end()
        } catch {
            _ = try? await tracer.end()
            throw error
        }
        if fault.leavesSickness, relay.isSick {
            #expect(relay.log.contains("restart postchute"), "\(fault)\n\(relay.log)")
            try await relay.stopDaemon()
            try await relay.startDaemon()
        }
        try await waitForEnd()
        #expect(relay.daemon?.exit == nil, "\(fault): the daemon ended")
        try checkInvariants()
    }

    private func waitForConsequence() async throws {
        try await waitUntil(
            limit: .seconds(45),
            "\(fault) to have a consequence; in \(relay.places)\n\(relay.log)"
        ) {
            if let exit = relay.daemon?.exit { throw WaitError("\(fault): \(exit)\n\(relay.log)") }
            try await Task.sleep(for: .milliseconds(50))
            return relay.saysCause(of: fault) || isAtEnd
        }
    }

    private var isAtEnd: Bool { relay.places == [fault.flow.end] }

    private func checkOther() async throws {
        let text = RelayHarness.message("other")
        try writeFile(text.utf8, to: relay.scratch.path("other/other.eml"))
        try await waitUntil(limit: .seconds(60), "\(fault): the other pickup\n\(relay.log)") {
            try await Task.sleep(for: .milliseconds(50))
            // Accepted, or refused like all in that flow.
            return !folderNames(relay.scratch.path("other/sent")).isEmpty
                || !folderNames(relay.scratch.path("other/failed")).isEmpty
        }
    }

    private func waitForEnd() async throws {
        let flow = fault.flow
        try await waitUntil(
            limit: .seconds(120),
            "\(fault): in \(relay.places), not only \(flow.end)\n\(relay.log)"
        ) {
            try await Task.sleep(for: .milliseconds(50))
            try await relay.deliverUncertain()
            return relay.places == [flow.end]
        }
    }

    private func checkInvariants() throws {
        let flow = fault.flow
        #expect(relay.messages(flow.end).count == 1, "\(fault)")
        let copies = try relay.received("x").count
        let announced = relay.lines("uncertain").filter { $0["note"] == "possible duplicate" }.count
        switch flow.end {
        case .sent:
            #expect(copies >= 1, "\(fault): in sent/, not accepted\n\(relay.log)")
            #expect(copies <= 1 + announced, "\(fault): a copy nobody announced\n\(relay.log)")
        case .failed, .held:
            #expect(copies == 0, "\(fault)\n\(relay.log)")
            #expect(try relay.onlyReason(flow.end).contains("\n\nWhat to do\n"), "\(fault)")
        case .drop, .queue, .sending: break
        }
    }
}
