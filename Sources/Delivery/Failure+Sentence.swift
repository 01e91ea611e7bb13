package import Submission

extension Failure {
    /// What happened, in one sentence for an operator; quotes the server where it spoke.
    package var sentence: String {
        switch self {
        case .connect(let attempts):
            attempts.isEmpty
                ? "No connection could be made."
                : "No connection could be made: \(attempts.joined(separator: "; "))."
        case .tls(let sentence):
            sentence
        case .credentials(let error):
            Self.sentence(of: error)
        case .timeout(let phase, let after):
            "The server did not answer within \(after.components.seconds) s while \(phase.phrase)."
        case .connectionLost(let phase, let detail):
            detail.isEmpty
                ? "The connection was lost while \(phase.phrase)."
                : "The connection was lost while \(phase.phrase): \(detail)."
        case .protocolViolation(let phase, let detail):
            "The server broke the protocol while \(phase.phrase): \(detail)."
        case .missingExtension(let name, let reason):
            "The server does not offer \(name): \(reason)."
        case .refused(let reply, let phase):
            "The server refused while \(phase.phrase): \(reply.summary)"
        case .tokenRefused(let reply, let claims):
            "The server refused the access token: \(reply.summary)"
                + (claims.isEmpty ? "" : " (\(claims))")
        case .serviceRefused(let refusal):
            "The service refused: \(refusal.summary)"
        case .unsuitable(let reason, _):
            reason
        case .mailboxRefused(let mailbox, let reply, let claims):
            "The server refused to let us sign in as \(mailbox): \(reply.summary)"
                + (claims.isEmpty ? "" : " (\(claims))")
        case .noRecipientAccepted:
            "The server accepted none of the recipients."
        case .tooLarge(let octets, let limit):
            "The message has \(octets) octets; the server takes at most \(limit)."
        case .content(let failure):
            failure.sentence
        case .stopped:
            "Postchute was stopped before the message was complete on the wire."
        }
    }

    // What a credential lacks is written to follow a colon; here it stands before its advice.
    private static func sentence(of error: CredentialError) -> String {
        let sentence = error.sentence.prefix(1).uppercased() + error.sentence.dropFirst()
        return sentence.hasSuffix(".") ? sentence : "\(sentence)."
    }

    /// The server's own words, if the failure has any.
    package var reply: Reply? {
        switch self {
        case .refused(let reply, _), .mailboxRefused(_, let reply, _),
            .tokenRefused(let reply, _):
            reply
        case .connect, .tls, .timeout, .connectionLost, .protocolViolation, .missingExtension,
            .serviceRefused, .unsuitable, .noRecipientAccepted, .tooLarge, .credentials, .content,
            .stopped:
            nil
        }
    }
}

extension ContentFailure {
    /// What happened, in one sentence for an operator.
    package var sentence: String {
        switch self {
        case .missing:
            "The file is no longer where it was claimed to: somebody moved or removed it."
        case .changed(let what):
            "The file changed after it was inspected (\(what)); the transmission was cut off."
        case .spool(let sentence):
            sentence
        }
    }
}
