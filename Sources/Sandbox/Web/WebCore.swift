internal import Synchronization

/// What all requests of a sandbox share, and who answers which of them.
final class WebCore: Sendable {
    /// What changes from request to request.
    struct Book: Sendable {
        var signIns = SignInBook()
        var arc: ArcChallenges
        var faults = WebFaultBook()
        var graph = GraphBook()
    }

    let tenant: TenantAccess
    let options: WebOptions
    let key: SigningKey
    let store: MessageStore
    let tally: SandboxTally
    let inbox: Inbox
    /// Told of every message that is kept.
    let onAccepted: (@Sendable (SandboxMessage) -> Void)?
    let identifier: @Sendable () -> String
    let book: Mutex<Book>
    private let hostNames: Set<String>

    /// Makes the key that tokens are signed with.
    ///
    /// `hostName` is a name the sandbox goes by, beside `localhost` and addresses. Without
    /// `arcFolder` the form of Arc is refused.
    init(
        tenant: TenantAccess,
        options: WebOptions,
        store: MessageStore,
        tally: SandboxTally,
        inbox: Inbox,
        hostName: String,
        arcFolder: String?,
        onAccepted: (@Sendable (SandboxMessage) -> Void)? = nil,
        identifier: @escaping @Sendable () -> String = RandomIdentifier.make
    ) throws(SandboxError) {
        guard let key = SigningKey() else { throw .signingKey }
        self.tenant = tenant
        self.options = options
        self.key = key
        self.store = store
        self.tally = tally
        self.inbox = inbox
        self.onAccepted = onAccepted
        self.identifier = identifier
        hostNames = ["localhost", "127.0.0.1", "[::1]", hostName.lowercased()]
        book = Mutex(Book(arc: ArcChallenges(folder: arcFolder, identifier: identifier)))
    }

    /// The token endpoint of this moment.
    var endpoint: TokenEndpoint {
        var rules = TokenEndpoint.Rules()
        rules.refreshLifetime = options.refreshLifetime.components.seconds
        rules.refreshMaximumAge = options.refreshMaximumAge?.components.seconds
        rules.deviceLifetime = Int(options.deviceLifetime.components.seconds)
        rules.deviceInterval = Int(options.deviceInterval.components.seconds)
        rules.tokensInFiveMinutes = options.tokensInFiveMinutes
        return TokenEndpoint(
            rehearsal: tenant.rehearsal,
            key: key,
            rules: rules,
            identifier: identifier
        )
    }

    /// Answers one request; `body` is called at most once.
    func answer(
        _ ask: WebAsk,
        _ body: @Sendable () async throws -> [UInt8]
    ) async throws -> WebAnswer {
        guard isKnown(ask.header("host")) else {
            return .text(421, "The sandbox answers to localhost and loopback addresses only.")
        }
        if ["v1.0", "beta"].contains(ask.path.first) {
            return try await graphAnswer(ask, body)
        }
        if ask.path.count == 3, ask.path.starts(with: ["api", "upload"]) {
            return try await uploadAnswer(ask, body)
        }
        var ask = ask
        ask.body = try await body()
        guard isFromHere(ask) else {
            return .text(403, "A page of another site must not send forms to the sandbox.")
        }
        return route(ask)
    }

    /// Names that a page of another site could point at this machine must not work.
    private func isKnown(_ host: String?) -> Bool {
        guard let host = host?.lowercased() else { return false }
        guard let colon = host.lastIndex(of: ":"), host.last != "]" else {
            return hostNames.contains(host)
        }
        return hostNames.contains(String(host[..<colon]))
    }

    /// Whether a request that changes something comes from a program or from the sandbox's page.
    private func isFromHere(_ ask: WebAsk) -> Bool {
        guard ask.method != "GET", ask.method != "HEAD", let origin = ask.header("origin") else {
            return true
        }
        return origin == ask.origin
    }

    private func route(_ ask: WebAsk) -> WebAnswer {
        switch (ask.method, ask.path.count, ask.path.first) {
        case (_, 4..., "metadata"), (_, 5..., "arc"), (_, 2, "msi"): metadataAnswer(ask)
        case (_, 1, "devicelogin"): deviceAnswer(ask)
        case (_, 2..., "sandbox"): controlAnswer(ask)
        case (_, 2..., "federation"): federationAnswer(ask)
        case ("GET", _, nil), ("GET", _, "messages"), ("GET", 1, "messages.json"),
            ("GET", 1, "counters"):
            pageAnswer(ask)
        case ("GET", 3, "common") where ask.path[1...] == ["discovery", "instance"]:
            .json(200, DiscoveryDocument.instance(ask.origin, tenant: "common"))
        case (_, 3..., _): tenantAnswer(ask)
        default: Self.notFound
        }
    }

    /// The answer to an address nobody serves.
    static let notFound = WebAnswer.text(404, "There is nothing at this address.")
}

extension WebAsk {
    /// Scheme, host and port as the client wrote them.
    var origin: String { "\(isSecure ? "https" : "http")://\(header("host") ?? "localhost")" }
}

/// GUIDs nobody can guess.
enum RandomIdentifier {
    /// A GUID of version 4 (RFC 9562 §5.4).
    @Sendable static func make() -> String {
        var octets = (0..<16).map { _ in UInt8.random(in: 0...255) }
        octets[6] = octets[6] & 0x0F | 0x40
        octets[8] = octets[8] & 0x3F | 0x80
        let digits = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
            .joined(separator: "-")
    }

    /// A user code: nine letters and digits that cannot be mistaken for each other.
    @Sendable static func userCode() -> String {
        let letters = Array("BCDFGHJKLMNPQRSTVWXZ23456789")
        return String((0..<9).map { _ in letters.randomElement() ?? "B" })
    }
}
