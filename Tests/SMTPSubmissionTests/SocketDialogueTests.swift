import SMTPProtocol
import SMTPSubmission
import Submission
import TLSEngine
import TestSupport
import Testing

@Suite("Dialogues, over a socket")
struct SocketDialogueTests {
    private static let all: [Dialogue] = {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let found = try? Dialogue.all(in: "/\(folder)/SMTPProtocolTests/Dialogues")
        return (found ?? []).filter { $0.route["only"] != "memory" }
    }()

    private struct Identity {
        let context: TLSContext
        let folder: ScratchFolder
        let trust: String

        init() throws {
            let settings = TLSServerSettings(identity: .selfSigned(names: ["127.0.0.1"]))
            context = try TLSContext(server: settings)
            folder = try ScratchFolder("dialogue")
            trust = try folder.write(context.certificatePEM ?? "", to: "server.pem")
        }
    }

    @Test func `the folder of dialogues is found`() {
        #expect(Self.all.count > 60)
    }

    @Test(arguments: all)
    func `every word is as the dialogue says`(_ dialogue: Dialogue) async throws {
        let identity = try Identity()
        let server = try ScriptedServer([dialogue], tls: identity.context)
        var route = SMTPRoute.test(server.port, dialogue.route)
        route.tlsClient.trust = .file(identity.trust)
        Self.hurry(&route.timeouts, dialogue)
        let harness = Harness(route)
        let outcomes = try await Self.outcomes(of: dialogue, harness)
        if dialogue.lines.contains(.event("quit")) { harness.closeIdleSessions() }
        let said = try await server.transcript()
        harness.closeIdleSessions()
        #expect(said == Dialogue.text(dialogue.lines.filter(\.isSpoken)))
        #expect(
            Dialogue.text(outcomes)
                == Dialogue.text(
                    dialogue.lines.filter { !$0.isSpoken }
                        .filter { if case .outcome = $0 { true } else { false } }
                )
        )
    }

    private static func outcomes(
        of dialogue: Dialogue,
        _ harness: Harness
    ) async throws -> [Dialogue.Line] {
        let messages = try dialogue.lines.compactMap { line -> DialogueMessage? in
            guard case .message(let settings) = line else { return nil }
            return try DialogueMessage(settings)
        }
        guard !messages.isEmpty else {
            let failure = await harness.probe()
            return failure.map { [.outcome("failed \(DialogueMessage.text($0))")] } ?? []
        }
        var outcomes: [Dialogue.Line] = []
        for message in messages {
            let report = await harness.submit(ScriptedSource(message))
            outcomes += message.outcome(report.end, report.recipients)
        }
        return outcomes
    }

    /// Shortens the one deadline that is to pass; the others stay out of a slow machine's way.
    private static func hurry(_ timeouts: inout SMTPTimeouts, _ dialogue: Dialogue) {
        let short = Duration.milliseconds(200)
        for case .outcome(let text) in dialogue.lines {
            let words = text.split(separator: " ")
            guard words.count > 2, words[1] == "timeout" else { continue }
            switch SessionPhase(rawValue: String(words[2])) {
            case .greeting: timeouts.greeting = short
            case .mail: timeouts.mail = short
            case .recipient: timeouts.recipient = short
            case .data: timeouts.data = short
            case .endOfData: timeouts.endOfData = short
            default: break
            }
        }
    }
}

extension Dialogue.Line {
    fileprivate var isSpoken: Bool {
        switch self {
        case .client, .server: true
        case .outcome, .message, .event: false
        }
    }
}
