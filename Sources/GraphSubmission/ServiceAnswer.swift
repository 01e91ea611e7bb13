internal import FoundationEssentials
internal import SafeText
internal import Submission
internal import WebClient

/// What a response of Microsoft Graph says, as far as it can be told.
///
/// Proxies answer in its place, with HTML or nothing: whatever cannot be read is left out.
struct ServiceAnswer {
    private let response: WebResponse
    private let error: ErrorBody.Content?

    init(_ response: WebResponse) {
        self.response = response
        let isRefusal = response.status >= 300
        error = isRefusal ? ErrorBody.read(response.body)?.error : nil
    }

    var status: Int { response.status }

    /// Whether the message was accepted: `202` alone says so.
    var isAcceptance: Bool { status == 202 }

    /// Whether it is the service that answered, and not something between.
    var isGenuine: Bool { !requestID.isEmpty || error?.code?.isEmpty == false }

    /// The id that Microsoft's support asks for.
    var requestID: String {
        bounded(response.header("request-id") ?? error?.innerError?.requestID ?? "", 64)
    }

    /// The acceptance as a reply that names the request.
    var reply: Reply? {
        guard let code = ReplyCode(status) else { return nil }
        let id = requestID.isEmpty ? "" : " [request-id \(requestID)]"
        return Reply(code, lines: ["Accepted by Microsoft Graph\(id)"])
    }

    /// The refusal; `mailbox` is the message's own, where it has one.
    func refusal(mailbox: String, now: Int) -> ServiceRefusal {
        ServiceRefusal(
            status: status,
            code: bounded(error?.code ?? "", 80),
            message: message,
            retryAfter: RetryAfter.read(response.header("retry-after"), now: now),
            requestID: requestID,
            mailbox: mailbox
        )
    }

    private var message: String {
        if let message = error?.message { return bounded(message, Self.maximumCharacters) }
        if (200...299).contains(status) {
            return "the service answered \(status) instead of 202 and sent nothing"
        }
        if let type = response.header("content-type"), !response.body.isEmpty {
            return "the answer is \(bounded(type, 60)) and not the service's own"
        }
        return ""
    }

    private static let maximumCharacters = 300

    private func bounded(_ text: String, _ limit: Int) -> String {
        let short = text.unicodeScalars.prefix(limit)
        let isWhole = short.endIndex == text.unicodeScalars.endIndex
        return SafeText.line(String(String.UnicodeScalarView(short))) + (isWhole ? "" : "…")
    }
}

/// The body of a refusal; every part may be missing or of another type.
struct ErrorBody: Decodable {
    /// What is said of the error.
    struct Content: Decodable {
        var code: String?
        var message: String?
        var innerError: Inner?

        private enum CodingKeys: String, CodingKey { case code, message, innerError, innererror }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            code = try? values.decode(String.self, forKey: .code)
            message = try? values.decode(String.self, forKey: .message)
            innerError =
                (try? values.decode(Inner.self, forKey: .innerError))
                ?? (try? values.decode(Inner.self, forKey: .innererror))
        }
    }

    /// Where the ids of the request stand.
    struct Inner: Decodable {
        var requestID: String?

        private enum CodingKeys: String, CodingKey { case requestID = "request-id" }
    }

    var error: Content

    /// Reads a body; `nil` for what is not such JSON or longer than any refusal.
    static func read(_ body: [UInt8]) -> ErrorBody? {
        guard body.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), body.count <= maximumOctets
        else { return nil }
        return try? JSONDecoder().decode(ErrorBody.self, from: Data(body))
    }

    private static let maximumOctets = 65_536
}
