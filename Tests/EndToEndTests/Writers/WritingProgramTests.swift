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
        try await withRelay("program") { relay in
            try await program.write(into: relay)
            try await waitUntil("the message of \(program); the log:\n\(relay.log)") {
                try !relay.received().isEmpty || !relay.entries(.failed).isEmpty
            }
            try await relay.settle()
            let received = try relay.received().filter { !$0.text.contains("later-") }
            #expect(received.count == 1, "\(relay.log)")
            for message in received { try await Self.expect(message, from: program, relay) }
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

    /// Their output is refused, with the sentence that tells what to change.
    @Test(arguments: [
        (
            "python3 message.py mbox \"$1\"",
            "The file begins with a “From ” line, as in a mailbox file (mbox)."
        ),
        ("sh mutt.sh \"$1\"", "The file begins with a “From ” line, as in a mailbox file (mbox)."),
        ("sh out-file.sh \"$1\"", "The file is written in UTF-16, which mail cannot be."),
    ])
    func `what no mail can be is refused and says why`(
        command: String,
        reason: String
    )
        async throws
    {
        let program = WritingProgram(description: command, needs: [], command: command)
        try await withRelay("refused") { relay in
            try await program.write(into: relay)
            let line = try await relay.waitForLine("failed")
            #expect(line["reason"] == reason)
            #expect(try relay.received().isEmpty)
        }
    }
}

extension String {
    /// The text without the characters at its end that fulfil a condition.
    fileprivate func trimmingSuffix(while isLeftOut: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !isLeftOut($0) }) else { return "" }
        return self[...last]
    }
}
