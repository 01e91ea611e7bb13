internal import HTTPTypes
internal import Hummingbird

/// What a request must be like before anybody asks what it wants.
///
/// Strict: addresses of ours need no escapes, so nothing has to be decoded and nothing can be spelt in
/// two ways.
enum RequestRule {
    /// How long an address may be, and a form.
    static let longestTarget = 8192
    static let longestForm = 65_536

    /// Checks method and address and returns the fields of the query.
    static func query(of request: Request) throws(WebProblem) -> FormFields {
        guard [.get, .head, .post].contains(request.method) else {
            throw WebProblem(
                405,
                "This kind of request has no meaning here.",
                "Use GET, HEAD or POST."
            )
        }
        let target = request.head.path ?? ""
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard target.utf8.count <= longestTarget, let path = parts.first, isPath(path),
            let fields = FormFields(parts.count == 2 ? parts[1] : "")
        else {
            throw WebProblem(
                400,
                "The address cannot be read.",
                "Begin at the overview and follow its links."
            )
        }
        return fields
    }

    /// Whether a path is spelt in the one way that ours are.
    static func isPath(_ path: some StringProtocol) -> Bool {
        guard path.first == "/", !path.contains("//") else { return false }
        let isPlain = path.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/-_.".utf8.contains(octet)
            }
        }
        return isPlain && !path.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }

    /// The address to go to after signing in: one of ours, or the overview.
    static func next(_ text: String?) -> String {
        guard let text, text.utf8.count <= 2048, text.first == "/" else { return "/" }
        let path = text.prefix { $0 != "?" }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        return isPlain && isPath(path) ? text : "/"
    }
}

/// Where a request comes from, as the browser says it.
struct RequestOrigin {
    /// The fields `Origin` and `Sec-Fetch-Site`, and the host the request is meant for.
    let origin: String?
    let site: String?
    let host: String

    /// Reads the fields of a request.
    init(_ request: Request) {
        origin = request.headers[.origin]
        site = request.headers[.secFetchSite]?.lowercased()
        host = (request.head.authority ?? "").lowercased()
    }

    /// Whether one of our own pages sent it, or no page at all: scripts send neither field.
    var isOurs: Bool {
        if let site, site != "same-origin", site != "none" { return false }
        guard let origin = origin?.lowercased() else { return true }
        return origin == "https://\(host)" || origin == "http://\(host)"
    }
}

extension HTTPField.Name {
    /// `Sec-Fetch-Site`, which browsers add and pages cannot.
    static var secFetchSite: Self { .ours("Sec-Fetch-Site") }
    /// `X-Forwarded-For` and `X-Forwarded-Proto`, which a reverse proxy adds.
    static var forwardedFor: Self { .ours("X-Forwarded-For") }
    static var forwardedProto: Self { .ours("X-Forwarded-Proto") }

    /// A name that is a token, as all names in this source are.
    static func ours(_ name: String) -> Self {
        guard let field = Self(name) else { preconditionFailure("\(name) is no name of a field") }
        return field
    }
}
