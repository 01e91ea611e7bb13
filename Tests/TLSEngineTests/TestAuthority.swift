import TLSEngine
import TestSupport
import Testing

/// A certification authority made by the `openssl` command for one test.
struct TestAuthority {
    /// A certificate and its key as files.
    struct Files {
        let certificate: String
        let key: String

        var source: TLSIdentitySource { .pem(certificate: certificate, key: key) }
    }

    let folder: ScratchFolder
    let root: Files
    private let label: String

    /// Makes a root certificate; `dates` are start and end as `YYYYMMDDHHMMSSZ`.
    init(
        in folder: ScratchFolder,
        label: String = "root",
        dates: (String, String)? = nil
    )
        async throws
    {
        self.folder = folder
        self.label = label
        try folder.write("[req]\ndistinguished_name=dn\n[dn]\n", to: "openssl.cnf")
        root = try await Self.request(
            in: folder,
            label,
            subject: "/O=Postchute/CN=Test \(label)",
            extensions: ["basicConstraints=critical,CA:TRUE"],
            issuer: nil
        )
        if let dates { try await redate(dates) }
    }

    private init(in folder: ScratchFolder, label: String, root: Files) {
        self.folder = folder
        self.label = label
        self.root = root
    }

    /// Issues a certificate for a server or a client.
    func issue(
        _ label: String,
        names: String = "DNS:mail.example.com",
        extra: [String] = []
    ) async throws -> Files {
        try await Self.request(
            in: folder,
            label,
            subject: "/CN=\(label)",
            extensions: (names.isEmpty ? [] : ["subjectAltName=\(names)"]) + extra,
            issuer: root
        )
    }

    /// Makes an authority below this one.
    func makeIntermediate(_ label: String) async throws -> TestAuthority {
        let files = try await Self.request(
            in: folder,
            label,
            subject: "/O=Postchute/CN=Test \(label)",
            extensions: ["basicConstraints=critical,CA:TRUE"],
            issuer: root
        )
        return TestAuthority(in: folder, label: label, root: files)
    }

    /// A server that shows a certificate and its issuers.
    func server(_ files: Files) throws -> TLSContext {
        try TLSContext(server: TLSServerSettings(identity: .file(files.source)))
    }

    /// A client that trusts this authority alone.
    func client(identity: TLSIdentitySource? = nil) throws -> TLSContext {
        try TLSContext(
            client: TLSClientSettings(trust: .file(root.certificate), clientIdentity: identity)
        )
    }

    private static func request(
        in folder: ScratchFolder,
        _ label: String,
        subject: String,
        extensions: [String],
        issuer: Files?
    ) async throws -> Files {
        let files = Files(
            certificate: folder.path("\(label).pem"),
            key: folder.path("\(label).key")
        )
        var arguments = [
            "req", "-x509", "-config", folder.path("openssl.cnf"), "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", files.key, "-out", files.certificate,
            "-subj", subject, "-days", "10",
        ]
        for value in extensions { arguments += ["-addext", value] }
        if let issuer { arguments += ["-CA", issuer.certificate, "-CAkey", issuer.key] }
        try await openssl(arguments)
        return files
    }

    /// Signs the root again with other dates, which only `openssl ca` can set.
    private func redate(_ dates: (String, String)) async throws {
        try folder.write("", to: "index.txt")
        try folder.write(
            """
            [ca]
            default_ca = default
            [default]
            database = \(folder.path("index.txt"))
            new_certs_dir = \(folder.path)
            rand_serial = yes
            default_md = sha256
            policy = any
            x509_extensions = extensions
            [any]
            organizationName = optional
            commonName = optional
            [extensions]
            basicConstraints = critical,CA:TRUE
            """,
            to: "ca.cnf"
        )
        let request = folder.path("\(label).csr")
        try await openssl([
            "x509", "-x509toreq", "-in", root.certificate, "-signkey", root.key, "-out", request,
        ])
        try await openssl([
            "ca", "-batch", "-config", folder.path("ca.cnf"), "-selfsign", "-keyfile", root.key,
            "-in", request, "-out", root.certificate, "-startdate", dates.0, "-enddate", dates.1,
            "-notext",
        ])
    }
}

/// Runs the `openssl` command and requires that it succeeds.
@discardableResult
func openssl(_ arguments: [String]) async throws -> String {
    let result = try await ChildProcess.run(["openssl"] + arguments)
    try #require(result.exit == .code(0), "openssl \(arguments): \(result.errors)")
    return result.output
}
