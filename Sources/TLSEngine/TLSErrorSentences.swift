internal import Glibc

extension TLSError {
    /// What failed, for which name, and what can be done, in one or two sentences.
    ///
    /// May quote what the peer sent: sinks must neutralise it.
    package var sentence: String {
        switch self {
        case .setup(let defect):
            defect.sentence
        case .certificate(let peer, let defect):
            defect.sentence(for: peer)
        case .handshake(let peer, let defect):
            defect.sentence(for: peer)
        case .alert(let peer, let alert, let ownCertificateExpired):
            Self.sentence(peer, alert, ownCertificateExpired)
        case .closedWithoutNotice(let peer):
            """
            The connection to \(peer.phrase) ended without the goodbye of TLS (close_notify): what \
            it sent may be incomplete.
            """
        case .protocolViolation(let peer, let detail):
            "The TLS session with \(peer.phrase) failed: \(detail)."
        }
    }

    private static func sentence(_ peer: TLSPeer, _ alert: TLSAlert, _ expired: Int64?) -> String {
        let name = alert.name.map { "'\($0)' (\(alert.number))" } ?? "\(alert.number)"
        let meaning = alert.meaning.map { ": \($0)" } ?? ""
        let own = expired.map { " Our own certificate expired on \(UTCTime.text($0))." } ?? ""
        return "\(peer.subject) ended TLS with the alert \(name)\(meaning).\(own)"
    }
}

extension TLSError: CustomStringConvertible {
    /// The sentence.
    package var description: String { sentence }
}

extension TLSPeer {
    /// The peer at the start of a sentence.
    fileprivate var subject: String {
        switch self {
        case .server(let name): "The server \(name)"
        case .client: "The client"
        }
    }
}

extension CertificateDefect {
    fileprivate func sentence(for peer: TLSPeer) -> String {
        let certificate = "The certificate of \(peer.phrase)"
        switch self {
        case .nameMismatch(let names):
            return Self.mismatch(certificate, peer, names)
        case .expired(let since, let issuer):
            return "\(issuer.map(Self.issuer(of: peer)) ?? certificate) expired on "
                + "\(UTCTime.text(since))."
        case .notYetValid(let from, let issuer):
            return "\(issuer.map(Self.issuer(of: peer)) ?? certificate) is valid only from "
                + "\(UTCTime.text(from)) on. Check the clock of this machine."
        case .untrustedIssuer(let issuer):
            return """
                \(certificate) comes from '\(issuer)', which is not a trusted issuer. If it is \
                yours, name its certificate as ca_file; otherwise the server must send its \
                intermediate certificates.
                """
        case .selfSigned(let sha256):
            return """
                \(certificate) is self-signed and not trusted. If it is known to be genuine, pin \
                its SHA-256 \(Digest.hexadecimal(sha256)).
                """
        case .notPinned(let expected, let presented):
            return """
                \(certificate) is not the pinned one: its SHA-256 is \
                \(Digest.hexadecimal(presented)), the pin is \(Digest.hexadecimal(expected)).
                """
        case .other(let detail):
            return "\(certificate) is not acceptable: \(detail)."
        }
    }

    private static func mismatch(_ subject: String, _ peer: TLSPeer, _ names: [String]) -> String {
        let wanted =
            switch peer {
            case .server(let name): name
            case .client: "the client"
            }
        guard !names.isEmpty else {
            return "\(subject) names no host at all, so it cannot be for \(wanted)."
        }
        // A certificate of a hosting company can carry hundreds of names.
        let shown = names.prefix(6).joined(separator: ", ")
        let rest = names.count > 6 ? " and \(names.count - 6) more" : ""
        return "\(subject) is made out to \(shown)\(rest), not to \(wanted)."
    }

    private static func issuer(of peer: TLSPeer) -> (String) -> String {
        { "The certificate '\($0)', which vouches for \(peer.phrase)," }
    }
}

extension HandshakeDefect {
    fileprivate func sentence(for peer: TLSPeer) -> String {
        switch self {
        case .protocolVersion(let offered):
            let offer = offered.map { " It offers \($0)." } ?? ""
            return "\(peer.subject) does not speak TLS 1.2 or later.\(offer)"
        case .closed:
            return "\(peer.subject) closed the connection during the TLS handshake."
        case .notTLS(let opening):
            return "\(peer.subject) does not speak TLS here: it sent '\(Self.quote(opening))'."
        case .other(let detail):
            return "The TLS handshake with \(peer.phrase) failed: \(detail)."
        }
    }

    /// The first line, printable ASCII as it is and other octets as hexadecimal.
    private static func quote(_ opening: [UInt8]) -> String {
        var text = ""
        for octet in opening.prefix(while: { $0 != 10 && $0 != 13 }) {
            let scalar = Unicode.Scalar(octet)
            let isPlain = (0x20...0x7E).contains(octet)
            text += isPlain ? String(scalar) : "\\x" + Digest.hexadecimal([octet])
        }
        return text
    }
}

extension TLSSetupDefect {
    fileprivate var sentence: String {
        switch self {
        case .unreadable(let path, let code):
            "Cannot read \(path): \(Self.systemText(code))."
        case .tooLarge(let path, let limit):
            "\(path) is larger than \(limit) octets, so it is not a file of certificates or keys."
        case .malformed(let path, let expected, let detail):
            "\(path) does not contain \(expected)\(detail.map { ": \($0)" } ?? "")."
        case .passphraseMissing(let path):
            "\(path) is encrypted, but no passphrase is set for it."
        case .passphraseWrong(let path):
            "The passphrase does not open \(path)."
        case .encryptionRetired(let path):
            """
            \(path) is encrypted with an algorithm that OpenSSL 3 has retired, such as RC2. Export \
            it again with AES-256.
            """
        case .keyMismatch(let certificate, let key):
            "The key in \(key) does not belong to the certificate in \(certificate)."
        case .certificateUnusable(let path, let detail):
            "OpenSSL does not accept the certificate in \(path): \(detail)."
        case .trustStoreMissing(let places):
            """
            This system has no trust store (\(places.joined(separator: ", "))). Install the \
            package ca-certificates, or set ca_file.
            """
        case .pinLength(let count):
            "A pinned certificate is a SHA-256 of 32 octets, not of \(count)."
        case .serverName(let name):
            """
            '\(name)' is neither a host name nor an IP address. Write an international name in its \
            ASCII form (xn--…).
            """
        case .openSSL(let call, let detail):
            "OpenSSL failed in \(call): \(detail)."
        }
    }

    private static func systemText(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
