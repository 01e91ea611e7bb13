internal import HTTPTypes
internal import Hummingbird

/// What every response tells the browser to forbid.
enum ProtectiveFields {
    /// Nothing but our own style, script and events; nobody may frame us.
    static let contentPolicy = [
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:",
        "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    ].joined(separator: "; ")

    // Not "no-referrer": browsers then send "Origin: null" with our own forms (Fetch, "append a
    // request Origin header"), and where a form comes from could not be told.
    private static let fields: [(HTTPField.Name, String)] = [
        (.ours("Content-Security-Policy"), contentPolicy),
        (.ours("X-Content-Type-Options"), "nosniff"),
        (.ours("X-Frame-Options"), "DENY"),
        (.ours("Referrer-Policy"), "same-origin"),
        (.ours("Cross-Origin-Opener-Policy"), "same-origin"),
        (.ours("Cross-Origin-Resource-Policy"), "same-origin"),
        (.ours("Permissions-Policy"), "camera=(), geolocation=(), microphone=()"),
    ]
    private static let strictTransport = (
        HTTPField.Name.ours("Strict-Transport-Security"), "max-age=31536000"
    )

    /// Adds the fields; those over TLS also keep the browser from ever coming without.
    static func add(to response: inout Response, isSecure: Bool) {
        for (name, value) in fields { response.headers[name] = value }
        // Only files whose address changes with them say otherwise.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if isSecure { response.headers[strictTransport.0] = strictTransport.1 }
    }
}
