import Glibc
import TestSupport
import Testing

/// Runs the programs of docs/writers.md: the blocks with the word `writer`.
@Suite("Writers' guide")
struct WriterGuideTests {
    /// How a program is run; `$1` is its file.
    private static let commands = [
        "bash": (file: "drop.sh", run: "bash \"$1\""),
        "python": (file: "drop.py", run: "python3 \"$1\""),
        "perl": (file: "drop.pl", run: "perl \"$1\""),
        "php": (file: "drop.php", run: "php \"$1\""),
        "java": (file: "Drop.java", run: "umask 027; java \"$1\""),
        "csharp": (
            file: "drop.cs", run: "mcs -out:\"$1.exe\" \"$1\" && umask 027; mono \"$1.exe\""
        ),
    ]

    @Test func `every program of the page brings its message to everybody, at once and readable`()
        async throws
    {
        let programs = try FencedBlock.all(of: "writers.md").filter { $0.words["writer"] != nil }
        #expect(Set(programs.map(\.language)) == Set(Self.commands.keys))
        try await withIdleRelay("writers-guide", Self.plan) { relay in
            try relay.scratch.makeFolder("linked")
            try await relay.startDaemon()
            for (number, program) in programs.enumerated() {
                try await Self.run(program, relay)
                try await waitUntil("the message of \(program); the log:\n\(relay.log)") {
                    try relay.received().count > number
                }
                let message = try #require(try relay.received().last)
                try await Self.expect(message, of: program.language, relay)
            }
            try await relay.settle()
            #expect(try relay.received().filter { !$0.text.contains("later-") }.count == 6)
            #expect(relay.entries(.failed).isEmpty && relay.entries(.held).isEmpty)
            for folder in [relay.drop, relay.scratch.path("linked")] {
                #expect(!folderNames(folder).contains { $0.hasPrefix("invoice") })
            }
        }
    }

    /// Only what arrives by a rename is taken before ten minutes have passed, but for C#, whose
    /// `File.Move` links.
    private static var plan: RelayPlan {
        var plan = RelayPlan()
        plan.pickup = ["settle = '10 min'"]
        plan.tables = """
            [pickup.linked]
            path = '{root}/linked'
            route = 'lab'
            settle = '100ms'
            """
        return plan
    }

    private static func folder(_ language: String, _ relay: RelayHarness) -> String {
        language == "csharp" ? relay.scratch.path("linked") : relay.drop
    }

    private static func run(_ program: FencedBlock, _ relay: RelayHarness) async throws {
        let (file, command) = try #require(commands[program.language])
        #expect(program.text.contains("/srv/drop/erp"), "\(program)")
        let path = try relay.scratch.write(
            program.text.replacing("/srv/drop/erp", with: folder(program.language, relay)),
            to: file
        )
        // The page asks for the umask 027 where a program does not see to it by itself.
        let run = try await ChildProcess.run(["sh", "-c", "umask 077; \(command)", "sh", path])
        guard run.exit == .code(0), run.output.isEmpty, run.errors.isEmpty else {
            throw WaitError("\(program) ended with \(run.exit): \(run.output)\(run.errors)")
        }
    }

    private static func expect(
        _ message: ReceivedMessage,
        of language: String,
        _ relay: RelayHarness
    ) async throws {
        #expect(message.envelope.sender == "erp@contoso.com", "\(language)")
        #expect(
            message.recipients == ["customer@example.com", "archive@contoso.com"],
            "\(language)"
        )
        #expect(!message.text.lowercased().contains("bcc"), "\(language)")
        let shown = try await ShownMessage.read(message.octets, relay.scratch)
        #expect(shown.sender == "erp@contoso.com", "\(language)")
        #expect(shown.subject == "Invoice 4711: 118.00 €", "\(language)")
        let body = shown.body.replacing("\r\n", with: "\n")
        #expect(body == "Dear Ms Müller,\nplease pay 118.00 €.\n", "\(language)")
        let line = try await relay.waitForLine("sent") {
            $0["message_id"] == message.envelope.messageID
        }
        let id = try #require(line["id"])
        let spool = folder(language, relay)
        let file = RelayHarness.entries(.sent, below: spool).first { $0.path.contains("/\(id).") }
        var status = stat()
        #expect(stat(try #require(file).path, &status) == 0, "\(language)")
        #expect(status.st_mode & 0o777 == 0o640, "\(language)")
    }
}
