internal import FoundationEssentials
package import TLSEngine

/// The signed statement with which an application proves that it has its certificate's key
/// (RFC 7523 §3).
package enum ClientAssertion {
    /// How long a statement is good for, in seconds; ten minutes are the most that is accepted.
    private static let lifetime: Int64 = 540
    /// How far the clock of the token endpoint may be behind ours.
    private static let leeway: Int64 = 60

    /// What is signed: header and claims, each in base64url, with a dot between.
    ///
    /// The audience is the address of the token endpoint; `id` is a different one each time; `now`
    /// is in seconds since 1970.
    package static func signingInput(
        audience: String,
        clientID: String,
        certificateSHA256: [UInt8],
        id: String,
        now: Int64
    ) -> String {
        let header = JSONText.object([
            ("alg", .text("PS256")), ("typ", .text("JWT")),
            ("x5t#S256", .text(Base64URL.encode(certificateSHA256))),
        ])
        let claims = JSONText.object([
            ("aud", .text(audience)), ("iss", .text(clientID)), ("sub", .text(clientID)),
            ("jti", .text(id)), ("nbf", .number(now - leeway)), ("iat", .number(now)),
            ("exp", .number(now + lifetime)),
        ])
        return Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
    }

    /// The whole statement, signed with the certificate's key as `PS256`.
    package static func make(
        audience: String,
        clientID: String,
        signer: CertificateSigner,
        id: String,
        now: Int64
    ) throws(TLSError) -> String {
        let input = signingInput(
            audience: audience,
            clientID: clientID,
            certificateSHA256: signer.facts.sha256,
            id: id,
            now: now
        )
        return input + "." + Base64URL.encode(try signer.ps256(Array(input.utf8)))
    }
}

/// Base64 with the alphabet for URLs and without padding (RFC 4648 §5).
enum Base64URL {
    /// Encodes octets.
    static func encode(_ octets: [UInt8]) -> String {
        Data(octets).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Decodes text, or returns `nil` where it is not base64.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let plain = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        return Data(base64Encoded: plain + padding).map(Array.init)
    }
}
