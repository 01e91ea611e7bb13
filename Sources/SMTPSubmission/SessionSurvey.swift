package import NIOCore
import SMTPProtocol
package import Submission
import Synchronization
import TLSEngine

/// Opens one session of a route, looks around and leaves: no message is sent.
package struct SessionSurvey: Sendable {
    private let route: SMTPRoute
    private let loop: any EventLoop
    private let trace: (@Sendable (String) -> Void)?

    /// The longest wait for any one reply: somebody sits in front of it.
    package static let maximumWait = Duration.seconds(30)

    /// Prepares a survey; `trace` is told every line, secrets redacted.
    package init(
        _ route: SMTPRoute,
        loop: any EventLoop,
        trace: (@Sendable (String) -> Void)? = nil
    ) {
        var route = route
        route.timeouts.limit(to: Self.maximumWait)
        self.route = route
        self.loop = loop
        self.trace = trace
    }

    /// Signs in and, where there is a sender, names it and takes that back.
    package func run(sender: MailAddress?) async -> ServerSurvey {
        let notes = Notes()
        let submitter = SMTPSubmitter(
            route: route,
            loop: loop,
            trace: trace,
            witness: SessionWitness { notes.take($0) }
        )
        let end = await withCheckedContinuation { continuation in
            loop.execute { rehearse(submitter, sender) { continuation.resume(returning: $0) } }
        }
        // Behind the QUIT of a session that was only signed in.
        loop.execute { submitter.closeIdleSessions() }
        return notes.survey(end)
    }

    private func rehearse(
        _ submitter: SMTPSubmitter,
        _ sender: MailAddress?,
        _ completion: @escaping @Sendable (Rehearsal?) -> Void
    ) {
        guard let sender else {
            return submitter.probe { completion($0.map { .failed($0) }) }
        }
        submitter.rehearse(sender: sender, completion: completion)
    }
}

/// Puts a witness's findings together.
private final class Notes: Sendable {
    private let start = ContinuousClock.now
    private let survey = Mutex(ServerSurvey())

    func take(_ finding: SessionWitness.Finding) {
        let time = ContinuousClock.now - start
        survey.withLock { survey in
            switch finding {
            case .exchangers(let hosts): survey.exchangers = hosts
            case .addresses(let host, let addresses):
                survey.host = host
                survey.addresses = addresses
            case .connected(let peer):
                survey.peer = peer
                survey.connectTime = time
            case .secured(let findings): survey.security = .init(findings)
            case .said(let reply, let phase): Self.note(reply, phase, in: &survey)
            case .ready: survey.isReady = true
            }
        }
    }

    private static func note(
        _ reply: Reply,
        _ phase: SessionPhase,
        in survey: inout ServerSurvey
    ) {
        if survey.greeting == nil { survey.greeting = reply }
        // The last one counts: RFC 3207 §4.2 forgets what was said before the handshake.
        guard phase == .hello, reply.code.replyClass == .completed else { return }
        survey.offer = .init(Capabilities(reply))
    }

    func survey(_ end: Rehearsal?) -> ServerSurvey {
        survey.withLock { survey in
            switch end {
            case .answered(let reply): survey.mail = reply
            case .failed(let failure): survey.failure = failure
            case nil: survey.isReady = true
            }
            return survey
        }
    }
}

extension ServerSurvey.Security {
    fileprivate init(_ findings: TLSFindings) {
        self.init(
            summary: findings.summary,
            names: findings.certificate?.names ?? [],
            issuers: findings.issuers.map(\.subject),
            notAfter: findings.certificate?.notAfter ?? 0
        )
    }
}

extension ServerSurvey.Offer {
    fileprivate init(_ capabilities: Capabilities) {
        let words: [(Capabilities.Extensions, String)] = [
            (.pipelining, "PIPELINING"), (.eightBitMIME, "8BITMIME"), (.smtpUTF8, "SMTPUTF8"),
            (.deliveryStatus, "DSN"), (.startTLS, "STARTTLS"),
            (.sandbox, Capabilities.sandboxKeyword),
        ]
        self.init(
            mechanisms: capabilities.mechanisms,
            maximumOctets: capabilities.maximumOctets,
            extensions: words.filter { capabilities.offers($0.0) }.map(\.1)
        )
    }
}

extension SMTPTimeouts {
    /// Shortens every wait that is longer than the limit.
    fileprivate mutating func limit(to limit: Duration) {
        let all: [WritableKeyPath<SMTPTimeouts, Duration>] = [
            \.connect, \.greeting, \.hello, \.tlsHandshake, \.mail, \.recipient, \.data, \.content,
            \.endOfData, \.quit,
        ]
        for wait in all { self[keyPath: wait] = min(self[keyPath: wait], limit) }
    }
}
