internal import COpenSSL
internal import Glibc
internal import Synchronization

/// The last resumable session of each server name (RFC 8446 §2.2).
final class SessionStore: Sendable {
    /// More names than any settings hold; a bound all the same.
    static let limit = 64

    private let sessions = Mutex<[ServerName: Session]>([:])

    /// Remembers a session in place of the name's last one.
    func keep(_ session: Session, for name: ServerName) {
        sessions.withLock { sessions in
            if sessions.count >= Self.limit, sessions[name] == nil { sessions.removeAll() }
            sessions[name] = session
        }
    }

    /// The session to offer to a server, if there is one.
    ///
    /// A TLS 1.3 ticket is forgotten at once: offering it twice lets an observer link the two
    /// connections (RFC 8446 §C.4).
    func session(for name: ServerName) -> Session? {
        sessions.withLock { sessions in
            guard let session = sessions[name] else { return nil }
            if !session.isReusable { sessions[name] = nil }
            // A resumed handshake shows no certificate, so its dates are looked at here.
            return session.isInDate ? session : nil
        }
    }

    /// Forgets a name's session, because a handshake that offered it failed.
    func forget(_ name: ServerName) {
        sessions.withLock { $0[name] = nil }
    }
}

/// The one owner of an `SSL_SESSION`.
// @unchecked because OpenSSL counts references of a session atomically and nothing here changes one
// after libssl has handed it over.
final class Session: @unchecked Sendable {
    let raw: OpaquePointer

    /// Takes over a reference.
    init(owning raw: OpaquePointer) { self.raw = raw }

    deinit { SSL_SESSION_free(raw) }

    /// Whether the session may be offered again after this time.
    var isReusable: Bool { SSL_SESSION_get_protocol_version(raw) < TLS1_3_VERSION }

    /// Whether the certificate that was checked when the session began is still in date.
    var isInDate: Bool {
        guard let certificate = SSL_SESSION_get0_peer(raw) else { return false }
        return X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0
    }
}
