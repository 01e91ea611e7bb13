extension Judgement {
    /// The judgement on a failure.
    ///
    /// For ``Failure/noRecipientAccepted`` the scope is the recipient: judge each recipient's reply
    /// with ``of(reply:at:)`` instead.
    package static func of(_ failure: Failure) -> Judgement {
        switch failure {
        case .connect, .connectionLost:
            route(
                .temporary,
                "Check that the network is up, that host and port are right and that no firewall"
                    + " is in the way."
            )
        case .tls:
            route(
                .configuration,
                "Check host name and port, and that the server's certificate is valid, trusted and"
                    + " made for that name; mail is never sent without TLS instead."
            )
        case .timeout:
            route(
                .temporary,
                "Nothing to do unless it lasts: then check the network and the server."
            )
        case .protocolViolation:
            route(
                .temporary,
                "Check that host and port are those of a mail server, and that nothing between"
                    + " rewrites the connection."
            )
        case .credentials(let error):
            Judgement(
                error.category,
                .retryLater,
                .route,
                advice: error.advice,
                probing: error.probing
            )
        case .tokenRefused(let reply, _):
            of(refusedToken: reply)
        case .serviceRefused(let refusal):
            of(refusal)
        case .unsuitable(_, let advice):
            rejection(advice)
        case .missingExtension(let keyword, _):
            missing(keyword)
        case .refused(let reply, let phase):
            of(reply: reply, at: phase)
        case .mailboxRefused:
            Judgement(
                .authentication,
                .retryLater,
                .sender,
                advice: "Let the application send as this mailbox, and see that SMTP AUTH is"
                    + " enabled for it; messages of other senders go on."
            )
        case .noRecipientAccepted:
            Judgement(
                .permanent,
                .rejected,
                .recipient,
                advice: "Look at the reply to each recipient."
            )
        case .tooLarge:
            rejection("Make the message smaller, or have the server's limit raised.")
        case .content(let failure):
            of(failure)
        case .stopped:
            Judgement(
                .temporary,
                .retryLater,
                .message,
                advice: "Nothing to do: the message goes on when the daemon runs again.",
                pace: .atOnce
            )
        }
    }

    /// SMTP has no 401: that is HTTP's (RFC 9110 §15.5.2), and for good until something changes.
    private static func of(refusedToken reply: Reply) -> Judgement {
        guard reply.code.value == 401 else {
            var judgement = of(reply: reply, at: .authentication)
            // No account is locked by tokens, and a new one may be taken.
            judgement.probing = .bySchedule
            return judgement
        }
        return of(ServiceRefusal(status: 401, message: reply.lines.joined(separator: " ")))
    }

    private static func missing(_ keyword: String) -> Judgement {
        switch keyword.uppercased() {
        case "STARTTLS":
            route(
                .configuration,
                "Check host and port: a server that is meant to encrypt but does not offer it may"
                    + " be the wrong one, or something between strips STARTTLS."
            )
        case "8BITMIME":
            rejection(
                "Write the message in quoted-printable or base64, or use a route whose server"
                    + " offers 8BITMIME."
            )
        case "SMTPUTF8":
            rejection(
                "Use addresses without letters beyond ASCII, or a route whose server offers"
                    + " SMTPUTF8."
            )
        default:
            route(
                .configuration,
                "Check host, port and the route's sign-in: this server does not offer what the"
                    + " route needs."
            )
        }
    }

    private static func of(_ failure: ContentFailure) -> Judgement {
        switch failure {
        case .missing:
            Judgement(
                .permanent,
                .withdrawn,
                .message,
                advice: "Nothing to do: somebody moved or removed the file."
            )
        case .changed:
            Judgement(
                .temporary,
                .retryLater,
                .message,
                advice: "Find out who still writes to the file: it is inspected anew before the"
                    + " next attempt."
            )
        case .spool:
            Judgement(
                .temporary,
                .retryLater,
                .message,
                advice: "Check the disk, its free space and the permissions of the spool folders."
            )
        }
    }

    /// Trouble on the way to the server or with our own secrets: never the message's.
    private static func route(_ category: ReplyCategory, _ advice: String) -> Judgement {
        Judgement(category, .retryLater, .route, advice: advice)
    }

    private static func rejection(_ advice: String) -> Judgement {
        Judgement(.permanent, .rejected, .message, advice: advice)
    }
}
