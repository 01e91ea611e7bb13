extension TenantState {
    /// Checks the limits of external recipients; counts nothing.
    ///
    /// High Volume Email and Azure Communication Services are exempt.
    mutating func checkExternal(
        _ message: SubmittedMessage,
        at now: SandboxTime
    ) throws(Refusal) {
        guard let (organisation, count) = external(message), count > 0 else { return }
        var book = organisations[organisation.name] ?? OrganisationBook()
        let isOnmicrosoft = Self.isOnmicrosoft(message)
        if isOnmicrosoft, let limit = rehearsal.limits.onmicrosoftRecipients,
            book.onmicrosoftPerDay.total(at: now) + count > limit
        {
            throw .onmicrosoftRecipients
        }
        if let limit = rehearsal.externalRecipients(of: organisation),
            book.externalPerDay.total(at: now) + count > limit
        {
            throw .externalRecipients
        }
    }

    /// Counts the external recipients of an accepted message.
    mutating func countExternal(_ message: SubmittedMessage, at now: SandboxTime) {
        guard let (organisation, count) = external(message), count > 0 else { return }
        var book = organisations[organisation.name] ?? OrganisationBook()
        book.externalPerDay.add(count, at: now)
        if Self.isOnmicrosoft(message) { book.onmicrosoftPerDay.add(count, at: now) }
        organisations[organisation.name] = book
    }

    /// The organisation whose limit a message counts towards, and how many recipients do.
    private func external(
        _ message: SubmittedMessage
    ) -> (Rehearsal.Organisation, Int)? {
        switch message.submitter.kind {
        case .highVolume, .resource, .anybody: return nil
        case .mailbox, .connector: break
        }
        guard let organisation = organisation(of: message.submitter) else { return nil }
        let count = message.recipients.count {
            rehearsal.organisation(of: $0)?.id != organisation.id
        }
        return (organisation, count)
    }

    private static func isOnmicrosoft(_ message: SubmittedMessage) -> Bool {
        let sender = message.sender ?? message.headerSenders.first ?? message.submitter.name
        return sender.lowercased().hasSuffix(".onmicrosoft.com")
    }
}
