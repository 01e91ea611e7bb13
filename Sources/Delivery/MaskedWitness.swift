package import SafeText

/// Passes events on with pseudonyms in place of addresses and subjects.
///
/// Whoever must answer a sender is given the events as they are.
package struct MaskedWitness: MessageWitness {
    private let witness: any MessageWitness
    private let mask: PrivacyMask

    /// Stands before a witness.
    package init(_ witness: any MessageWitness, _ mask: PrivacyMask) {
        (self.witness, self.mask) = (witness, mask)
    }

    package func note(_ event: MessageEvent) { witness.note(event.masked(by: mask)) }
}

extension MessageEvent {
    /// The event without anybody's name in it; ids, domains and what servers said else stay.
    package func masked(by mask: PrivacyMask) -> MessageEvent {
        var event = self
        event.file = mask.text(file)
        event.sender = sender.map(mask.address)
        event.recipients = recipients.map { $0.masked(by: mask) }
        event.subject = subject.map(mask.subject)
        event.messageID = messageID.map(mask.text)
        event.reply = reply.map(mask.text)
        event.reason = reason.map(mask.text)
        event.advice = advice.map(mask.text)
        return event
    }
}

extension MessageEvent.Recipient {
    /// The recipient without a name.
    package func masked(by mask: PrivacyMask) -> MessageEvent.Recipient {
        .init(mask.address(address), outcome, reply: reply.map(mask.text))
    }
}

extension RelaySnapshot {
    /// Hides the senders that wait, and the addresses in reasons.
    package mutating func mask(by mask: PrivacyMask) {
        for index in pickups.indices {
            let senders = pickups[index].suspendedSenders.map {
                (mask.text($0.key), mask.text($0.value))
            }
            pickups[index].suspendedSenders = Dictionary(senders) { first, _ in first }
            pickups[index].suspended = pickups[index].suspended.map(mask.text)
            pickups[index].folder = pickups[index].folder.map(mask.text)
        }
        for index in routes.indices {
            routes[index].reason = routes[index].reason.map(mask.text)
            routes[index].advice = routes[index].advice.map(mask.text)
        }
        accounts = accounts?.map { account in
            var account = account
            account.name = mask.text(account.name)
            account.reason = account.reason.map(mask.text)
            return account
        }
    }
}
