package import TLSEngine

/// Everything the settings say of one identity; no secret is in here, only where secrets are.
package struct IdentityOptions: Hashable, Sendable {
    /// The name the settings give it, for sentences and files.
    package var name: String
    /// A tenant's domain or GUID; without meaning for a managed identity.
    package var tenant: String
    /// The application's GUID; without meaning for a managed identity.
    package var clientID: String
    package var credential: IdentityCredential
    package var cloud: Cloud
    /// Replaces `https://` and the cloud's login host.
    package var loginEndpoint: String?
    /// Replaces the scope that follows from purpose and cloud.
    package var scope: String?
    /// Whether tokens may be shown to hosts outside the cloud.
    package var allowsForeignEndpoint: Bool
    /// When the client secret expires, in seconds since 1970: only a person knows.
    package var clientSecretExpires: Int64?

    /// Creates options with the defaults of the worldwide cloud.
    package init(
        name: String,
        tenant: String = "",
        clientID: String = "",
        credential: IdentityCredential,
        cloud: Cloud = .worldwide,
        loginEndpoint: String? = nil,
        scope: String? = nil,
        allowsForeignEndpoint: Bool = false,
        clientSecretExpires: Int64? = nil
    ) {
        self.name = name
        self.tenant = tenant
        self.clientID = clientID
        self.credential = credential
        self.cloud = cloud
        self.loginEndpoint = loginEndpoint
        self.scope = scope
        self.allowsForeignEndpoint = allowsForeignEndpoint
        self.clientSecretExpires = clientSecretExpires
    }

    /// The scope to ask for, and for a managed identity the resource it stands for.
    package func scope(for purpose: TokenPurpose) -> String {
        if let scope { return scope }
        if case .deviceLogin = credential { return purpose.delegatedScope(in: cloud) }
        return purpose.applicationScope(in: cloud)
    }
}

/// How an identity proves itself.
package enum IdentityCredential: Hashable, Sendable {
    /// The secret of an application, in a file.
    case clientSecret(path: String)
    /// Certificates of an application; the next one serves where one is not registered (any more).
    case certificates([CertificateFiles])
    /// A file in which the platform keeps a token fresh, such as Kubernetes does.
    case federatedToken(path: String)
    /// The identity of the machine or service this runs on.
    case managedIdentity(ManagedIdentityOptions)
    /// A person signed in once; the refresh token is in a folder of ours.
    case deviceLogin(folder: String)
}

/// Where a certificate with its private key is.
package struct CertificateFiles: Hashable, Sendable {
    /// The form of the files.
    package enum Form: Hashable, Sendable {
        /// One or two files in PEM.
        case pem(certificate: String, key: String)
        /// One PKCS#12 file.
        case pkcs12(path: String)
    }

    package var form: Form
    /// The file that holds the passphrase of the key.
    package var passphraseFile: String?

    /// Creates the places of a certificate.
    package init(_ form: Form, passphraseFile: String? = nil) {
        self.form = form
        self.passphraseFile = passphraseFile
    }

    /// The file that holds the certificate.
    package var path: String {
        switch form {
        case .pem(let certificate, _): certificate
        case .pkcs12(let path): path
        }
    }

    /// The files with the passphrase as it is now.
    package func source() throws -> TLSIdentitySource {
        let passphrase = try passphraseFile.map { Passphrase(try FileSecret(path: $0).secret()) }
        return switch form {
        case .pem(let certificate, let key):
            .pem(certificate: certificate, key: key, passphrase: passphrase)
        case .pkcs12(let path): .pkcs12(path: path, passphrase: passphrase)
        }
    }
}

/// Which managed identity, and where it is asked for.
package struct ManagedIdentityOptions: Hashable, Sendable {
    /// Which identity, where the machine has several.
    package enum Choice: Hashable, Sendable {
        /// The machine's own.
        case system
        case clientID(String)
        case objectID(String)
        case resourceID(String)
    }

    package var choice: Choice
    /// Replaces the address of the metadata service.
    package var metadataEndpoint: String
    /// Replaces the address of the Azure Arc agent.
    package var arcEndpoint: String
    /// The only folder from which a key that the Azure Arc agent names is read.
    package var arcKeyFolder: String

    /// Creates options with the documented addresses.
    package init(
        choice: Choice = .system,
        metadataEndpoint: String = "http://169.254.169.254",
        arcEndpoint: String = "http://127.0.0.1:40342",
        arcKeyFolder: String = "/var/opt/azcmagent/tokens"
    ) {
        self.choice = choice
        self.metadataEndpoint = metadataEndpoint
        self.arcEndpoint = arcEndpoint
        self.arcKeyFolder = arcKeyFolder
    }
}
