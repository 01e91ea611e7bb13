internal import TLSEngine

/// A service that tokens are for.
enum SignInResource: Hashable, Sendable, CaseIterable {
    case exchange
    case graph
    case communication
    /// Azure's own management, with which managed identities are often tried.
    case management

    /// The addresses and ids by which requests name the service, in every cloud.
    private var names: [String] {
        switch self {
        case .exchange:
            [
                "https://outlook.office365.com", "https://outlook.office.com",
                "https://outlook.office365.us", "https://outlook-dod.office365.us",
                "https://partner.outlook.cn", "00000002-0000-0ff1-ce00-000000000000",
            ]
        case .graph:
            [
                "https://graph.microsoft.com", "https://graph.microsoft.us",
                "https://dod-graph.microsoft.us", "https://microsoftgraph.chinacloudapi.cn",
                "00000003-0000-0000-c000-000000000000",
            ]
        case .communication: ["https://communication.azure.com"]
        case .management: ["https://management.azure.com", "https://management.core.windows.net"]
        }
    }

    /// Finds the service of an address or id; a slash at its end does not matter.
    init?(_ name: some StringProtocol) {
        var name = name.lowercased()
        while name.last == "/" { name.removeLast() }
        guard let resource = Self.allCases.first(where: { $0.names.contains(name) }) else {
            return nil
        }
        self = resource
    }
}

/// What a request for a token asks for.
struct SignInScope: Hashable, Sendable {
    let resource: SignInResource
    /// What the token's `aud` says: the service as the request named it.
    let audience: String
    /// Delegated permissions such as `SMTP.Send`; empty for `.default`.
    let permissions: [String]
    /// Whether a refresh token is wanted.
    let isOffline: Bool
    /// Whether an identity token is wanted.
    let wantsIdentity: Bool

    /// Reads the `scope` of a request.
    ///
    /// - Throws: ``SignInRefusal``.
    init(_ scope: String?, tenant: String) throws(SignInRefusal) {
        guard let scope else { throw .missing("scope") }
        var named: (String, [String])?
        var words: Set<String> = []
        for word in scope.split(separator: " ") {
            if ["openid", "profile", "email", "offline_access"].contains(word) {
                words.insert(String(word))
                continue
            }
            // A permission without a service is one of Graph.
            let slash = word.lastIndex(of: "/")
            let service = slash.map { String(word[..<$0]) } ?? "https://graph.microsoft.com"
            let permission = String(slash.map { word[word.index(after: $0)...] } ?? word)
            // Entra issues a token for one service only.
            guard named == nil || named?.0 == service else { throw .scopeInvalid(scope) }
            named = (service, (named?.1 ?? []) + [permission])
        }
        guard let (service, permissions) = named ?? (words.isEmpty ? nil : Self.profile) else {
            throw .scopeInvalid(scope)
        }
        guard let resource = SignInResource(service) else {
            throw .resourceNotFound(service, tenant: tenant)
        }
        self.resource = resource
        audience = service
        self.permissions = permissions.filter { $0 != ".default" }
        isOffline = words.contains("offline_access")
        wantsIdentity = words.contains("openid")
    }

    /// Reads the `resource` of older requests and of managed identities.
    ///
    /// - Throws: ``SignInRefusal``.
    init(resource name: String?, tenant: String) throws(SignInRefusal) {
        guard let name else { throw .missing("resource") }
        guard let resource = SignInResource(name) else {
            throw .resourceNotFound(name, tenant: tenant)
        }
        self.resource = resource
        audience = name
        permissions = []
        isOffline = false
        wantsIdentity = false
    }

    private static let profile = ("https://graph.microsoft.com", ["User.Read"])
}

/// Identifiers that are the same whenever the same thing is named.
enum StableIdentifier {
    /// The SHA-256 of a text.
    static func digest(_ text: String) -> [UInt8] { Digest.sha256(text.utf8) }

    /// A GUID made from a name.
    static func of(_ name: String) -> String {
        let digits = Array(Digest.hexadecimal(Digest.sha256(name.utf8)).utf8)
        guard digits.count >= 32 else { return "00000000-0000-4000-8000-000000000000" }
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return "\(part(0..<8))-\(part(8..<12))-4\(part(13..<16))-8\(part(17..<20))-\(part(20..<32))"
    }
}
