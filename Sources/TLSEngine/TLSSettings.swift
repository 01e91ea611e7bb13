/// How a client context trusts servers and identifies itself.
package struct TLSClientSettings: Sendable, Hashable {
    /// Whose signatures make a server's certificate acceptable.
    package enum Trust: Sendable, Hashable {
        /// The trust store of the system, as OpenSSL was built or told to find it.
        case system
        /// The certificates of one file, PEM or DER, and no others.
        case file(String)
    }

    package var trust: Trust
    /// The SHA-256 of the one server certificate to accept.
    ///
    /// Replaces the checks of issuer, name and dates, and is the only way not to make them.
    package var pinnedSHA256: [UInt8]?
    /// The certificate to show to a server that asks for one.
    package var clientIdentity: TLSIdentitySource?

    /// Creates settings; the defaults verify against the system's trust store.
    package init(
        trust: Trust = .system,
        pinnedSHA256: [UInt8]? = nil,
        clientIdentity: TLSIdentitySource? = nil
    ) {
        self.trust = trust
        self.pinnedSHA256 = pinnedSHA256
        self.clientIdentity = clientIdentity
    }
}

/// How a server context identifies itself.
package struct TLSServerSettings: Sendable, Hashable {
    /// Where the server's certificate comes from.
    package enum Identity: Sendable, Hashable {
        /// A new P-256 key with a certificate for these host names or addresses, kept in memory.
        ///
        /// `validity` is in seconds since 1970; `nil` is from one hour ago for one year.
        case selfSigned(names: [String], validity: ClosedRange<Int64>? = nil)
        /// A certificate and its key from files.
        case file(TLSIdentitySource)
    }

    package var identity: Identity
    /// Whether clients are asked for a certificate, which is reported and never judged.
    package var requestsClientCertificate: Bool
    package var minimumVersion: TLSVersion
    package var maximumVersion: TLSVersion

    /// Creates settings.
    package init(
        identity: Identity,
        requestsClientCertificate: Bool = false,
        minimumVersion: TLSVersion = .tls12,
        maximumVersion: TLSVersion = .tls13
    ) {
        self.identity = identity
        self.requestsClientCertificate = requestsClientCertificate
        self.minimumVersion = minimumVersion
        self.maximumVersion = maximumVersion
    }
}

/// A protocol version this engine speaks; older ones are forbidden (RFC 8996 §2).
package enum TLSVersion: Sendable, Hashable, CaseIterable {
    case tls12, tls13
}

/// Files that hold a certificate and its private key.
package enum TLSIdentitySource: Sendable, Hashable {
    /// PEM files; both paths may name the same file, and issuers may follow the certificate.
    case pem(certificate: String, key: String, passphrase: Passphrase? = nil)
    /// One PKCS#12 file (`.pfx`, `.p12`).
    case pkcs12(path: String, passphrase: Passphrase? = nil)
}

/// A secret that opens a private key and never shows itself.
package struct Passphrase: Sendable, Hashable {
    let octets: [UInt8]

    /// Creates a passphrase from its text.
    package init(_ text: String) { octets = Array(text.utf8) }
}

extension Passphrase: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Dots, whatever the secret is.
    package var description: String { "•••" }

    /// Dots, whatever the secret is.
    package var debugDescription: String { "•••" }

    /// A mirror without the secret, so that `dump` cannot show it either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
