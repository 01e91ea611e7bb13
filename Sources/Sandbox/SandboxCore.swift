internal import Glibc
internal import Synchronization
internal import TLSEngine

/// What all sessions of a sandbox share.
final class SandboxCore: Sendable {
    /// The name on the certificate that is meant for another host.
    static let wrongName = "wrong-name.postchute.example"
    /// The first name on the expired certificate: OpenSSL mixes up trusted certificates that have
    /// the same subject, and would not come to look at the dates.
    static let expiredName = "expired.postchute.example"

    let options: SandboxOptions
    let store: MessageStore
    let tally = SandboxTally()
    let books: Mutex<SandboxBooks>
    private let ordinary: TLSContext?
    private let expired: TLSContext?
    private let wrongName: TLSContext?

    /// Makes the certificates and opens the folder.
    init(_ options: SandboxOptions) throws(SandboxError) {
        self.options = options
        store = try MessageStore(folder: options.keep ? options.folder : nil)
        books = Mutex(SandboxBooks(options, startedAt: options.clock.now()))
        guard options.security != .none || options.web != nil else {
            (ordinary, expired, wrongName) = (nil, nil, nil)
            return
        }
        let names = [options.hostName, "localhost", "127.0.0.1", "::1"]
        let wanted = Set(options.script.rules.map(\.fault.effect))
        let day: Int64 = 86_400
        let now = Int64(time(nil))
        let asksClients = options.tenant.connectors.contains { $0.certificateName != nil }
        ordinary = try Self.context(names, asksClients: asksClients)
        expired =
            wanted.contains(.handshake(.expired))
            ? try Self.context([Self.expiredName] + names, validity: now - 30 * day...now - day)
            : nil
        wrongName =
            wanted.contains(.handshake(.wrongName)) ? try Self.context([Self.wrongName]) : nil
        try writeCertificates()
    }

    private static func context(
        _ names: [String],
        validity: ClosedRange<Int64>? = nil,
        asksClients: Bool = false
    ) throws(SandboxError) -> TLSContext {
        do throws(TLSError) {
            let identity = TLSServerSettings.Identity.selfSigned(names: names, validity: validity)
            let settings = TLSServerSettings(
                identity: identity,
                requestsClientCertificate: asksClients
            )
            return try TLSContext(server: settings)
        } catch {
            throw .certificate(error)
        }
    }

    /// Every certificate of the sandbox, so that a client's objection is the one a script wants:
    /// not that it does not know the issuer.
    var certificatePEM: String? {
        let all = [ordinary, expired, wrongName].compactMap { $0?.certificatePEM }
        return all.isEmpty ? nil : all.joined()
    }

    /// What a handshake shows to the client.
    func context(spoilt: SpoiltHandshake?) -> TLSContext? {
        switch spoilt {
        case nil: ordinary
        case .expired: expired
        case .wrongName: wrongName
        case .garbage, .close: nil
        }
    }

    private func writeCertificates() throws(SandboxError) {
        guard let folder = options.folder, let pem = certificatePEM else { return }
        if mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw .folder(folder, SystemError.current)
        }
        guard MessageStore.write(pem, to: "\(folder)/ca.pem", by: "\(folder)/.ca.pem-\(getpid())")
        else { throw .folder(folder, SystemError.current) }
    }
}
