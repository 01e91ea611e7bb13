extension SandboxSession {
    /// Why the tenant does not take this sender; counts the failure.
    func checkSender(
        _ sender: SandboxAddress?,
        at now: SandboxTime,
        _ tenant: inout TenantState
    ) -> Refusal? {
        // A sender at `fault.test` is there for its fault.
        guard side != .relay, let submitter = standing.submitter,
            !(sender.map(FaultAddress.isFault) ?? false)
        else { return nil }
        if let block = tenant.block(of: submitter, at: now) { return block }
        guard !tenant.maySend(submitter, as: sender?.text ?? "") else { return nil }
        let refusal: Refusal = submitter.kind == .resource ? .senderUnknown : .senderDenied
        tenant.fail(refusal, of: submitter, at: now)
        return refusal
    }

    /// Why the tenant does not take this recipient.
    func checkRecipient(
        _ recipient: SandboxAddress,
        in transaction: SandboxTransaction,
        _ tenant: inout TenantState
    ) -> Refusal? {
        if FaultAddress.isFault(recipient) { return nil }
        let count = transaction.recipients.count
        switch side {
        case .relay:
            return checkRelay(recipient, in: transaction, tenant)
        case .submission, .highVolume, .communication:
            guard let submitter = standing.submitter else { return nil }
            if side == .highVolume, !tenant.isInternal(recipient.text, for: submitter) {
                return .externalRecipient
            }
            guard let limit = tenant.maximumRecipients(of: submitter), count >= limit else {
                return nil
            }
            return tenant.counted(.tooManyRecipients)
        }
    }

    private func checkRelay(
        _ recipient: SandboxAddress,
        in transaction: SandboxTransaction,
        _ tenant: TenantState
    ) -> Refusal? {
        guard transaction.recipients.count < Self.relayRecipients else { return .tooManyRecipients }
        do throws(Refusal) {
            try tenant.checkRelay(
                from: transaction.sender?.text,
                to: recipient.text,
                by: relayClient
            )
            return nil
        } catch {
            return error
        }
    }

    /// The most recipients of one message at an organisation's MX.
    private static let relayRecipients = 200

    private var relayClient: TenantState.RelayClient {
        TenantState.RelayClient(
            address: clientAddress,
            certificateNames: standing.certificateNames
        )
    }

    /// The message as the tenant judges it.
    func submittedMessage(
        _ transaction: SandboxTransaction,
        _ facts: ContentFacts,
        _ tenant: TenantState
    ) -> SubmittedMessage {
        let submitter: Submitter =
            side == .relay
            ? tenant.submitter(of: relayClient)
            : standing.submitter ?? Submitter(kind: .anybody, name: clientAddress)
        var message = SubmittedMessage(submitter)
        message.session = texts.sessionID
        message.sender = transaction.sender?.text
        message.headerSenders = facts.headerSenders.filter { sender in
            !(SandboxAddress(sender).map(FaultAddress.isFault) ?? false)
        }
        message.recipients = transaction.recipients.map(\.address.text)
        message.octets = facts.octets
        return message
    }
}
