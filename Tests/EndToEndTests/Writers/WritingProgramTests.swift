import TestSupport
import Testing

/// The programs and libraries that write what lies in drop folders.
@Suite("Writing programs", .serialized)
struct WritingProgramTests {
    @Test(arguments: WritingProgram.all)
    func `what a program writes reaches everybody it names, and shows no Bcc`(
        program: WritingProgram
    ) async throws {
        guard try await program.isInstalled else {
            try Test.cancel("needs \(program.needs.joined(separator: ", ")): scripts/setup --tests")
        }
        var plan = RelayPlan()
        plan.pickup = program.pickup
        try await withRelay("program", plan) { relay in
            try await program.write(into: relay)
            try await waitUntil("the message of \(program); the log:\n\(relay.log)") {
                try !relay.received().isEmpty || !relay.entries(.failed).isEmpty
            }
            try await relay.settle()
            let received = try relay.received().filter { !$0.text.contains("later-") }
            #expect(received.count == 1, "\(relay.log)")
            for message in received { try await Self.expect(message, from: program, relay) }
            let line = try await relay.waitForLine("sent") {
                $0["file"]?.hasPrefix("later-") == false
            }
            let changes = Set((line["changes"] ?? "").split(separator: ",").map(String.init))
            #expect(changes.isSuperset(of: program.changes), "\(line)")
            #expect(relay.entries(.drop).map(\.path).filter { $0.hasSuffix(".eml") } == [])
        }
    }

    private static func expect(
        _ message: ReceivedMessage,
        from program: WritingProgram,
        _ relay: RelayHarness
    ) async throws {
        #expect(message.recipients == program.recipients)
        #expect(message.envelope.sender == "erp@example.com")
        #expect(!message.text.lowercased().contains("bcc"))
        #expect(!message.text.contains("hidden"))
        let shown = try await ShownMessage.read(message.octets, relay.scratch)
        #expect(shown.sender == "erp@example.com")
        #expect(shown.to == program.to)
        #expect(shown.subject == "Rechnung für März")
        let lines = shown.body.replacing("\r\n", with: "\n")
        #expect(lines.trimmingSuffix { $0.isNewline } == program.body)
        #expect(shown.attachments == program.attachments)
    }
}

extension String {
    /// The text without the characters at its end that fulfil a condition.
    fileprivate func trimmingSuffix(while isLeftOut: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !isLeftOut($0) }) else { return "" }
        return self[...last]
    }
}
