internal import HTTPTypes
internal import Hummingbird

/// The cookie that a session lives by.
struct SessionCookie: Sendable {
    /// Whether this server itself speaks TLS.
    let isOverTLS: Bool

    /// Whether the browser came over TLS: to us, or to a proxy that says so.
    ///
    /// Who says it falsely gets a cookie that their own browser does not send back.
    func isSecure(_ request: Request) -> Bool {
        isOverTLS || request.headers[.forwardedProto]?.lowercased() == "https"
    }

    /// The value that a request brings.
    func value(in request: Request) -> String? {
        let name = Self.name(isSecure: isSecure(request))
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let pair = pair.trimmingPrefix { $0 == " " }
                if pair.hasPrefix("\(name)=") {
                    return String(pair.dropFirst(name.utf8.count + 1).prefix(128))
                }
            }
        }
        return nil
    }

    /// Gives the browser a value, or with `nil` takes it away.
    func set(_ value: String?, in response: inout Response, isSecure: Bool) {
        let flags = "Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
        let life = value == nil ? "; Max-Age=0" : ""
        response.headers[.setCookie] =
            "\(Self.name(isSecure: isSecure))=\(value ?? ""); \(flags)\(life)"
    }

    // The prefix keeps other hosts of the domain, and plain HTTP, from setting it (RFC 6265bis).
    private static func name(isSecure: Bool) -> String {
        isSecure ? "__Host-postchute" : "postchute"
    }
}
