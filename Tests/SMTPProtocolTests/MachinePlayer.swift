import SMTPProtocol
import Submission
import TestSupport

/// Plays a dialogue against a session machine, without any socket.
struct MachinePlayer {
    private let dialogue: Dialogue
    private var machine: SessionMachine
    private var reader = ReplyReader()
    private var played: [Dialogue.Line] = []
    private var rest: ArraySlice<Dialogue.Line>
    private var message: DialogueMessage?
    private var chunksLeft = 0
    private var isReady = false
    private var isClosed = false
    private var isSecure = false

    init(_ dialogue: Dialogue) throws {
        self.dialogue = dialogue
        rest = dialogue.lines[...]
        machine = SessionMachine(try SessionPolicy(dialogue.route))
    }

    /// Plays to the end and returns what was said.
    static func transcript(of dialogue: Dialogue) throws -> String {
        var player = try MachinePlayer(dialogue)
        return try player.play()
    }

    private mutating func play() throws -> String {
        run(machine.connected())
        while let line = rest.popFirst() {
            switch line {
            case .client, .outcome: break
            case .message(let settings): try begin(DialogueMessage(settings))
            case .event(let event): happen(event)
            case .server("(TLS)"):
                played.append(line)
                isSecure = true
                run(machine.tlsEstablished())
            case .server("(TLS failure)"):
                played.append(line)
                run(machine.tlsFailed("the check failed"))
            case .server("(closed)"):
                played.append(line)
                isClosed = true
                run(machine.connectionLost(detail: "the server closed the connection"))
            case .server("(silence)"):
                played.append(line)
                run(machine.deadlinePassed(after: .milliseconds(200)))
            case .server(let text): say(text)
            }
        }
        return Dialogue.text(played)
    }

    private mutating func begin(_ message: DialogueMessage) {
        guard isReady else {
            played.append(.event("a message while the session is not ready"))
            return
        }
        isReady = false
        self.message = message
        chunksLeft = message.chunks.count
        let request = TransactionRequest(
            envelope: message.envelope,
            contentOctets: message.contentOctets,
            has8BitContent: message.has8BitContent
        )
        run(machine.begin(request))
    }

    private mutating func happen(_ event: String) {
        played.append(.event(event))
        switch event {
        case "stop": run(machine.stop())
        case "quit": run(machine.quit())
        case "rehearsal": run(machine.rehearse(MailAddress(localPart: "a", domain: "example.com")))
        case "source answers": run(machine.contentReady(isLast: true))
        case "source fails": run(machine.contentFailed(.changed("size")))
        default: break
        }
    }

    /// Feeds every reply line up to the client's next turn in one read.
    private mutating func say(_ first: String) {
        var text = first + "\r\n"
        played.append(.server(first))
        while case .server(let next)? = rest.first, !next.hasPrefix("(") {
            rest.removeFirst()
            played.append(.server(next))
            text += next + "\r\n"
        }
        let octets = Array(text.utf8)
        var offset = 0
        let wasSecure = isSecure
        var startsTLS = false
        while let event = octets.withUnsafeBytes({ reader.next(in: $0, from: &offset) }) {
            switch event {
            case .reply(let reply, let following):
                let action = machine.receive(reply, following)
                startsTLS = action == .startTLS
                run(action)
            case .malformed(let defect): run(machine.receiveMalformed(defect))
            }
            if startsTLS, !wasSecure { return }
        }
    }

    private mutating func run(_ action: SessionAction) {
        switch action {
        case .wait, .nothing: break
        case .send(let flight, _), .sendData(let flight, _): show(flight)
        case .startTLS:
            reader.discard()
            played.append(.client("(TLS handshake)"))
        case .obtainCredentials(let renewed): run(machine.credentialsObtained(secret(renewed)))
        case .becomeReady: isReady = true
        case .pullContent: pull()
        case .sendContent: sendContent()
        case .report(let report, let afterwards):
            let lines = message?.outcome(report.end, report.recipients) ?? []
            played.append(contentsOf: lines)
            settle(afterwards)
        case .fail(let failure, let afterwards):
            played.append(.outcome("failed \(DialogueMessage.text(failure))"))
            settle(afterwards)
        case .rehearsed(let reply, let afterwards):
            played.append(.outcome("rehearsed \(reply.summary)"))
            settle(afterwards)
        case .close: close()
        }
    }

    private func secret(_ renewed: Bool) -> Credentials {
        let isToken = dialogue.route["auth"] == "XOAUTH2"
        let number = renewed ? 2 : 1
        return Credentials(
            user: "erp@contoso.com",
            secret: isToken ? "token-\(number)" : "secret",
            claims: isToken ? "token \(number) of the test" : ""
        )
    }

    /// The source answers at once, unless the dialogue has the next word.
    private mutating func pull() {
        guard case .client(let text)? = rest.first, text.hasSuffix("content)") else { return }
        run(machine.contentReady(isLast: chunksLeft == 1))
    }

    private mutating func sendContent() {
        chunksLeft -= 1
        played.append(.client(chunksLeft == 0 ? "(content)" : "(part of the content)"))
        rest = rest.dropFirst()
        run(machine.contentSent())
    }

    private mutating func show(_ flight: Flight) {
        for line in String(decoding: flight.octets, as: UTF8.self).split(
            separator: "\r\n",
            omittingEmptySubsequences: false
        ).dropLast() {
            played.append(.client(String(line)))
        }
    }

    private mutating func settle(_ afterwards: SessionAction.Afterwards) {
        switch afterwards {
        case .keep: isReady = true
        case .quit(let flight): show(flight)
        case .close: close()
        }
    }

    private mutating func close() {
        if !isClosed { played.append(.client("(closed)")) }
        isClosed = true
    }
}

extension SessionPolicy {
    /// Reads the `route:` line of a dialogue.
    init(_ settings: [String: String]) throws {
        let security: TransportSecurity =
            switch settings["tls"] {
            case "none": .none
            case "implicit": .implicit
            case "starttls": .startTLS
            default: throw WaitError("a dialogue must name its tls")
            }
        self.init(
            helloName: HelloName("client.example.com"),
            security: security,
            mechanism: settings["auth"].flatMap(Mechanism.init),
            pipelining: settings["pipelining"] == "envelope" ? .envelope : .off,
            allowsSandbox: settings["sandbox"] == "yes"
        )
    }
}
