import TestSupport
import Testing

/// `postchute explain`, as somebody types it who has neither settings nor a daemon.
@Suite("Explain")
struct ExplainTests {
    @Test func `a reply is explained from its words, quoted or not`() async throws {
        let words = ["550", "5.7.60", "SMTP;", "Client", "does", "not", "have", "permissions"]
        for arguments in [words, [words.joined(separator: " ")], ["5.7.60"]] {
            let run = try await ChildProcess.run(
                [try Executables.postchute, "explain"] + arguments
            )
            #expect(run.exit == .code(0))
            #expect(run.output.contains("This is 550-5.7.60 in docs/replies.md"), "\(run.output)")
            #expect(run.output.contains("all mail of this sender"))
            #expect(run.errors == "")
        }
    }

    @Test func `a text is explained from standard input, hostile octets and all`() async throws {
        let child = try ChildProcess(
            [try Executables.postchute, "explain", "--json"],
            input: .pipe
        )
        child.write(
            "\u{FEFF}Nobody received this message.\r\nThe server refused a@example.com: 550 5.1.1 \u{1B}[2J"
        )
        child.closeInput()
        #expect(try await child.waitForExit() == .code(0))
        #expect(child.output.contains("\"row\": \"550-5.1.1-other\""), "\(child.output)")
        #expect(!child.output.contains("\u{1B}"))
    }

    @Test func `what holds no reply is a wrong call`() async throws {
        let run = try await ChildProcess.run([try Executables.postchute, "explain", "hello"])
        #expect(run.exit == .code(64))
        #expect(run.errors.hasPrefix("There is no reply of a mail server in this text."))
        #expect(run.output == "")
    }
}
