internal import Delivery
internal import MailMessage
internal import Settings
internal import Spool
internal import Submission

/// Looks whether messages of one spool are to or from an address, reading as little of each as will do.
struct ConcernReader {
    let pickup: PickupSettings
    let spool: OperatorSpool
    private let address: String
    private let search: AddressSearch
    private let rules: ContentRules
    private let isOwn: Bool
    /// Whether the settings add the address to messages that do not name it.
    private let isAdded: Bool

    /// Prepares to look for an address in small letters; `isOwn` is for Postchute's own mail.
    init(
        _ address: String,
        _ pickup: PickupSettings,
        _ settings: RelaySettings,
        _ spool: OperatorSpool,
        isOwn: Bool
    ) {
        (self.address, self.pickup, self.spool, self.isOwn) = (address, pickup, spool, isOwn)
        search = AddressSearch(address)
        rules = ContentRules(pickup, settings)
        let envelope = pickup.messages.envelope
        let added =
            envelope.defaultTo + envelope.alwaysBcc
            + [envelope.defaultFrom, envelope.redirectTo].compactMap(\.self)
        isAdded = added.contains { $0.text.lowercased() == address }
    }

    /// Whether the envelope, the header or the history of a message names the address.
    func concerns(_ entry: SpoolEntry) throws(SpoolError) -> Bool {
        let state =
            try entry.place.isSent
            ? nil
            : entry.id.flatMap { (id) throws(SpoolError) in
                try spool.state(of: id)
            }
        if let state, state.recipients.contains(where: { $0.address.lowercased() == address }) {
            return true
        }
        let isFolder = try spool.facts(entry)?.isFolder == true
        if !isFolder {
            let verdict = try look(at: entry)
            if verdict == .named { return true }
            if verdict == .absent, pickup.documents == nil, !isAdded { return false }
        }
        guard case .success(let prepared) = try rules.prepare(entry, state, in: spool).outcome
        else { return false }
        let envelope = prepared.inspected.envelope
        let named = envelope.recipients.map(\.address.text) + [envelope.sender?.text ?? ""]
        return named.contains { $0.lowercased() == address }
    }

    /// Our own mail names people in its text; it is short.
    private func look(at entry: SpoolEntry) throws(SpoolError) -> AddressSearch.Verdict {
        let file = try spool.open(entry)
        let limit = AddressSearch.headOctets
        if isOwn { return search.stands(in: try file.readHead(limit)) ? .named : .absent }
        var head = try file.readHead(AddressSearch.firstOctets)
        if !AddressSearch.hasEnd(head), file.facts.size > head.count {
            head = try file.readHead(limit)
        }
        return search.verdict(on: head, isWhole: file.facts.size <= head.count)
    }
}
