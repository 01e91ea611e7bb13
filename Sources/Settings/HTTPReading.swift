/// The table `[http]` as read, with what is needed to complain about it later.
struct ReadHTTP {
    let settings: HTTPSettings
    private let reader: TableReader<HTTPKey>

    /// Reads the table; what is faulty keeps its standard value and is in the reader's complaints.
    init(_ reader: TableReader<HTTPKey>, credentialsDirectory: String?) {
        self.reader = reader
        let file = reader.file(.certificate, credentialsDirectory: credentialsDirectory)
        let key = reader.file(.key, credentialsDirectory: credentialsDirectory)
        let passphrase = reader.file(.passphraseFile, credentialsDirectory: credentialsDirectory)
        let hosts = reader.read(.allowedHosts, ValueSyntax.hosts) ?? []
        settings = HTTPSettings(
            listen: reader.read(.listen, ValueSyntax.listenAddress)
                ?? HTTPKey.listen.standard(ValueSyntax.listenAddress),
            certificate: file.map {
                ClientCertificateSettings(certificate: $0.path, key: key, passphrase: passphrase)
            },
            allowedHosts: hosts.map { $0.lowercased() },
            hasPublicMetrics: reader.flag(.publicMetrics) ?? false
        )
        check()
    }

    private func check() {
        checkReach()
        for key in [HTTPKey.key, .passphraseFile] where reader.has(key) {
            if !reader.has(.certificate) {
                reader.complain(key, "has no use without certificate.")
            }
        }
        if settings.certificate?.isPKCS12 == true, reader.has(.key) {
            reader.complain(
                .key,
                "stands beside a PKCS #12 file, which holds its key itself.",
                "Remove key, or name a PEM file in certificate."
            )
        }
        if case .unix = settings.listen, reader.has(.certificate) {
            reader.complain(
                .certificate,
                "has no use with a socket of this host.",
                "Let the reverse proxy speak TLS, or listen on an address."
            )
        }
    }

    // A token in the clear on the network is a token of everybody there.
    private func checkReach() {
        guard reader.isSound(.listen), !settings.listen.isLocal else { return }
        let address = quoted(settings.listen.text)
        if !reader.has(.certificate) {
            reader.complain(
                .listen,
                "\(address) can be reached from other hosts, and there is no certificate.",
                "Add certificate and key, or listen on \"127.0.0.1:8025\"."
            )
        }
        if settings.hasPublicMetrics {
            reader.complain(
                .publicMetrics,
                "is only possible where no other host can reach \(address).",
                "Remove it, and give the monitoring a token: postchute token add"
            )
        }
    }

    /// What the table names in the file system.
    var fileUses: [FileUse] {
        guard let certificate = settings.certificate else { return [] }
        let holdsKey = certificate.key == nil
        let uses = [
            reader.use(.certificate, certificate.certificate, as: .file(isSecret: holdsKey)),
            reader.use(.key, certificate.key?.path, as: .file(isSecret: true)),
            reader.use(.passphraseFile, certificate.passphrase?.path, as: .file(isSecret: true)),
        ]
        return uses.compactMap(\.self)
    }
}

extension ValueSyntax {
    /// The longest path of a socket (`sun_path`, unix(7)).
    private static let longestSocketPath = 107

    /// An IP address or `localhost` with a port, or `unix:` with a path.
    static func listenAddress(_ content: TomlContent) throws(Objection) -> ListenAddress {
        let text = try text(content)
        if text.hasPrefix("unix:") {
            let path = try folder(.text(String(text.dropFirst("unix:".count))))
            if path.utf8.count <= longestSocketPath { return .unix(path: path) }
            throw Objection(
                "is longer than a socket's path may be, which is \(longestSocketPath) octets."
            )
        }
        guard let colon = text.lastIndex(of: ":") else {
            throw Objection("\(quoted(text)) has no port.", "Write it as \"127.0.0.1:8025\".")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            host = ""
        }
        guard let port = UInt16(text[text.index(after: colon)...]),
            addressFamily(of: host) != nil || host.lowercased() == "localhost"
        else {
            throw Objection(
                "\(quoted(text)) is not an address with a port.",
                #"Write an address of this host, such as "127.0.0.1:8025" or "[::1]:8025"."#
            )
        }
        return .network(host: host, port: port)
    }
}
