extension ReplyTexts {
    /// What a refusal sounds like in SMTP.
    func reply(to refusal: Refusal, at now: SandboxTime, isStrict: Bool) -> SandboxReply {
        switch refusal {
        case .wrongPassword:
            isStrict ? signIn("5.7.139", nil, at: now) : signInRefused(at: now)
        case .tokenRefused: signInRefused(at: now)
        case .tokenExpiresSoon: fault(501, "5.5.127")
        case .passwordsDisabled: signIn("5.7.139", "basic", at: now)
        case .securityDefaults: signIn("5.7.139", "locked", at: now)
        case .smtpDisabledForTenant: signIn("5.7.139", "tenant", at: now)
        case .smtpDisabledForMailbox: signIn("5.7.139", "mailbox", at: now)
        case .senderDenied: fault(550, "5.7.60")
        case .headerSenderDenied(let mailbox, let sender):
            SandboxReply(
                554,
                "5.2.252 SendAsDenied; \(mailbox) not allowed to send as \(Self.plain(sender));"
                    + " STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied;"
                    + " Failed to process message due to a permanent exception with message Cannot"
                    + " submit message. [Hostname=\(hostName)]"
            )
        case .senderUnknown: fault(550, "5.1.7")
        case .mailboxClosed: host(fault(430, "4.2.0"))
        case .mailboxFull: host(fault(554, "5.2.2"))
        case .tooLarge: host(fault(554, "5.2.270"))
        case .tooManyRecipients: .tooManyRecipients
        case .tooManySessions: host(.tooManySessions)
        case .tooManyMessages: fault(421, "4.4.2")
        case .dailyRecipients: host(fault(554, "5.2.0", "quota"))
        case .externalRecipients: fault(550, "5.7.233")
        case .onmicrosoftRecipients: fault(550, "5.7.236")
        case .externalRecipient: fault(550, "5.7.1")
        case .senderBlocked(let failure): fault(550, failure.status)
        case .relayDenied: fault(550, "5.7.64")
        case .directSendRejected: fault(550, "5.7.68")
        }
    }

    /// The reply to a token that has not the form of XOAUTH2, for high volumes.
    static var invalidXOAUTH2: SandboxReply {
        FaultCatalogue.reply(code: 501, status: "5.5.124", variant: nil)
    }

    private func fault(_ code: Int, _ status: String, _ variant: String? = nil) -> SandboxReply {
        FaultCatalogue.reply(code: code, status: status, variant: variant)
    }

    private func signIn(
        _ status: String,
        _ variant: String?,
        at now: SandboxTime
    ) -> SandboxReply {
        let reply = fault(535, status, variant)
        return SandboxReply(
            reply.code,
            "\(reply.lines[0]) [\(hostName) \(now.internetTime) \(sessionID)]"
        )
    }

    private func host(_ reply: SandboxReply) -> SandboxReply {
        SandboxReply(reply.code, "\(reply.lines[0]) [Hostname=\(hostName)]")
    }

    /// An address of a header, without what would break a reply or make it endless.
    private static func plain(_ text: String) -> String {
        String(text.unicodeScalars.prefix(254).filter { $0.value > 0x20 && $0.value < 0x7F })
    }
}
