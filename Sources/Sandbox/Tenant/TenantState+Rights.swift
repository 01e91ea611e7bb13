extension TenantState {
    /// The mailbox somebody signed in to, if it is one.
    package func mailbox(of submitter: Submitter) -> Rehearsal.Mailbox? {
        submitter.kind == .mailbox ? rehearsal.mailbox(submitter.name) : nil
    }

    /// The organisation of somebody who signed in.
    package func organisation(of submitter: Submitter) -> Rehearsal.Organisation? {
        switch submitter.kind {
        case .mailbox, .highVolume: return rehearsal.organisation(of: submitter.name)
        case .resource:
            let resource = rehearsal.emailResources.first { $0.name == submitter.name }
            return resource.flatMap { rehearsal.organisation(named: $0.tenant) }
        case .connector:
            let connector = rehearsal.connectors.first { $0.name == submitter.name }
            return connector.flatMap { rehearsal.organisation(named: $0.tenant) }
        case .anybody: return nil
        }
    }

    /// Whether somebody may be the sender, of the envelope or in the From field.
    package func maySend(_ submitter: Submitter, as sender: String) -> Bool {
        guard rehearsal.isStrict else { return true }
        let sender = sender.lowercased()
        switch submitter.kind {
        case .anybody, .connector: return true
        case .mailbox: return mailbox(of: submitter)?.maySend(as: sender) == true
        case .highVolume: return sender == submitter.name
        case .resource:
            return rehearsal.emailResources.contains {
                $0.name == submitter.name && $0.senders.contains(sender)
            }
        }
    }

    /// The most recipients of one message; `nil` without a limit.
    package func maximumRecipients(of submitter: Submitter) -> Int? {
        switch submitter.kind {
        case .mailbox:
            mailbox(of: submitter)?.maximumRecipients ?? rehearsal.limits.recipientsPerMessage
        case .resource: rehearsal.limits.communication.recipientsPerMessage
        case .highVolume, .connector, .anybody: nil
        }
    }

    /// The largest message in octets.
    package func maximumOctets(of submitter: Submitter) -> Int {
        switch submitter.kind {
        case .mailbox: mailbox(of: submitter)?.maximumOctets ?? rehearsal.limits.messageOctets
        case .resource: rehearsal.limits.communication.messageOctets
        case .highVolume, .connector: rehearsal.limits.messageOctets
        case .anybody: rehearsal.limits.advertisedOctets
        }
    }

    /// Whether an address belongs to the organisation of somebody who signed in.
    package func isInternal(_ address: String, for submitter: Submitter) -> Bool {
        guard let own = organisation(of: submitter) else { return true }
        return rehearsal.organisation(of: address)?.id == own.id
    }
}
