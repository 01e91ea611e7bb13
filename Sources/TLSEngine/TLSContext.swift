internal import COpenSSL
internal import COpenSSLShims

/// What connections of one kind share: trust, identity and the sessions to resume.
// @unchecked because the context is only read once it is configured, OpenSSL counts its references
// atomically, and the session store locks.
package final class TLSContext: @unchecked Sendable {
    /// Our own certificate: the server's, or the one a client shows when asked.
    package let certificate: CertificateFacts?
    /// Our own certificate in PEM, for peers that want to trust a self-signed one.
    package let certificatePEM: String?
    private let context: Context
    private let role: Role

    private enum Role {
        case client(pin: [UInt8]?, sessions: SessionStore)
        case server
    }

    /// Creates the context of a client.
    package init(client settings: TLSClientSettings) throws(TLSError) {
        if let pin = settings.pinnedSHA256, pin.count != 32 { throw .setup(.pinLength(pin.count)) }
        let context = try Context(TLS_client_method())
        if settings.pinnedSHA256 == nil { try TrustStore.load(settings.trust, into: context.raw) }
        let identity: Identity? =
            if let source = settings.clientIdentity { try Identity(reading: source) } else { nil }
        if let identity { try context.use(identity, from: settings.clientIdentity?.path) }
        context.verifyPeer()
        context.keepSessionsOutside()
        self.context = context
        role = .client(pin: settings.pinnedSHA256, sessions: SessionStore())
        certificate = identity.map { CertificateFacts($0.leaf) }
        certificatePEM = identity?.leaf.pem
    }

    /// Creates the context of a server.
    package init(server settings: TLSServerSettings) throws(TLSError) {
        let context = try Context(TLS_server_method())
        try context.limit(settings.minimumVersion, settings.maximumVersion)
        let identity: Identity
        switch settings.identity {
        case .selfSigned(let names, let validity):
            identity = try Identity(selfSignedFor: names, validity: validity)
            try context.use(identity, from: nil)
        case .file(let source):
            identity = try Identity(reading: source)
            try context.use(identity, from: source.path)
        }
        if settings.requestsClientCertificate { context.verifyPeer() }
        context.keepSessionsInTickets()
        self.context = context
        role = .server
        certificate = CertificateFacts(identity.leaf)
        certificatePEM = identity.leaf.pem
    }

    /// Creates the client's end of a connection.
    ///
    /// The server's certificate must be made out to `serverName`, a host name or an IP address.
    package func makeClientConnection(serverName: String) throws(TLSError) -> TLSConnection {
        guard case .client(let pin, let sessions) = role else {
            preconditionFailure("a server's context makes no client connections")
        }
        let name = try ServerName(serverName)
        let connection = try TLSConnection(
            context: context.raw,
            peer: .server(name.text),
            witness: HandshakeWitness(pin.map { .pinned($0) } ?? .verified) {
                sessions.keep($0, for: name)
            },
            ownCertificate: certificate
        )
        try connection.connect(to: name, resuming: sessions.session(for: name))
        connection.onFailedHandshake = { sessions.forget(name) }
        return connection
    }

    /// Creates the server's end of a connection.
    package func makeServerConnection() throws(TLSError) -> TLSConnection {
        guard case .server = role else {
            preconditionFailure("a client's context makes no server connections")
        }
        let connection = try TLSConnection(
            context: context.raw,
            peer: .client,
            witness: HandshakeWitness(.reported),
            ownCertificate: certificate
        )
        connection.accept()
        return connection
    }
}
