package import WebClient

/// The forms of requests to the token endpoint (RFC 6749 §4.4, §6; RFC 7523 §2.2; RFC 8628 §3).
package enum TokenRequest {
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    private static let deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

    /// What an application proves itself with.
    package enum Proof: Hashable, Sendable {
        case secret(String)
        /// A signed statement, our own or the platform's.
        case assertion(String)
    }

    /// Asks for a token in the application's own name (RFC 6749 §4.4).
    package static func application(
        url: String,
        clientID: String,
        scope: String,
        proof: Proof
    ) -> WebRequest {
        var fields = [
            ("grant_type", "client_credentials"), ("client_id", clientID), ("scope", scope),
        ]
        switch proof {
        case .secret(let secret): fields.append(("client_secret", secret))
        case .assertion(let assertion):
            fields.append(("client_assertion_type", assertionType))
            fields.append(("client_assertion", assertion))
        }
        return post(url, fields)
    }

    /// Asks for a token in a person's name, from a refresh token (RFC 6749 §6).
    package static func refresh(
        url: String,
        clientID: String,
        scope: String,
        refreshToken: String
    ) -> WebRequest {
        post(
            url,
            [
                ("grant_type", "refresh_token"), ("client_id", clientID), ("scope", scope),
                ("refresh_token", refreshToken),
            ]
        )
    }

    /// Asks for the code that a person types in (RFC 8628 §3.1).
    package static func deviceCode(url: String, clientID: String, scope: String) -> WebRequest {
        post(url, [("client_id", clientID), ("scope", scope)])
    }

    /// Asks whether the person has signed in (RFC 8628 §3.4).
    package static func devicePoll(url: String, clientID: String, deviceCode: String) -> WebRequest
    {
        post(
            url,
            [("grant_type", deviceGrant), ("client_id", clientID), ("device_code", deviceCode)]
        )
    }

    private static func post(_ url: String, _ fields: [(String, String)]) -> WebRequest {
        let form = fields.map { "\($0)=\(FormText.encode($1))" }.joined(separator: "&")
        return WebRequest(
            method: "POST",
            url: url,
            headers: [
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Accept", "application/json"),
            ],
            body: .octets(Array(form.utf8))
        )
    }
}

/// Text inside forms and query strings.
enum FormText {
    /// Encodes all but the unreserved octets of RFC 3986 §2.3.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var octets: [UInt8] = []
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                octets.append(octet)
            default:
                octets += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
