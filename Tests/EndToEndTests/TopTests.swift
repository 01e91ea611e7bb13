import Glibc
import TestSupport
import Testing

/// `postchute top` on a terminal, and where there is none.
@Suite("Top on a terminal", .serialized)
struct TopTests {
    private static let otherScreen = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    private static let screenOfBefore = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    private func command(_ relay: RelayHarness) throws -> [String] {
        [try Executables.postchute, "top", "--config", relay.settings]
    }

    /// Runs the body with a relay that has sent one message.
    private func withSentMessage(_ body: (RelayHarness) async throws -> Void) async throws {
        try await withRelay("top") { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            try await body(relay)
        }
    }

    /// Ways to end it, and what does not.
    private static let ends: [[Terminal.Step]] = [
        [.type("q")],
        [.type("p"), .see("paused   p go on   q quit"), .type("q")],
        // Ctrl-C.
        [.type("\u{3}")],
        // Ctrl-Z would leave the shell on the other screen: it does nothing.
        [.type("\u{1A}"), .see("p pause   q quit"), .type("Q")],
        [.signal(SIGTERM)],
        [.signal(SIGHUP)],
    ]

    @Test(arguments: ends)
    func `draws on the other screen and gives the terminal back`(end: [Terminal.Step]) async throws
    {
        try await withSentMessage { relay in
            let session = try await Terminal().run(
                command(relay),
                [.see("pickup erp: open"), .see("p pause   q quit")] + end
            )
            #expect(session.output.hasPrefix(Self.otherScreen))
            #expect(session.output.hasSuffix(Self.screenOfBefore), "\(session.output.suffix(80))")
            #expect(session.output.ranges(of: Self.screenOfBefore).count == 1)
            #expect(session.exit == 0)
            #expect(session.isRestored)
        }
    }

    @Test func `a window of another size is drawn anew at once`() async throws {
        try await withSentMessage { relay in
            var steps: [Terminal.Step] = [.see("pickup erp: open"), .see("\u{1B}[20;1Hp pause")]
            for round in 1...5 {
                steps += [
                    .resize(columns: 100, rows: 30 + round), .see("PICKUP  STATE"),
                    .see("\u{1B}[\(30 + round);1Hp pause   q quit"),
                    .resize(columns: 30, rows: 6), .see(" lines more"),
                    .see("\u{1B}[6;1Hp pause   q quit"),
                ]
            }
            let session = try await Terminal().run(command(relay), steps + [.type("q")])
            // Without being told it would look at the size every two seconds.
            #expect(session.seconds < 10)
            #expect(session.exit == 0 && session.isRestored)
            // What is drawn in a small window fits into it.
            let last = try #require(session.output.ranges(of: "\u{1B}[H").last?.upperBound)
            let lines = session.output[last...].split(separator: "\r\n")
            #expect(lines.count <= 6, "\(lines)")
            // The terminal adds a return of its own to each.
            let texts = lines.dropLast().map {
                $0.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]|\r/, with: "")
            }
            #expect(texts.allSatisfy { $0.count <= 30 }, "\(texts)")
        }
    }

    @Test func `on a terminal that can do nothing it is printed once`() async throws {
        try await withSentMessage { relay in
            let session = try await Terminal(kind: "dumb").run(command(relay), [])
            #expect(!session.output.contains("\u{1B}"))
            #expect(session.output.contains("PICKUP  STATE"), "\(session)")
            #expect(session.exit == 0 && session.isRestored)
        }
    }

    @Test func `where the output or the keys are no terminal's it is printed once`() async throws {
        try await withSentMessage { relay in
            let words = try command(relay).map { "'\($0)'" }.joined(separator: " ")
            for line in ["\(words) | cat", "\(words) < /dev/null"] {
                let session = try await Terminal().run(["sh", "-c", line], [])
                #expect(!session.output.contains("\u{1B}"))
                #expect(session.output.contains("PICKUP  STATE"), "\(session)")
                #expect(session.exit == 0 && session.isRestored)
            }
            let piped = try await relay.command("top")
            #expect(piped.code == 0)
            #expect(piped.output.contains("PICKUP  STATE") && !piped.output.contains("\u{1B}"))
        }
    }
}
