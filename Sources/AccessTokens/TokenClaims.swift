internal import SafeText
internal import TLSEngine

/// What an access token says of itself, for diagnosis only: nothing here is verified, and nothing
/// is decided by it.
package struct TokenClaims: Hashable, Sendable {
    /// The resource the token is for.
    package var audience: String
    /// The application it was given to.
    package var application: String
    package var tenant: String
    /// The application's permissions.
    package var roles: [String]
    /// The permissions in the name of a person.
    package var scopes: [String]
    /// The person, where there is one.
    package var user: String
    /// Seconds since 1970.
    package var expires: Int64?

    /// Reads the claims of a token in the form of RFC 7519; `nil` for any other, which is fine too.
    package init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]),
            let claims = JSONNode.read(payload), case .object = claims
        else { return nil }
        func text(_ names: String...) -> String {
            SafeText.line((names.lazy.compactMap { claims[$0]?.text }.first ?? "").prefix(200))
        }
        func words(_ name: String) -> [String] {
            (claims[name]?.words ?? []).prefix(20).map { SafeText.line($0.prefix(100)) }
        }
        audience = text("aud").isEmpty ? words("aud").first ?? "" : text("aud")
        application = text("appid", "azp")
        tenant = text("tid")
        roles = words("roles")
        scopes = words("scp")
        user = text("upn", "preferred_username", "unique_name")
        expires = claims["exp"]?.count
    }

    /// The claims in one line, without the token.
    package var sentence: String {
        var parts = ["token for \(audience.isEmpty ? "an unknown resource" : audience)"]
        if !application.isEmpty { parts.append("application \(application)") }
        if !user.isEmpty { parts.append("user \(user)") }
        if !tenant.isEmpty { parts.append("tenant \(tenant)") }
        if !roles.isEmpty { parts.append("roles \(roles.joined(separator: " "))") }
        if !scopes.isEmpty { parts.append("scopes \(scopes.joined(separator: " "))") }
        if let expires { parts.append("valid until \(UTCTime.text(expires))") }
        return parts.joined(separator: ", ")
    }

    /// Why the token cannot serve a purpose, in one sentence; `nil` where nothing speaks against it.
    ///
    /// Missing roles are no reason: rights may be granted in Exchange Online alone.
    package func problem(for purpose: TokenPurpose, in cloud: Cloud, now: Int64) -> String? {
        let wanted = purpose.resource(in: cloud)
        if !audience.isEmpty, !Self.audiences(of: purpose, in: cloud).contains(plain(audience)) {
            return "The token is for \(audience), not for \(wanted)."
        }
        if let expires, expires <= now {
            return "The token ended at \(UTCTime.text(expires))."
        }
        let permission = purpose == .graph ? "Mail.Send" : "SMTP.Send"
        if !scopes.isEmpty, purpose != .acs, !scopes.contains(permission),
            !(purpose == .hve && scopes.contains("Mail.Send"))
        {
            return "The token allows \(scopes.joined(separator: " ")), but not \(permission)."
        }
        return nil
    }

    private func plain(_ audience: String) -> String {
        let lower = audience.lowercased()
        return lower.hasSuffix("/") ? String(lower.dropLast()) : lower
    }

    /// The names of a resource: its address, others it is known by, and its application's GUID.
    private static func audiences(of purpose: TokenPurpose, in cloud: Cloud) -> Set<String> {
        var names: Set = [purpose.resource(in: cloud)]
        switch purpose {
        case .smtp, .hve:
            names.insert("00000002-0000-0ff1-ce00-000000000000")
            if cloud == .worldwide { names.insert("https://outlook.office.com") }
        case .graph: names.insert("00000003-0000-0000-c000-000000000000")
        case .acs: break
        }
        return names
    }
}
