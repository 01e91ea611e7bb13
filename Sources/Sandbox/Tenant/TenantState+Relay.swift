extension TenantState {
    /// A server that hands over mail without signing in.
    package struct RelayClient: Hashable, Sendable {
        /// Its IP address.
        package var address: String
        /// The names on its TLS certificate.
        package var certificateNames: [String]

        /// Creates a client.
        package init(address: String, certificateNames: [String]) {
            self.address = address
            self.certificateNames = certificateNames
        }
    }

    /// The connector that lets a client in; one by certificate comes before one by address.
    package func connector(for client: RelayClient) -> Rehearsal.Connector? {
        rehearsal.connectors.first { connector in
            connector.certificateName.map { pattern in
                client.certificateNames.contains { Self.matches($0, pattern) }
            } ?? false
        } ?? rehearsal.connectors.first { $0.addresses.contains(client.address) }
    }

    /// Who counts as submitter of what a client relays.
    package func submitter(of client: RelayClient) -> Submitter {
        connector(for: client).map { Submitter(kind: .connector, name: $0.name) }
            ?? Submitter(kind: .anybody, name: client.address)
    }

    /// Judges one recipient of a client that has not signed in.
    ///
    /// Without a connector it reaches the organisation itself and nobody else. A connector by
    /// address relays for senders of the organisation's own domains, one by certificate for all.
    package func checkRelay(
        from sender: String?,
        to recipient: String,
        by client: RelayClient
    ) throws(Refusal) {
        let origin = sender.flatMap { rehearsal.organisation(of: $0) }
        guard let connector = connector(for: client) else {
            guard let destination = rehearsal.organisation(of: recipient) else {
                throw .relayDenied
            }
            if origin?.id == destination.id, destination.rejectsDirectSend {
                throw .directSendRejected
            }
            return
        }
        let owner = rehearsal.organisation(named: connector.tenant)
        let isInternal = rehearsal.organisation(of: recipient)?.id == owner?.id
        guard isInternal || connector.certificateName != nil || origin?.id == owner?.id else {
            throw .relayDenied
        }
    }

    /// Compares a name on a certificate with that of a connector (RFC 9525 §6.3 for the star).
    private static func matches(_ name: String, _ pattern: String) -> Bool {
        let name = name.lowercased()
        guard pattern.hasPrefix("*.") else { return name == pattern }
        let suffix = pattern.dropFirst()
        return name == pattern || name.hasSuffix(suffix) && name.utf8.count > suffix.utf8.count
    }
}
