/// One mail transaction, from `MAIL` to the final dot (RFC 5321 §3.3).
struct SandboxTransaction: Hashable, Sendable {
    let sender: SandboxAddress?
    let parameters: [ESMTPParameter]
    let wishes: SenderParameters
    var recipients: [SandboxMessage.Recipient] = []
}

extension SandboxSession {
    /// Consumes `MAIL`.
    mutating func receiveMail(
        _ sender: SandboxAddress?,
        _ parameters: [ESMTPParameter],
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        if let refusal = mailRefusal() { return refuse(refusal) }
        let wishes: SenderParameters
        do throws(CommandDefect) {
            wishes = try SenderParameters(parameters, offered: standing.offered)
        } catch {
            return refuse(error.reply)
        }
        guard wishes.isSMTPUTF8 || sender?.isASCII ?? true else { return refuse(.needsSMTPUTF8) }
        // RFC 1870 §6.1: a declared size beyond the limit is refused at once.
        guard wishes.size ?? 0 <= options.maximumMessageOctets else { return refuse(.tooLarge) }
        if let refusal = checkSender(sender, at: now, &books.tenant) {
            return refuse(text(of: refusal, at: now))
        }
        let transaction = SandboxTransaction(
            sender: sender,
            parameters: parameters,
            wishes: wishes
        )
        var subject = subject()
        subject.sender = sender
        let step = Step(reply: .senderOK, state: .transaction(transaction))
        return reply(step, at: .mail, about: subject, &books)
    }

    /// Why no transaction can begin now.
    private func mailRefusal() -> SandboxReply? {
        switch state {
        case .ready: break
        case .transaction: return .senderAlreadyGiven
        case .connected, .negotiating, .waitingForHello, .signingIn, .content, .closed:
            return .helloFirst
        }
        guard side != .relay, options.access == .accounts, standing.mailbox == nil else {
            return nil
        }
        return offersSignIn ? texts.signInFirst : texts.startTLSFirst
    }

    /// Consumes `RCPT`.
    mutating func receiveRecipient(
        _ address: SandboxAddress,
        _ parameters: [ESMTPParameter],
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        guard case .transaction(var transaction) = state else {
            return refuse(state == .waitingForHello ? .helloFirst : .mailFirst)
        }
        let wishes: RecipientParameters
        do throws(CommandDefect) {
            wishes = try RecipientParameters(parameters, offered: standing.offered)
        } catch {
            return refuse(error.reply)
        }
        guard transaction.wishes.isSMTPUTF8 || address.isASCII else {
            return refuse(.needsSMTPUTF8)
        }
        guard transaction.recipients.count < options.maximumRecipients else {
            return refuse(.tooManyRecipients)
        }
        if let refusal = checkRecipient(address, in: transaction, &books.tenant) {
            return refuse(text(of: refusal, at: now))
        }
        var subject = subject()
        subject.recipients = [address]
        transaction.recipients.append(
            SandboxMessage.Recipient(address: address, parameters: parameters, wishes: wishes)
        )
        let step = Step(reply: .recipientOK, state: .transaction(transaction))
        return reply(step, at: .recipient, about: subject, &books)
    }

    /// Consumes `DATA`.
    mutating func receiveData(_ books: inout SandboxBooks) -> [Action] {
        guard case .transaction(let transaction) = state else {
            return refuse(state == .waitingForHello ? .helloFirst : .mailFirst)
        }
        // Without recipients a script may still have 354 sent, as some servers do: what the client
        // then sends must be read as content.
        let isWelcome = !transaction.recipients.isEmpty
        let step = Step(
            reply: isWelcome ? .startContent : .recipientFirst,
            after: [.receiveContent],
            state: .content(transaction)
        )
        return reply(step, at: .data, &books)
    }

    /// Tells the session that content has begun to arrive.
    package mutating func contentBegan(_ books: inout SandboxBooks) -> [Action] {
        guard case .content = state, let fault = books.faults.take(at: .content, for: subject())
        else { return [] }
        let pause = fault.delay.map { [Action.wait($0)] } ?? []
        guard case .close? = fault.effect else { return pause }
        state = .closed
        return pause + [.discard, .abort]
    }

    /// Tells the session that the final dot has come.
    package mutating func contentEnded(
        _ facts: ContentFacts,
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        guard case .content(let transaction) = state else { return [.discard] }
        var subject = subject()
        subject.messageID = facts.messageID
        state = .ready
        if facts.octets > options.maximumMessageOctets { return [.discard] + refuse(.tooLarge) }
        if facts.hasBareLF { return [.discard] + refuse(texts.bareLineFeed) }
        guard !transaction.recipients.isEmpty else {
            // Even a positive reply from a script keeps nothing: there is nobody to keep it for.
            let step = Step(reply: .noValidRecipients)
            return [.discard] + reply(step, at: .dot, about: subject, &books)
        }
        let submitted = submittedMessage(transaction, facts, books.tenant)
        switch books.tenant.judge(submitted, at: now) {
        case .refused(let refusal):
            return [.discard] + refuse(text(of: refusal, at: now))
        case .accepted(let wait):
            let fault = books.faults.take(at: .dot, for: subject)
            if !(fault?.refuses ?? false) { books.tenant.accept(submitted, at: now, after: wait) }
            let message = message(transaction, facts, at: now)
            let step = Step(
                reply: texts.accepted(messageID: message.messageID),
                before: [.keep(message)],
                beforeRefusal: [.discard]
            )
            let pause = wait > .zero ? [Action.wait(options.clock.realTime(wait))] : []
            return pause + commit(fault, on: step)
        }
    }

    private mutating func message(
        _ transaction: SandboxTransaction,
        _ facts: ContentFacts,
        at now: SandboxTime
    ) -> SandboxMessage {
        messageCount += 1
        let madeUp = "<\(texts.sessionID)-\(messageCount)@\(options.hostName)>"
        return SandboxMessage(
            sessionID: texts.sessionID,
            client: SandboxMessage.Client(
                address: clientAddress,
                name: standing.clientName,
                tls: standing.tls,
                mechanism: standing.mechanism?.rawValue,
                mailbox: standing.mailbox
            ),
            sender: transaction.sender,
            senderParameters: transaction.parameters,
            senderWishes: transaction.wishes,
            recipients: transaction.recipients,
            content: facts,
            messageID: facts.messageID ?? madeUp,
            notes: Self.notes(facts, transaction.wishes),
            acceptedAt: now
        )
    }

    private static func notes(
        _ facts: ContentFacts,
        _ wishes: SenderParameters
    ) -> Set<SandboxMessage.Note> {
        var notes: Set<SandboxMessage.Note> = []
        if facts.longestLine > 998 { notes.insert(.longLine) }
        if facts.has8Bit, wishes.body != .eightBit { notes.insert(.undeclared8Bit) }
        if facts.has8BitHeader, !wishes.isSMTPUTF8 { notes.insert(.undeclaredUTF8Header) }
        if facts.hasBareCR { notes.insert(.bareCR) }
        if facts.hasNUL { notes.insert(.nul) }
        if facts.messageID == nil { notes.insert(.noMessageID) }
        if let size = wishes.size, facts.octets > size { notes.insert(.largerThanDeclared) }
        return notes
    }
}
