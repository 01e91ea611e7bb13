/// A JSON Web Token in compact form, taken apart but not believed (RFC 7519 §3).
struct WebToken: Sendable {
    /// How long a token may be.
    static let longest = 32_768

    let header: JSONValue
    let claims: JSONValue
    let signature: [UInt8]
    /// What the signature is made over.
    let signedText: String

    /// Takes a token apart, or returns `nil` when it is none.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3,
            let header = WebBase64.decodeFromURL(parts[0]).flatMap(JSONReader.value(of:)),
            let claims = WebBase64.decodeFromURL(parts[1]).flatMap(JSONReader.value(of:)),
            let signature = WebBase64.decodeFromURL(parts[2])
        else { return nil }
        self.header = header
        self.claims = claims
        self.signature = signature
        signedText = "\(parts[0]).\(parts[1])"
    }

    /// How the token says it is signed.
    var algorithm: String { header["alg"]?.text ?? "" }

    /// A claim that is a text.
    func text(_ name: String) -> String? { claims[name]?.text }

    /// A claim that is a time in seconds since 1970; fractions are allowed (RFC 7519 §2).
    func seconds(_ name: String) -> Int64? {
        if case .fraction(let number)? = claims[name] {
            return Int64(exactly: number.rounded(.down))
        }
        return claims[name]?.number.map { Int64($0) }
    }

    /// Whether the claims name this audience, alone or among others.
    func isMeant(for audience: String) -> Bool {
        if text("aud") == audience { return true }
        return claims["aud"]?.elements?.contains(.string(audience)) == true
    }
}
