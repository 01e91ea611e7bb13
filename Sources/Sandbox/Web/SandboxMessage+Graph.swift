extension SandboxMessage {
    /// A message that came through Graph, which has no envelope and no parameters.
    init(
        graph exchange: WebCore.GraphExchange,
        _ addresses: [SandboxAddress],
        _ facts: ContentFacts,
        _ messageID: String
    ) {
        self.init(
            sessionID: exchange.id,
            client: Client(
                address: "127.0.0.1",
                name: String((exchange.ask.header("user-agent") ?? "").prefix(200)),
                tls: exchange.ask.isSecure ? "TLS" : nil,
                mechanism: "Graph",
                mailbox: exchange.caller.mailbox
            ),
            sender: SandboxAddress(exchange.caller.mailbox),
            senderParameters: [],
            senderWishes: SenderParameters(),
            recipients: addresses.map {
                Recipient(address: $0, parameters: [], wishes: RecipientParameters())
            },
            content: facts,
            messageID: messageID,
            notes: Self.notes(facts),
            acceptedAt: exchange.now
        )
    }

    /// What a stricter server might have objected to; Graph takes any octets in its base64.
    private static func notes(_ facts: ContentFacts) -> Set<Note> {
        var notes: Set<Note> = []
        if facts.longestLine > 998 { notes.insert(.longLine) }
        if facts.has8BitHeader { notes.insert(.undeclaredUTF8Header) }
        if facts.hasBareCR { notes.insert(.bareCR) }
        if facts.hasNUL { notes.insert(.nul) }
        if facts.messageID == nil { notes.insert(.noMessageID) }
        return notes
    }
}
