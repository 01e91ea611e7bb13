/// The documents by which OAuth libraries find their way around.
enum DiscoveryDocument {
    /// `/{tenant}/v2.0/.well-known/openid-configuration`.
    static func provider(
        _ place: TokenEndpoint.Place,
        _ organisation: Rehearsal.Organisation
    ) -> JSONValue {
        let base = "\(place.origin)/\(place.tenant)"
        return .members([
            ("token_endpoint", .string("\(base)/oauth2/v2.0/token")),
            (
                "token_endpoint_auth_methods_supported",
                ["client_secret_post", "private_key_jwt", "client_secret_basic"]
            ),
            ("jwks_uri", .string("\(base)/discovery/v2.0/keys")),
            ("response_types_supported", ["code", "id_token"]),
            ("subject_types_supported", ["pairwise"]),
            ("id_token_signing_alg_values_supported", ["RS256"]),
            ("scopes_supported", ["openid", "profile", "email", "offline_access"]),
            ("issuer", .string("\(place.origin)/\(organisation.id)/v2.0")),
            ("authorization_endpoint", .string("\(base)/oauth2/v2.0/authorize")),
            ("device_authorization_endpoint", .string("\(base)/oauth2/v2.0/devicecode")),
            ("tenant_region_scope", "EU"),
            ("cloud_instance_name", "microsoftonline.com"),
        ])
    }

    /// `/common/discovery/instance`: the sandbox stands for itself alone.
    static func instance(_ origin: String, tenant: String) -> JSONValue {
        let host = origin.split(separator: "/").last.map(String.init) ?? ""
        return .members([
            (
                "tenant_discovery_endpoint",
                .string("\(origin)/\(tenant)/v2.0/.well-known/openid-configuration")
            ),
            ("api-version", "1.1"),
            (
                "metadata",
                [
                    .members([
                        ("preferred_network", .string(host)), ("preferred_cache", .string(host)),
                        ("aliases", [.string(host)]),
                    ])
                ]
            ),
        ])
    }

    /// `/federation/.well-known/openid-configuration`, for the tokens the sandbox makes for tests.
    static func federation(_ origin: String) -> JSONValue {
        .members([
            ("issuer", .string(TokenEndpoint.ownIssuer(origin))),
            ("jwks_uri", .string("\(origin)/common/discovery/keys")),
            ("response_types_supported", ["id_token"]),
            ("subject_types_supported", ["public"]),
            ("id_token_signing_alg_values_supported", ["RS256"]),
        ])
    }

    /// The keys that tokens are signed with (RFC 7517 §5).
    static func keys(_ key: SigningKey) -> JSONValue {
        .members([("keys", .array([key.published]))])
    }
}
