package import Submission
internal import WebClient

/// Where secrets and tokens may go.
package enum EndpointRule {
    /// Whether a token of an identity may be shown to a host; the sentence says why not.
    ///
    /// The host of a route may be any: this is what keeps a token that opens every mailbox of a
    /// tenant from a server that merely asks for one.
    package static func problem(
        host: String,
        cloud: Cloud,
        allowsForeignEndpoint: Bool
    ) -> String? {
        guard !allowsForeignEndpoint else { return nil }
        let lower = host.lowercased()
        let name = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
        guard !cloud.hosts.contains(name) else { return nil }
        return "the host '\(host)' is outside the cloud '\(cloud.rawValue)', "
            + "and a token is shown to no other host unless allow_foreign_endpoint is set"
    }

    /// The address of a path of the cloud's sign-in, for a tenant.
    ///
    /// - Throws: A configuration error where the endpoint of the settings is not `https`, or
    ///   `http` on this machine, or the tenant is neither a domain nor a GUID.
    package static func signIn(
        _ path: String,
        for identity: IdentityOptions
    ) throws(CredentialError) -> String {
        let base = identity.loginEndpoint ?? "https://\(identity.cloud.loginHost)"
        guard let address = WebAddress(base), address.isSecure || address.isLoopback,
            !base.contains("?"), !base.contains("#")
        else {
            throw CredentialError(
                "the sign-in address of identity '\(identity.name)' is not an https address",
                advice: "Correct the address, or remove it to use that of the cloud."
            )
        }
        guard !identity.tenant.isEmpty, identity.tenant.utf8.allSatisfy(isTenantOctet) else {
            throw CredentialError(
                "the tenant of identity '\(identity.name)' is neither a domain nor an id",
                advice:
                    "Set tenant to the tenant's domain, such as contoso.onmicrosoft.com, or its id."
            )
        }
        let root = base.hasSuffix("/") ? String(base.dropLast()) : base
        return "\(root)/\(identity.tenant)/oauth2/v2.0/\(path)"
    }

    private static func isTenantOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
