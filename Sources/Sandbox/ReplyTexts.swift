/// The ordinary replies, worded like those of Exchange Online.
///
/// Host name, session id and time appear where Exchange Online shows them, since clients cut them
/// off before they compare texts.
package struct ReplyTexts: Hashable, Sendable {
    /// The name the server goes by.
    package let hostName: String
    /// The id in the greeting and in newer refusals, by which support finds a session.
    package let sessionID: String

    /// Creates the texts of one session.
    package init(hostName: String, sessionID: String) {
        self.hostName = hostName
        self.sessionID = sessionID
    }

    /// The greeting, which announces the sandbox (RFC 5321 §4.3.1).
    func greeting(at now: SandboxTime) -> SandboxReply {
        SandboxReply(
            220,
            "\(hostName) Postchute sandbox ESMTP MAIL Service ready at \(now.mailDate)"
                + " [\(sessionID)]"
        )
    }

    /// The reply to `EHLO` (RFC 5321 §4.1.1.1).
    func hello(client: String, keywords: [String]) -> SandboxReply {
        SandboxReply(250, ["\(hostName) Hello [\(client)]"] + keywords)
    }

    /// The reply after the final dot.
    func accepted(messageID: String) -> SandboxReply {
        SandboxReply(250, "2.0.0 OK \(messageID) [Hostname=\(hostName)]")
    }

    /// The reply to a mechanism that is not offered.
    var unknownMechanism: SandboxReply {
        SandboxReply(504, "5.7.4 Unrecognized authentication type [\(hostName)]")
    }

    /// The reply to wrong credentials, and to a dialogue the client cancelled.
    ///
    /// Exchange Online answers 535 to `*` as well, not the 501 of RFC 4954 §4.
    func signInRefused(at now: SandboxTime) -> SandboxReply {
        SandboxReply(
            535,
            "5.7.3 Authentication unsuccessful [\(hostName) \(now.internetTime) \(sessionID)]"
        )
    }

    /// The reply to `MAIL` before `STARTTLS`.
    var startTLSFirst: SandboxReply {
        SandboxReply(451, "5.7.3 STARTTLS is required to send mail [\(hostName)]")
    }

    /// The reply to `MAIL` before `AUTH`.
    var signInFirst: SandboxReply {
        SandboxReply(530, "5.7.57 Client not authenticated to send mail. [\(hostName)]")
    }

    /// The reply to content that holds a line feed of its own.
    var bareLineFeed: SandboxReply {
        SandboxReply(
            550,
            "5.6.11 Invalid characters: the message contains a bare line feed"
                + " [Hostname=\(hostName)]"
        )
    }
}

extension SandboxReply {
    static let startTLSReady = SandboxReply(220, "2.0.0 SMTP server ready")
    static let userNameChallenge = SandboxReply(334, "VXNlcm5hbWU6")
    static let passwordChallenge = SandboxReply(334, "UGFzc3dvcmQ6")
    static let emptyChallenge = SandboxReply(334, "")
    static let signedIn = SandboxReply(235, "2.7.0 Authentication successful")
    static let senderOK = SandboxReply(250, "2.1.0 Sender OK")
    static let recipientOK = SandboxReply(250, "2.1.5 Recipient OK")
    static let startContent = SandboxReply(354, "Start mail input; end with <CRLF>.<CRLF>")
    static let reset = SandboxReply(250, "2.0.0 Resetting")
    static let nothingDone = SandboxReply(250, "2.0.0 OK")
    static let cannotVerify = SandboxReply(252, "2.1.5 Cannot VRFY user")
    static let closing = SandboxReply(221, "2.0.0 Service closing transmission channel")

    static let unavailable = SandboxReply(421, "4.3.2 Service not available")
    static let idleTooLong = SandboxReply(421, "4.4.1 Connection timed out")
    static let tooManySessions = SandboxReply(
        432,
        "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending"
            + " for more information."
    )
    static let cannotKeep = SandboxReply(452, "4.3.1 Insufficient system resources")
    static let tooManyRecipients = SandboxReply(452, "4.5.3 Too many recipients")

    static let unknownCommand = SandboxReply(500, "5.3.3 Unrecognized command")
    static let lineTooLong = SandboxReply(500, "5.5.2 Line too long")
    static let strayLineEnd = SandboxReply(500, "5.5.2 Line ends must be CRLF")
    static let authLineTooLong = SandboxReply(500, "5.5.6 Authentication exchange line is too long")
    static let invalidArguments = SandboxReply(501, "5.5.4 Invalid arguments")
    static let invalidDomainName = SandboxReply(501, "5.5.4 Invalid domain name")
    static let invalidBase64 = SandboxReply(501, "5.5.2 Cannot decode the response")
    static let invalidSender = SandboxReply(501, "5.1.7 Invalid address")
    static let invalidRecipient = SandboxReply(501, "5.1.3 Invalid address")
    static let helloFirst = SandboxReply(503, "5.5.2 Send hello first")
    static let mailFirst = SandboxReply(503, "5.5.2 Need mail command")
    static let recipientFirst = SandboxReply(503, "5.5.2 Need rcpt command")
    static let senderAlreadyGiven = SandboxReply(503, "5.5.2 Sender already specified")
    static let alreadySecure = SandboxReply(503, "5.5.2 TLS is already in use")
    static let alreadySignedIn = SandboxReply(503, "5.5.2 Already authenticated")
    static let notDuringTransaction = SandboxReply(503, "5.5.2 Not during a mail transaction")
    static let needsSMTPUTF8 = SandboxReply(553, "5.6.7 Non-ASCII address without SMTPUTF8")
    static let tooLarge = SandboxReply(
        552,
        "5.3.4 Message size exceeds fixed maximum message size"
    )
    static let noValidRecipients = SandboxReply(554, "5.5.1 No valid recipients")
}
