extension SignInRefusal {
    /// The sentences of the refusal, without code and identifiers.
    var text: String {
        switch self {
        case .missing, .malformed, .grantType, .scopeInvalid, .scopeNotDefault, .resourceNotFound:
            requestText
        case .tenantNotFound, .singleTenant, .applicationNotFound, .applicationDisabled,
            .notConsented, .clientLoop, .conditionalAccess, .temporarilyUnavailable:
            tenantText
        case .secretInvalid, .secretExpired, .credentialMissing, .certificateUnknown,
            .assertionSignature, .assertionIdentity, .assertionTime, .assertionAudience,
            .assertionMalformed,
            .assertionReplayed, .federationIssuer, .federationAudience, .federationSubject:
            credentialText
        case .passwordWrong, .userNotFound, .grantInvalid, .grantInactive, .grantTooOld,
            .grantRevoked, .devicePending, .deviceTooFast, .deviceExpired, .deviceDeclined:
            grantText
        }
    }

    private var requestText: String {
        switch self {
        case .missing(let name): "The request body must contain the following parameter: '\(name)'."
        case .grantType(let name): "The app requested an unsupported grant type '\(name)'."
        case .scopeInvalid(let scope):
            "The provided request must include a 'scope' input parameter. The provided value for"
                + " the input parameter 'scope' is not valid. The scope \(scope) is not valid."
        case .scopeNotDefault(let scope):
            "The provided value for scope \(scope) is not valid. Client credential flows must have"
                + " a scope value with /.default suffixed to the resource identifier"
                + " (application ID URI)."
        case .resourceNotFound(let name, let tenant):
            "The resource principal named \(name) was not found in the tenant named \(tenant). This"
                + " can happen if the application has not been installed by the administrator of"
                + " the tenant or consented to by any user in the tenant. You might have sent your"
                + " authentication request to the wrong tenant."
        default: "Invalid request. Request is malformed or invalid."
        }
    }

    private var tenantText: String {
        switch self {
        case .tenantNotFound(let name):
            "Tenant '\(name)' not found. Check to make sure you have the correct tenant ID and are"
                + " signing into the correct cloud. Check with your subscription administrator,"
                + " this may happen if there are no active subscriptions for the tenant."
        case .singleTenant(let id, let name):
            "Application '\(id)'(\(name)) is not configured as a multi-tenant application. Usage of"
                + " the /common endpoint is not supported for such apps created after '10/15/2018'."
                + " Use a tenant-specific endpoint or configure the application to be multi-tenant."
        case .applicationNotFound(let id, let tenant):
            "Application with identifier '\(id)' was not found in the directory '\(tenant)'. This"
                + " can happen if the application has not been installed by the administrator of"
                + " the tenant or consented to by any user in the tenant. You may have sent your"
                + " authentication request to the wrong tenant."
        case .applicationDisabled(let id, let name): "Application '\(id)'(\(name)) is disabled."
        case .notConsented(let id, let name):
            "The user or administrator has not consented to use the application with ID '\(id)'"
                + " named '\(name)'. Send an interactive authorization request for this user and"
                + " resource."
        case .clientLoop:
            "The server terminated an operation because it encountered a client request loop."
                + " Please contact your app vendor."
        case .conditionalAccess:
            "Access has been blocked by Conditional Access policies. The access policy does not"
                + " allow token issuance."
        default: "The server is temporarily too busy to handle the request."
        }
    }

    private var credentialText: String {
        switch self {
        case .secretInvalid(let id):
            "Invalid client secret provided. Ensure the secret being sent in the request is the"
                + " client secret value, not the client secret ID, for a secret added to app"
                + " '\(id)'."
        case .secretExpired(let id):
            "The provided client secret keys for app '\(id)' are expired. Visit the Azure portal to"
                + " create new keys for your app: https://aka.ms/NewClientSecret, or consider using"
                + " certificate credentials for added security: https://aka.ms/certCreds."
        case .certificateUnknown(let thumbprint):
            "The certificate with identifier used to sign the client assertion is not registered on"
                + " application. [Reason - The key was not found., Thumbprint of key used by"
                + " client: '\(thumbprint)']"
        case .assertionSignature(let reason, let thumbprint):
            "Client assertion failed signature validation. [Reason - \(reason)., Thumbprint of key"
                + " used by client: '\(thumbprint)']"
        case .assertionIdentity(let name, let id):
            "Client assertion application identifier '\(name)' doesn't match 'client_id' parameter"
                + " '\(id)'."
        case .assertionTime(let now, let from, let until):
            "Client assertion is not within its valid time range. Current time: \(now), assertion"
                + " valid from \(from), expiry time of assertion \(until)."
        case .assertionAudience: "Client assertion audience claim does not match Realm issuer."
        case .assertionMalformed(let reason): "JWT token is invalid or malformed: \(reason)."
        case .assertionReplayed: "Client assertion was already used (jti)."
        case .federationIssuer(let name): Self.noRecord("issuer", name)
        case .federationAudience(let name): Self.noRecord("audience", name)
        case .federationSubject(let name): Self.noRecord("subject", name)
        default:
            "The request body must contain the following parameter: 'client_assertion' or"
                + " 'client_secret'."
        }
    }

    private static func noRecord(_ claim: String, _ value: String) -> String {
        "No matching federated identity record found for presented assertion \(claim) '\(value)'."
            + " Check your federated identity credential Subject, Audience and Issuer against the"
            + " presented assertion."
    }

    private var grantText: String {
        switch self {
        case .passwordWrong: "Error validating credentials due to invalid username or password."
        case .userNotFound(let name, let tenant):
            "The user account \(name) does not exist in the \(tenant) directory. To sign into this"
                + " application, the account must be added to the directory."
        case .grantInactive(let issued):
            "The refresh token has expired due to inactivity. The token was issued on \(issued) and"
                + " was inactive for 90.00:00:00."
        case .grantTooOld(let issued, let lifetime):
            "The refresh token has expired or is invalid due to sign-in frequency checks by"
                + " conditional access. The token was issued on \(issued) and the maximum allowed"
                + " lifetime for this request is \(lifetime)."
        case .grantRevoked(let issued, let validFrom):
            "The provided grant has expired due to it being revoked, a fresh auth token is needed."
                + " The user might have changed or reset their password. The grant was issued on"
                + " '\(issued)' and the TokensValidFrom date (before which tokens are not valid)"
                + " for this user is '\(validFrom)'."
        case .devicePending:
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
        case .deviceTooFast:
            "OAuth 2.0 device flow error. The client polls too often. Slow down."
        case .deviceExpired:
            "The provided value for the input parameter 'device_code' is not valid. This device"
                + " code has expired."
        case .deviceDeclined: "User declined to consent to access the app."
        default: "Provided grant is invalid or malformed."
        }
    }

    /// The response to a token request, in Microsoft's form.
    func answer(trace: String, correlation: String, at now: SandboxTime) -> WebAnswer {
        let time = now.entraTime
        let description =
            "AADSTS\(code): \(text) Trace ID: \(trace) Correlation ID: \(correlation)"
            + " Timestamp: \(time)"
        return .json(
            status,
            .members([
                ("error", .string(error)),
                ("error_description", .string(description)),
                ("error_codes", .array([.integer(code)])),
                ("timestamp", .string(time)),
                ("trace_id", .string(trace)),
                ("correlation_id", .string(correlation)),
                ("error_uri", .string("https://login.microsoftonline.com/error?code=\(code)")),
                ("suberror", suberror.map { .string($0) }),
            ]),
            [("x-ms-request-id", trace)]
        )
    }
}

extension SandboxTime {
    /// The moment as `2026-11-23 10:15:30Z`, as Microsoft Entra writes it.
    var entraTime: String {
        internetTime.prefix(19).replacing("T", with: " ", maxReplacements: 1) + "Z"
    }

    /// Whole seconds since 1970.
    var seconds: Int64 { milliseconds / 1000 }
}
