package import Submission

/// What a `message:` line of a ``Dialogue`` asks the client to send.
package struct DialogueMessage: Sendable {
    package let envelope: Envelope
    package let contentOctets: Int
    package let has8BitContent: Bool
    /// The content in wire form, in the parts the source hands out.
    package let chunks: [String]

    /// Reads the settings: `from`, `to`, `size`, `8bit`, `parts`, and the DSN words.
    package init(_ settings: [String: String]) throws {
        let recipients = try (settings["to"] ?? "b@example.org").split(separator: ",").map {
            EnvelopeRecipient(
                try Self.address($0),
                notify: Self.conditions(settings["notify"]),
                originalRecipient: settings["orcpt"]
            )
        }
        let sender = settings["from"] ?? "a@example.com"
        envelope = Envelope(
            sender: sender == "<>" ? nil : try Self.address(sender[...]),
            recipients: recipients,
            returnContent: settings["ret"].flatMap(ReturnContent.init),
            envelopeID: settings["envid"]
        )
        contentOctets = settings["size"].flatMap { Int($0) } ?? 100
        has8BitContent = settings["8bit"] == "yes"
        let parts = settings["parts"].flatMap { Int($0) } ?? 1
        chunks =
            Array(repeating: "Subject: part\r\n", count: max(0, parts - 1))
            + ["\r\nHello.\r\n.\r\n"]
    }

    private static func address(_ text: Substring) throws -> MailAddress {
        let parts = text.split(separator: "@")
        guard parts.count == 2,
            let address = MailAddress(localPart: String(parts[0]), domain: String(parts[1]))
        else { throw WaitError("'\(text)' is not an address") }
        return address
    }

    private static func conditions(_ text: String?) -> NotifyConditions? {
        guard let text else { return nil }
        var conditions: NotifyConditions = []
        if text.contains("SUCCESS") { conditions.insert(.success) }
        if text.contains("FAILURE") { conditions.insert(.failure) }
        if text.contains("DELAY") { conditions.insert(.delay) }
        return conditions
    }

    /// How an attempt ended, as the `=` lines of a ``Dialogue`` say it.
    package func outcome(
        _ end: AttemptReport.End,
        _ outcomes: [RecipientOutcome]
    ) -> [Dialogue.Line] {
        let first: Dialogue.Line =
            switch end {
            case .accepted(let reply): .outcome("accepted \(reply.summary)")
            case .failed(let failure): .outcome("failed \(Self.text(failure))")
            case .uncertain(let failure): .outcome("uncertain \(Self.text(failure))")
            }
        let rest = zip(envelope.recipients, outcomes).map { recipient, outcome in
            let text =
                switch outcome {
                case .accepted(let reply): "accepted \(reply.summary)"
                case .refused(let reply): "refused \(reply.summary)"
                case .untried: "untried"
                }
            return Dialogue.Line.outcome("\(recipient.address): \(text)")
        }
        return [first] + rest
    }

    /// A failure on one line.
    package static func text(_ failure: Failure) -> String {
        switch failure {
        case .connect(let attempts): "connect: \(attempts.joined(separator: "; "))"
        case .tls(let sentence): "tls: \(sentence)"
        case .timeout(let phase, let duration): "timeout \(phase) after \(duration)"
        case .connectionLost(let phase, let detail): "connectionLost \(phase): \(detail)"
        case .protocolViolation(let phase, let detail): "protocolViolation \(phase): \(detail)"
        case .missingExtension(let keyword, let reason): "missingExtension \(keyword): \(reason)"
        case .refused(let reply, let phase): "refused \(phase): \(reply.summary)"
        case .mailboxRefused(let mailbox, let reply, _):
            "mailbox \(mailbox): \(reply.summary)"
        case .noRecipientAccepted: "noRecipientAccepted"
        case .tooLarge(let octets, let limit): "tooLarge: \(octets) octets, limit \(limit)"
        case .credentials(let error): "credentials: \(error.sentence)"
        case .tokenRefused(let reply, let claims):
            "token refused: \(reply.summary) (\(claims))"
        case .serviceRefused(let refusal): "service refused: \(refusal.summary)"
        case .unsuitable(let reason, _): "unsuitable: \(reason)"
        case .content(let failure): "content: \(failure)"
        case .stopped: "stopped"
        }
    }
}
