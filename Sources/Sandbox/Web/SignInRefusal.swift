/// Why no token is issued, with the words of Microsoft Entra.
///
/// Texts as they are commonly seen; the service's documentation says that they may change.
enum SignInRefusal: Error, Hashable, Sendable {
    /// A parameter is missing.
    case missing(String)
    case malformed
    case grantType(String)
    case tenantNotFound(String)
    case singleTenant(application: String, name: String)
    case applicationNotFound(String, tenant: String)
    case applicationDisabled(String, name: String)
    case secretInvalid(application: String)
    case secretExpired(application: String)
    case credentialMissing
    /// The certificate is not registered; the thumbprint as the assertion named it.
    case certificateUnknown(thumbprint: String)
    /// The certificate is registered, but something else about the signature is wrong.
    case assertionSignature(reason: String, thumbprint: String)
    case assertionIdentity(String, application: String)
    case assertionTime(now: String, from: String, until: String)
    case assertionAudience
    case assertionMalformed(String)
    case assertionReplayed
    case federationIssuer(String)
    case federationAudience(String)
    case federationSubject(String)
    case scopeInvalid(String)
    case scopeNotDefault(String)
    case resourceNotFound(String, tenant: String)
    case notConsented(application: String, name: String)
    case clientLoop
    case passwordWrong
    case userNotFound(String, tenant: String)
    case grantInvalid
    case grantInactive(issued: String)
    case grantTooOld(issued: String, lifetime: Int)
    case grantRevoked(issued: String, validFrom: String)
    case conditionalAccess
    case devicePending
    case deviceTooFast
    case deviceExpired
    case deviceDeclined
    case temporarilyUnavailable

    /// What follows `AADSTS`.
    var code: Int {
        switch self {
        case .missing: 900_144
        case .malformed: 9_002_313
        case .grantType: 70003
        case .tenantNotFound: 90002
        case .singleTenant: 50194
        case .applicationNotFound: 700_016
        case .applicationDisabled: 7_000_112
        case .secretInvalid: 7_000_215
        case .secretExpired: 7_000_222
        case .credentialMissing: 7_000_218
        case .certificateUnknown, .assertionSignature: 700_027
        case .assertionIdentity: 700_021
        case .assertionTime: 700_024
        case .assertionAudience: 700_023
        case .assertionMalformed: 50027
        case .assertionReplayed: 700_030
        case .federationIssuer: 700_211
        case .federationAudience: 700_212
        case .federationSubject: 700_213
        case .scopeInvalid: 70011
        case .scopeNotDefault: 1_002_012
        case .resourceNotFound: 500_011
        case .notConsented: 65001
        case .clientLoop: 50196
        case .passwordWrong: 50126
        case .userNotFound: 50034
        case .grantInvalid: 70000
        case .grantInactive: 700_082
        case .grantTooOld: 70043
        case .grantRevoked: 50173
        case .conditionalAccess: 53003
        case .devicePending, .deviceTooFast: 70016
        case .deviceExpired: 70020
        case .deviceDeclined: 65004
        case .temporarilyUnavailable: 90055
        }
    }

    /// The `error` of OAuth (RFC 6749 §5.2, RFC 8628 §3.5).
    var error: String {
        switch self {
        case .missing, .malformed, .tenantNotFound, .singleTenant: "invalid_request"
        case .grantType: "unsupported_grant_type"
        case .applicationNotFound, .applicationDisabled: "unauthorized_client"
        case .secretInvalid, .secretExpired, .credentialMissing, .certificateUnknown,
            .assertionSignature, .assertionIdentity, .assertionTime, .assertionAudience,
            .assertionMalformed,
            .assertionReplayed, .federationIssuer, .federationAudience, .federationSubject:
            "invalid_client"
        case .scopeInvalid, .scopeNotDefault: "invalid_scope"
        case .resourceNotFound: "invalid_resource"
        case .notConsented, .clientLoop, .passwordWrong, .userNotFound, .grantInvalid,
            .grantInactive, .grantTooOld, .grantRevoked, .conditionalAccess:
            "invalid_grant"
        case .devicePending: "authorization_pending"
        case .deviceTooFast: "slow_down"
        case .deviceExpired: "expired_token"
        case .deviceDeclined: "authorization_declined"
        case .temporarilyUnavailable: "temporarily_unavailable"
        }
    }

    /// The HTTP status.
    var status: Int {
        switch error {
        case "invalid_client": 401
        case "temporarily_unavailable": 503
        default: 400
        }
    }

    /// What tells causes with one `error` apart, for clients that ask a person.
    var suberror: String? {
        switch self {
        case .notConsented: "consent_required"
        case .conditionalAccess: "message_only"
        case .grantRevoked, .grantInactive, .grantTooOld: "bad_token"
        default: nil
        }
    }

    /// The refusal a code asks for, as faults on request name it.
    static func requested(_ code: Int) -> SignInRefusal? {
        examples.first { $0.code == code }
    }

    /// One refusal of each code, for faults on request and for tests.
    static let examples: [SignInRefusal] = {
        let id = "00000000-0000-0000-0000-000000000000"
        let day = "2026-01-01T00:00:00.000Z"
        return [
            .missing("client_id"), .malformed, .grantType("none"), .tenantNotFound("contoso"),
            .singleTenant(application: id, name: "app"),
            .applicationNotFound(id, tenant: "contoso"), .applicationDisabled(id, name: "app"),
            .secretInvalid(application: id), .secretExpired(application: id), .credentialMissing,
            .certificateUnknown(thumbprint: "none"), .assertionIdentity("none", application: id),
            .assertionTime(now: day, from: day, until: day), .assertionAudience,
            .assertionMalformed("no JWT"), .assertionReplayed, .federationIssuer("none"),
            .federationAudience("none"), .federationSubject("none"), .scopeInvalid("none"),
            .scopeNotDefault("none"), .resourceNotFound("none", tenant: "contoso"),
            .notConsented(application: id, name: "app"), .clientLoop, .passwordWrong,
            .userNotFound("nobody", tenant: "contoso"), .grantInvalid, .grantInactive(issued: day),
            .grantTooOld(issued: day, lifetime: 86_400),
            .grantRevoked(issued: day, validFrom: day), .conditionalAccess, .devicePending,
            .deviceExpired, .deviceDeclined, .temporarilyUnavailable,
        ]
    }()
}
