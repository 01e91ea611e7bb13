extension TenantState {
    /// Judges a message, and counts it.
    package mutating func submit(
        _ message: SubmittedMessage,
        at now: SandboxTime
    ) -> SubmissionOutcome {
        let outcome = judge(message, at: now)
        if case .accepted(let wait) = outcome { accept(message, at: now, after: wait) }
        return outcome
    }

    /// Judges a message and counts the attempt; to be followed by ``accept(_:at:after:)`` at the
    /// same moment, unless a fault refuses what is acceptable.
    ///
    /// The order of the checks is the sandbox's own where several refusals would be right.
    package mutating func judge(
        _ message: SubmittedMessage,
        at now: SandboxTime
    ) -> SubmissionOutcome {
        let key = key(of: message.submitter.name)
        var book = accounts[key] ?? AccountBook()
        book.submitted += 1
        book.attemptsPerMinute.add(1, at: now)
        book.attemptsPerHour.add(1, at: now)
        accounts[key] = book
        do throws(Refusal) {
            return .accepted(after: try admit(message, key, at: now))
        } catch {
            fail(error, key, at: now)
            return .refused(counted(error))
        }
    }

    /// Counts an accepted message.
    package mutating func accept(
        _ message: SubmittedMessage,
        at now: SandboxTime,
        after wait: Duration
    ) {
        let key = key(of: message.submitter.name)
        var book = accounts[key] ?? AccountBook()
        let acceptedAt = now.advanced(by: wait)
        book.accepted += 1
        book.acceptedPerMinute.add(1, at: acceptedAt)
        book.acceptedPerHour.add(1, at: acceptedAt)
        book.recipients += message.recipients.count
        book.recipientsPerDay.add(message.recipients.count, at: now)
        accounts[key] = book
        countExternal(message, at: now)
    }

    /// Counts a failure towards continuous error throttling.
    ///
    /// Call it for refusals that come before the content, such as ``Refusal/senderDenied``.
    package mutating func fail(_ refusal: Refusal, of submitter: Submitter, at now: SandboxTime) {
        fail(refusal, key(of: submitter.name), at: now)
    }

    private mutating func fail(_ refusal: Refusal, _ key: String, at now: SandboxTime) {
        guard let failure = refusal.continuousFailure, let limit = rehearsal.limits.equalFailures
        else { return }
        var book = accounts[key] ?? AccountBook()
        var window = book.failures[failure] ?? RollingWindow(seconds: 3600)
        window.add(1, at: now)
        if window.total(at: now) >= limit {
            book.blocked = (failure, now.advanced(by: rehearsal.limits.failurePenalty))
            window = RollingWindow(seconds: 3600)
        }
        book.failures[failure] = window
        accounts[key] = book
    }

    /// Why a sender may not even try; counts it.
    mutating func block(of submitter: Submitter, at now: SandboxTime) -> Refusal? {
        accounts[key(of: submitter.name)].flatMap { Self.block($0, at: now) }.map { counted($0) }
    }

    private static func block(_ book: AccountBook, at now: SandboxTime) -> Refusal? {
        book.blocked.flatMap { $0.until > now ? .senderBlocked($0.failure) : nil }
    }

    /// Returns how long the answer to an acceptable message waits.
    private mutating func admit(
        _ message: SubmittedMessage,
        _ key: String,
        at now: SandboxTime
    ) throws(Refusal) -> Duration {
        var book = accounts[key] ?? AccountBook()
        if let refusal = Self.block(book, at: now) { throw refusal }
        try checkSession(message, book)
        try checkContent(message)
        try checkRecipients(message, &book, at: now)
        try checkExternal(message, at: now)
        let acceptedAt = try checkRate(message.submitter, &book, at: now)
        accounts[key] = book
        return .milliseconds(acceptedAt.milliseconds - now.milliseconds)
    }

    private func checkSession(
        _ message: SubmittedMessage,
        _ book: AccountBook
    ) throws(Refusal) {
        guard message.submitter.kind == .mailbox, let limit = rehearsal.limits.sessions,
            let session = message.session,
            let place = book.sessions.firstIndex(of: session)
        else { return }
        guard place < limit else { throw .tooManySessions }
    }

    private func checkContent(_ message: SubmittedMessage) throws(Refusal) {
        let submitter = message.submitter
        if submitter.lacksFullAccess { throw .mailboxClosed }
        try checkHeaderSenders(message)
        guard message.octets <= maximumOctets(of: submitter) else { throw .tooLarge }
        if mailbox(of: submitter)?.isFull == true { throw .mailboxFull }
    }

    private func checkHeaderSenders(_ message: SubmittedMessage) throws(Refusal) {
        for sender in message.headerSenders where !maySend(message.submitter, as: sender) {
            throw .headerSenderDenied(mailbox: message.submitter.name, sender: sender)
        }
    }

    private func checkRecipients(
        _ message: SubmittedMessage,
        _ book: inout AccountBook,
        at now: SandboxTime
    ) throws(Refusal) {
        let count = message.recipients.count
        if let limit = maximumRecipients(of: message.submitter), count > limit {
            throw .tooManyRecipients
        }
        guard message.submitter.kind == .mailbox else { return }
        if let limit = rehearsal.limits.recipientsPerDay,
            book.recipientsPerDay.total(at: now) + count > limit
        {
            throw .dailyRecipients
        }
    }

    /// When a message may be accepted; now, unless an excess is delayed.
    private mutating func checkRate(
        _ submitter: Submitter,
        _ book: inout AccountBook,
        at now: SandboxTime
    ) throws(Refusal) -> SandboxTime {
        let communication = rehearsal.limits.communication
        switch submitter.kind {
        case .anybody, .connector, .highVolume: return now
        case .resource:
            let minute = book.acceptedPerMinute.total(at: now)
            let hour = book.acceptedPerHour.total(at: now)
            guard minute < communication.messagesPerMinute ?? .max,
                hour < communication.messagesPerHour ?? .max
            else { throw .tooManyMessages }
            return now
        case .mailbox:
            guard let limit = rehearsal.limits.messagesPerMinute else { return now }
            let room = book.acceptedPerMinute.room(for: limit, at: now)
            guard room > now else { return now }
            switch rehearsal.excess {
            case .refuse: throw .tooManyMessages
            case .delay:
                count(.messageRate)
                return room
            }
        }
    }
}
