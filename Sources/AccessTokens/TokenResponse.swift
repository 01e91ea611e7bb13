internal import SafeText
package import WebClient

/// A token as an endpoint gave it (RFC 6749 §5.1).
package struct TokenResponse: Hashable, Sendable {
    package var accessToken: String
    /// Seconds from now on; where only a date was given, seconds from `now` until then.
    package var lifetime: Int64
    /// After how many seconds the endpoint would like to be asked again.
    package var refreshIn: Int64?
    package var refreshToken: String?

    /// The longest lifetime that is believed: a day and a bit, as of managed identities.
    private static let longest: Int64 = 172_800
    private static let maximumTokenOctets = 65_536

    /// What a response of a token endpoint says.
    package enum Answer: Hashable, Sendable {
        case token(TokenResponse)
        case refusal(TokenRefusal)
        /// Neither; the phrase says what is wrong with it.
        case malformed(String)
    }

    /// Reads a response; `now` is in seconds since 1970.
    package static func read(_ response: WebResponse, now: Int64) -> Answer {
        guard let document = JSONNode.read(response.body) else {
            return response.status == 200
                ? .malformed("is not JSON")
                : .refusal(TokenRefusal(response, JSONNode.null))
        }
        guard response.status == 200 else { return .refusal(TokenRefusal(response, document)) }
        guard let token = document["access_token"]?.text else {
            return document["error"] == nil
                ? .malformed("has no token") : .refusal(TokenRefusal(response, document))
        }
        guard token.utf8.count <= maximumTokenOctets, token.utf8.allSatisfy(isTokenOctet) else {
            return .malformed("has a token that cannot be one")
        }
        // Three quarters of an hour where nothing is said: RFC 6749 only recommends to say it.
        let date = document["expires_on"]?.count.map { max(0, $0 - min($0, now)) }
        let lifetime = document["expires_in"]?.count ?? date ?? 2_700
        return .token(
            TokenResponse(
                accessToken: token,
                lifetime: min(lifetime, longest),
                refreshIn: document["refresh_in"]?.count,
                refreshToken: refreshToken(document)
            )
        )
    }

    private static func refreshToken(_ document: JSONNode) -> String? {
        document["refresh_token"]?.text.flatMap { token in
            token.utf8.count <= maximumTokenOctets && token.utf8.allSatisfy(isTokenOctet)
                ? token : nil
        }
    }

    /// Visible ASCII: the token stands in headers and in SASL messages.
    private static func isTokenOctet(_ octet: UInt8) -> Bool { (0x21...0x7E).contains(octet) }
}

/// A refusal of a token endpoint (RFC 6749 §5.2), with what Microsoft adds.
package struct TokenRefusal: Error, Hashable, Sendable {
    package var status: Int
    /// The word of the standard, such as `invalid_client`; empty where there is none.
    package var error: String
    /// Microsoft's numbers, without `AADSTS`.
    package var codes: [Int]
    /// The first line of the description, shortened and made harmless.
    package var description: String
    package var traceID: String
    package var correlationID: String
    package var timestamp: String
    /// Seconds the endpoint asks to wait (RFC 9110 §10.2.3).
    package var retryAfter: Int64?

    /// Reads a refusal from a response and its JSON.
    init(_ response: WebResponse, _ document: JSONNode) {
        status = response.status
        let text = document["error_description"]?.text ?? document["message"]?.text ?? ""
        error = Self.short(document["error"]?.text ?? document["error"]?["code"]?.text ?? "", 60)
        codes = Self.codes(document["error_codes"], text)
        description = Self.short(text.prefix { !$0.isNewline }, 300)
        traceID = Self.short(document["trace_id"]?.text ?? Self.after("Trace ID: ", text), 60)
        correlationID = Self.short(
            document["correlation_id"]?.text ?? Self.after("Correlation ID: ", text),
            60
        )
        timestamp = Self.short(
            document["timestamp"]?.text ?? Self.after("Timestamp: ", text),
            40
        )
        retryAfter = response.header("retry-after").flatMap { Int64($0) }
            .flatMap { $0 < 0 ? nil : min($0, 86_400) }
    }

    /// The refusal of a code that nobody entered in time, which the clock may notice first.
    init(expired: Void) {
        self.init(WebResponse(status: 400), .object(["error": .text("expired_token")]))
    }

    private static func codes(_ list: JSONNode?, _ text: String) -> [Int] {
        if case .array(let nodes)? = list {
            let codes = nodes.prefix(8).compactMap { $0.count.flatMap { Int(exactly: $0) } }
            if !codes.isEmpty { return codes }
        }
        guard let start = text.firstRange(of: "AADSTS") else { return [] }
        let digits = text[start.upperBound...].prefix { $0.isASCII && $0.isNumber }
        return Int(digits).map { [$0] } ?? []
    }

    private static func after(_ label: String, _ text: String) -> String {
        guard let range = text.firstRange(of: label) else { return "" }
        let rest = text[range.upperBound...].prefix { !$0.isNewline }
        // In one line the next label follows.
        let end = [" Correlation ID:", " Timestamp:", " Trace ID:"]
            .compactMap { rest.firstRange(of: $0)?.lowerBound }.min()
        return String(rest[..<(end ?? rest.endIndex)])
    }

    private static func short(_ text: some StringProtocol, _ limit: Int) -> String {
        SafeText.line(text.prefix(limit))
    }
}
