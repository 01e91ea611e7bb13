package import AccessTokens
package import Settings
internal import TLSEngine

/// The credentials of the settings that end on a day, and the words that are due ahead of it.
///
/// Reads certificates from disk, with their passphrases: not for an event loop.
package struct ExpiringCredentials: Sendable {
    private let settings: RelaySettings

    /// Looks at the credentials of the settings.
    package init(_ settings: RelaySettings) { self.settings = settings }

    /// The warnings that are due, in the order of the settings; `now` in seconds since 1970.
    ///
    /// A certificate that cannot be read has none, since its use says why.
    package func warnings(now: Int64) -> [String] {
        var seen: Set<ExpiryWarning.Subject> = []
        return subjects.compactMap { subject, ends in
            guard let ends, seen.insert(subject).inserted else { return nil }
            return ExpiryWarning.due(for: subject, ends: ends, now: now)?.sentence
        }
            + settings.identities.compactMap { signIn($0, now: now) }
    }

    /// When each credential ends, in seconds since 1970, by its file or by the name of its identity.
    package var ends: [String: Int64] {
        var ends: [String: Int64] = [:]
        for case (let subject, let end?) in subjects {
            switch subject {
            case .certificate(let path), .clientCertificate(let path): ends[path] = end
            case .clientSecret(let identity): ends["identity.\(identity)"] = end
            }
        }
        return ends
    }

    private var subjects: [(ExpiryWarning.Subject, ends: Int64?)] {
        settings.identities.flatMap(subjects)
            + settings.routes.compactMap(\.clientCertificate).map {
                (.clientCertificate($0.certificate), end(of: $0))
            }
    }

    private func subjects(
        _ identity: IdentitySettings
    ) -> [(ExpiryWarning.Subject, ends: Int64?)] {
        switch identity.credential {
        case .certificates(let certificates):
            certificates.map { (.certificate($0.certificate), end(of: $0)) }
        case .clientSecret:
            [(.clientSecret(identity: identity.name), identity.clientSecretExpires?.seconds)]
        case .federatedToken, .managedIdentity, .deviceLogin:
            []
        }
    }

    private func end(of certificate: ClientCertificateSettings) -> Int64? {
        let source = try? CertificateFiles(certificate).source()
        return source.flatMap { try? CertificateFacts(reading: $0).notAfter }
    }

    /// A word on a person's sign-in that nobody has used for long.
    private func signIn(_ identity: IdentitySettings, now: Int64) -> String? {
        guard case .deviceLogin = identity.credential else { return nil }
        let store = RefreshTokenStore(
            folder: settings.state.tokenFolder,
            identity: identity.name
        )
        guard let record = try? store.read() else { return nil }
        return RefreshTokenStore.warning(for: record, identity: identity.name, now: now)
    }
}

extension StateSettings {
    /// The folder for what people's sign-ins left.
    package var tokenFolder: String { "\(directory)/tokens" }
}

extension CertificateFiles {
    /// The certificate of the settings.
    package init(_ settings: ClientCertificateSettings) {
        let form: Form =
            settings.isPKCS12
            ? .pkcs12(path: settings.certificate)
            : .pem(
                certificate: settings.certificate,
                key: settings.key?.path ?? settings.certificate
            )
        self.init(form, passphraseFile: settings.passphrase?.path)
    }
}
