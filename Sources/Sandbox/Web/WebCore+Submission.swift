internal import Synchronization

extension WebCore {
    /// `POST …/sendMail`, in MIME or in JSON.
    func sendMail(
        _ exchange: GraphExchange
    ) throws(GraphError) -> (GraphResult, pause: Duration?) {
        let draft = try draft(of: exchange, isWrapped: true)
        return try submit(draft, exchange)
    }

    /// `POST …/messages/{id}/send`; the draft is gone when it is accepted.
    func sendDraft(
        _ id: String,
        _ exchange: GraphExchange
    ) throws(GraphError) -> (GraphResult, pause: Duration?) {
        let draft = try read { book throws(GraphError) in
            try book.draft(id, of: exchange.caller.mailbox)
        }
        let result = try submit(draft, exchange)
        switch result.0 {
        case .answer: book.withLock { $0.graph.remove(id) }
        case .fault(let fault):
            if fault.effect.isKept { book.withLock { $0.graph.remove(id) } }
        }
        return result
    }

    /// Reads a message from a request; wrapped, JSON has it in a member `message`.
    func draft(of exchange: GraphExchange, isWrapped: Bool) throws(GraphError) -> GraphDraft {
        let mailbox = exchange.caller.mailbox
        switch exchange.ask.mediaType {
        case "text/plain": return try GraphMessage.mime(exchange.ask.body, of: mailbox)
        case "application/json":
            guard let value = JSONReader.value(of: exchange.ask.body) else {
                throw .malformed("Unable to read JSON request payload.")
            }
            guard let message = isWrapped ? value["message"] : value else {
                throw .malformed("The parameter 'Message' is missing.")
            }
            return try GraphMessage.json(message, of: mailbox, id: identifier(), at: exchange.now)
        default:
            throw .malformed(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and"
                    + " payload is of valid JSON format."
            )
        }
    }

    /// Judges a message, counts it, and keeps it if it is accepted.
    private func submit(
        _ draft: GraphDraft,
        _ exchange: GraphExchange
    ) throws(GraphError) -> (GraphResult, pause: Duration?) {
        let whole = draft.message(boundary: "sandbox-\(identifier())")
        let fields = MailFields(whole)
        guard let named = fields.addresses("to", "cc", "bcc"),
            let senders = fields.addresses("from", "sender")
        else { throw .recipientsInvalid }
        let recipients = Self.unique(named + draft.hidden)
        guard !recipients.isEmpty else { throw .recipientsInvalid }
        let messageID = fields.texts("message-id").first ?? ""
        let fault = book.withLock { $0.faults.take(for: recipients, messageID: messageID) }
        if let fault, !fault.effect.isKept { return (.fault(fault), nil) }
        var message = SubmittedMessage(exchange.caller.submitter)
        message.headerSenders = senders.map(\.text)
        message.recipients = recipients.map(\.text)
        message.octets = whole.count
        let pause: Duration
        switch tenant.submit(message, at: exchange.now) {
        case .refused(let refusal): throw GraphError(refusal)
        case .accepted(let after): pause = tenant.realTime(after)
        }
        try keep(fields.message(without: "bcc"), recipients, messageID, exchange)
        if let fault, fault.effect != .delayOnly { return (.fault(fault), pause) }
        return (.answer(WebAnswer(202)), pause + (fault?.delay ?? .zero))
    }

    private static func unique(_ addresses: [SandboxAddress]) -> [SandboxAddress] {
        var seen: Set<String> = []
        return addresses.filter { seen.insert($0.text.lowercased()).inserted }
    }

    /// Keeps an accepted message with its envelope, beside those that came by SMTP.
    private func keep(
        _ content: [UInt8],
        _ recipients: [SandboxAddress],
        _ messageID: String,
        _ exchange: GraphExchange
    ) throws(GraphError) {
        let facts = ContentFacts(of: content)
        let made = "<\(exchange.id)@sandbox.example>"
        let message = SandboxMessage(graph: exchange, recipients, facts, facts.messageID ?? made)
        let file = store.begin()
        content.withUnsafeBytes { file?.write($0) }
        guard let kept = store.settle(message, file) else { throw .internalError }
        tally.countAccepted(octets: facts.octets)
        onAccepted?(kept)
    }

    /// Looks into the book of Graph.
    func read<Value: Sendable>(
        _ look: (GraphBook) throws(GraphError) -> Value
    ) throws(GraphError) -> Value {
        let result: Result<Value, GraphError> = book.withLock { book in
            Result { () throws(GraphError) in try look(book.graph) }
        }
        return try result.get()
    }

    /// Changes the book of Graph.
    func change<Value: Sendable>(
        _ change: (inout GraphBook) throws(GraphError) -> Value
    ) throws(GraphError) -> Value {
        let result: Result<Value, GraphError> = book.withLock { book in
            Result { () throws(GraphError) in try change(&book.graph) }
        }
        return try result.get()
    }
}

extension ContentFacts {
    /// Looks at a whole content.
    init(of content: [UInt8]) {
        self.init()
        octets = content.count
        let header = HeaderPeek.header(of: Array(content.prefix(HeaderPeek.limit)))
        messageID = HeaderPeek.messageID(in: header)
        has8BitHeader = header.contains { $0 >= 0x80 }
        var line = 0
        var last: UInt8 = 0
        for octet in content {
            if octet == 0x0A {
                if last != 0x0D { hasBareLF = true }
                longestLine = max(longestLine, last == 0x0D ? line - 1 : line)
                line = 0
            } else {
                if last == 0x0D { hasBareCR = true }
                line += 1
            }
            if octet >= 0x80 { has8Bit = true }
            if octet == 0 { hasNUL = true }
            last = octet
        }
        longestLine = max(longestLine, line)
        let digest = RunningDigest()
        content.withUnsafeBytes { digest.update($0) }
        sha256 = digest.finish()
    }
}
