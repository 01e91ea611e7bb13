/// One HTTP request with its whole body.
struct WebAsk: Sendable {
    /// In upper case.
    var method: String
    /// The segments between the slashes, decoded.
    var path: [String]
    /// What follows the question mark.
    var query: FormFields
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
    /// Whether the request came over TLS.
    var isSecure: Bool

    /// A field by its name in lower case.
    func header(_ name: String) -> String? { headers[name] }

    /// The media type of the body in lower case, without its parameters.
    var mediaType: String? {
        header("content-type").map { value in
            String(value.prefix { $0 != ";" }).lowercased().filter { $0 != " " && $0 != "\t" }
        }
    }

    /// The body as a form, or `nil` when it is none.
    var form: FormFields? {
        guard mediaType == "application/x-www-form-urlencoded" else { return nil }
        return String(validating: body, as: UTF8.self).flatMap { FormFields($0) }
    }

    /// The token of a bearer authorization (RFC 6750 §2.1).
    var bearer: String? {
        guard let value = header("authorization") else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}

/// One HTTP response, or what is done instead of one.
struct WebAnswer: Sendable {
    /// A field of the response.
    struct Field: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// What becomes of the connection.
    enum Ending: Hashable, Sendable {
        /// The response is sent.
        case sent
        /// The connection is cut without one.
        case cut
        /// None is ever sent; the client must give up.
        case silent
    }

    var status: Int
    var fields: [Field]
    var body: [UInt8]
    /// How long the server hesitates first.
    var delay: Duration?
    var ending = Ending.sent

    /// Creates a response.
    init(_ status: Int, _ fields: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields.map { Field(name: $0.0, value: $0.1) }
        self.body = body
    }

    /// A response of JSON, which nobody may keep.
    static func json(
        _ status: Int,
        _ value: JSONValue,
        _ fields: [(String, String)] = []
    ) -> WebAnswer {
        WebAnswer(
            status,
            [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store")]
                + fields,
            body: Array(value.json.utf8)
        )
    }

    /// A response of one line of text.
    static func text(_ status: Int, _ text: String) -> WebAnswer {
        WebAnswer(status, [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// A field by its name in any case.
    func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
