internal import FoundationEssentials
internal import Submission
internal import Synchronization
internal import WebClient

/// The requests by which a draft comes to be, is filled and sent.
final class DraftService: Sendable {
    private let connection: GraphConnection
    private let mailbox: String
    private let ownMailbox: String
    private let token = Mutex<AccessToken?>(nil)

    /// Octets of one range of an upload: a multiple of 320 KiB below 4 MB, as the service asks.
    static let rangeOctets = 8 * 320 * 1024

    init(_ connection: GraphConnection, mailbox: String, ownMailbox: String) {
        self.connection = connection
        self.mailbox = mailbox
        self.ownMailbox = ownMailbox
    }

    private var route: GraphRoute { connection.route }

    /// Creates a draft and returns its id.
    func create(_ message: String) async throws(StepFailed) -> String {
        guard message.utf8.count <= largestBody else {
            throw StepFailed(
                .unsuitable(
                    reason: "The message's text and recipients are too large for one request to"
                        + " Microsoft Graph.",
                    advice: "Use a route with SMTP for this message."
                )
            )
        }
        let response = try await call("creating the draft", "POST", "", [201]) {
            .octets(Array(message.utf8))
        }
        guard let id = Self.read(DraftID.self, response)?.id, !id.isEmpty, id.utf8.count <= 1024
        else { throw Self.senseless("creating the draft") }
        return id
    }

    /// Begins to attach a part of a known size.
    func begin(
        _ leaf: DraftOutline.Leaf,
        _ number: Int,
        _ draft: String
    ) async throws(StepFailed) -> AttachmentUpload {
        let (head, tail) = DraftText.attachment(leaf, number: number)
        let octets = MimeEncoder.encodedOctets(leaf.octets) + head.utf8.count + tail.utf8.count
        if octets <= largestBody {
            return AttachmentUpload(self, leaf.octets, .whole(draft: draft, head: head, tail: tail))
        }
        let path = "/\(percentEncoded(draft))/attachments/createUploadSession"
        let session = DraftText.uploadSession(leaf, number: number)
        let response = try await call("beginning an upload", "POST", path, [200, 201]) {
            .octets(Array(session.utf8))
        }
        guard let url = Self.read(UploadSession.self, response)?.uploadUrl, isTrusted(url) else {
            throw Self.senseless("beginning an upload")
        }
        return AttachmentUpload(self, leaf.octets, .ranges(url: url))
    }

    /// Attaches a part in one request.
    func attach(
        _ content: [UInt8],
        draft: String,
        head: String,
        tail: String
    ) async throws(StepFailed) {
        let path = "/\(percentEncoded(draft))/attachments"
        _ = try await call("attaching a part", "POST", path, [200, 201]) {
            AttachmentBody(head: head, content: content, tail: tail).body
        }
    }

    /// Uploads a range; the address is a secret of its own, and no token goes there.
    func upload(
        _ octets: [UInt8],
        at start: Int,
        of total: Int,
        to url: String
    ) async throws(StepFailed) {
        let range = "bytes \(start)-\(start + octets.count - 1)/\(total)"
        let request = WebRequest(
            method: "PUT",
            url: url,
            headers: [
                (name: "Content-Type", value: "application/octet-stream"),
                (name: "Content-Range", value: range),
            ],
            body: .octets(octets),
            timeout: route.timeout
        )
        let response = try await response(to: request)
        guard [200, 201, 202].contains(response.status) else {
            throw refused(response, "uploading a part")
        }
    }

    /// Sends the draft: the only step of which nobody may know how it ended.
    func send(_ draft: String) async throws(StepFailed) -> Reply {
        let path = "/\(percentEncoded(draft))/send"
        let response = try await call("sending the draft", "POST", path, [202], isFinal: true) {
            .none
        }
        guard let reply = ServiceAnswer(response).reply else {
            throw Self.senseless("sending the draft")
        }
        return reply
    }

    /// Deletes a draft that is not sent, by itself and without telling how that ended: an attempt
    /// that failed has nothing to wait for.
    func deleteLater(_ draft: String) {
        Task {
            _ = try? await call("deleting the draft", "DELETE", "/\(percentEncoded(draft))", [204])
            { .none }
        }
    }
}

extension DraftService {
    private var largestBody: Int { route.maximumRequestOctets - GraphRoute.headerOctets }

    /// Carries out one request, once more with a new token where the first is refused.
    private func call(
        _ step: String,
        _ method: String,
        _ path: String,
        _ good: Set<Int>,
        isFinal: Bool = false,
        _ body: () -> WebRequest.Body
    ) async throws(StepFailed) -> WebResponse {
        let url = route.endpoint.url(ofUser: mailbox, "/messages\(path)")
        var current = try await currentToken(renew: false)
        for isSecond in [false, true] {
            let body = body()
            let type: String? = if case .none = body { nil } else { "application/json" }
            let request = connection.request(method, url, token: current, type: type, body: body)
            let response = try await response(to: request, isFinal: isFinal)
            if good.contains(response.status) { return response }
            guard response.status == 401 else { throw refused(response, step) }
            let refusal = ServiceAnswer(response).refusal(mailbox: ownMailbox, now: route.now())
            if isSecond { throw StepFailed(.refused(current, refusal)) }
            current = try await currentToken(renew: true)
        }
        throw Self.senseless(step)
    }

    private func currentToken(renew: Bool) async throws(StepFailed) -> AccessToken {
        if !renew, let token = token.withLock({ $0 }) { return token }
        switch await connection.token(renew: renew) {
        case .failure(let error): throw StepFailed(.credentials(error))
        case .success(let fresh):
            token.withLock { $0 = fresh }
            return fresh
        }
    }

    private func response(
        to request: WebRequest,
        isFinal: Bool = false
    ) async throws(StepFailed) -> WebResponse {
        switch await connection.send(request) {
        case .success(let response): return response
        case .failure(let error):
            let isUncertain = isFinal && error.fate == .unanswered
            let failure = Failure(
                error,
                at: isFinal ? .endOfData : .content,
                timeout: route.timeout
            )
            throw StepFailed(end: isUncertain ? .uncertain(failure) : .failed(failure))
        }
    }

    private func refused(_ response: WebResponse, _ step: String) -> StepFailed {
        let answer = ServiceAnswer(response)
        guard answer.status >= 300 else { return Self.senseless(step) }
        var refusal = answer.refusal(mailbox: ownMailbox, now: route.now())
        refusal.message = "\(refusal.message) (while \(step))"
        return StepFailed(.serviceRefused(refusal))
    }

    private static func senseless(_ step: String) -> StepFailed {
        StepFailed(
            .protocolViolation(.content, detail: "the answer makes no sense while \(step)")
        )
    }

    /// Whether a message may be uploaded there.
    private func isTrusted(_ url: String) -> Bool {
        guard let address = WebAddress(url), url.utf8.count <= 8192, isPlain(url),
            address.isSecure || !route.endpoint.isSecure && address.isLoopback
        else { return false }
        if address.host == route.endpoint.host { return true }
        return route.uploadHosts.contains {
            $0.hasPrefix(".") ? address.host.hasSuffix($0) : address.host == $0
        }
    }

    private static func read<Value: Decodable>(
        _ type: Value.Type,
        _ response: WebResponse
    ) -> Value? {
        try? JSONDecoder().decode(type, from: Data(response.body))
    }
}

private struct DraftID: Decodable {
    var id: String
}

private struct UploadSession: Decodable {
    var uploadUrl: String
}
