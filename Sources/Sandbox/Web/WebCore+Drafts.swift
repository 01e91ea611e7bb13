internal import Synchronization

extension WebCore {
    /// The largest attachment a plain request carries; larger ones are uploaded by ranges.
    static let smallAttachment = 3 << 20
    /// The largest attachment that can be uploaded.
    static let largestAttachment = 150 << 20
    /// Seconds an upload may take.
    static let uploadLifetime = 7 * 86_400

    /// `POST …/messages`.
    func createDraft(_ exchange: GraphExchange) throws(GraphError) -> WebAnswer {
        let draft = try draft(of: exchange, isWrapped: false)
        let id = Self.itemIdentifier(identifier())
        try change { book throws(GraphError) in try book.keep(draft, as: id) }
        return .json(201, Self.json(draft, id))
    }

    /// `GET …/messages/{id}`.
    func readDraft(_ id: String, _ exchange: GraphExchange) throws(GraphError) -> WebAnswer {
        let draft = try read { book throws(GraphError) in
            try book.draft(id, of: exchange.caller.mailbox)
        }
        return .json(200, Self.json(draft, id))
    }

    /// `DELETE …/messages/{id}`.
    func deleteDraft(_ id: String, _ exchange: GraphExchange) throws(GraphError) -> WebAnswer {
        try change { book throws(GraphError) in
            _ = try book.draft(id, of: exchange.caller.mailbox)
            book.remove(id)
        }
        return WebAnswer(204)
    }

    /// `POST …/messages/{id}/attachments`.
    func addAttachment(_ id: String, _ exchange: GraphExchange) throws(GraphError) -> WebAnswer {
        guard let value = JSONReader.value(of: exchange.ask.body) else {
            throw .malformed("Unable to read JSON request payload.")
        }
        let attachment = try GraphMessage.attachment(value)
        guard attachment.octets.count < Self.smallAttachment else { throw .attachmentTooLarge }
        try change { book throws(GraphError) in
            var draft = try book.draft(id, of: exchange.caller.mailbox)
            draft.attachments.append(attachment)
            try book.keep(draft, as: id)
        }
        return .json(
            201,
            .members([
                ("@odata.type", "#microsoft.graph.fileAttachment"),
                ("id", .string(Self.itemIdentifier(identifier()))),
                ("name", .string(attachment.name)),
                ("size", .integer(attachment.octets.count)),
            ])
        )
    }

    /// `POST …/messages/{id}/attachments/createUploadSession`.
    func createUpload(_ id: String, _ exchange: GraphExchange) throws(GraphError) -> WebAnswer {
        guard let item = JSONReader.value(of: exchange.ask.body)?["AttachmentItem"],
            item["attachmentType"]?.text?.lowercased() == "file",
            let name = item["name"]?.text, let size = item["size"]?.number
        else { throw .malformed("The AttachmentItem has no attachmentType, name or size.") }
        guard size >= Self.smallAttachment else { throw .attachmentTooSmall }
        guard size <= Self.largestAttachment else { throw .attachmentTooLarge }
        let expires = exchange.now.advanced(by: .seconds(Self.uploadLifetime))
        let upload = GraphUpload(
            draft: id,
            account: exchange.caller.account,
            name: name,
            type: item["contentType"]?.text ?? "application/octet-stream",
            size: size,
            expires: expires
        )
        let token = identifier() + identifier()
        try change { book throws(GraphError) in
            _ = try book.draft(id, of: exchange.caller.mailbox)
            try book.keep(upload, as: token)
        }
        return .json(
            201,
            .members([
                (
                    "uploadUrl",
                    .string("\(exchange.ask.origin)/api/upload/\(token)?authtoken=\(token)")
                ),
                ("expirationDateTime", .string(expires.internetTime)),
                ("nextExpectedRanges", ["0-"]),
            ])
        )
    }

    /// Answers the pre-authenticated address of an upload.
    func uploadAnswer(
        _ ask: WebAsk,
        _ body: @Sendable () async throws -> [UInt8]
    ) async throws -> WebAnswer {
        let id = identifier()
        let now = tenant.now
        do {
            guard ask.header("authorization") == nil else { throw GraphError.uploadAuthorized }
            let token = ask.path[2]
            let upload = try change { book throws(GraphError) in try book.upload(token, at: now) }
            var ask = ask
            switch ask.method {
            case "PUT":
                ask.body = try await body()
                return try receive(ask, token, upload, id, now)
            case "DELETE":
                book.withLock { $0.graph.cancel(token) }
                return WebAnswer(204)
            case "GET":
                return .json(200, Self.progress(upload.octets.count, upload.expires))
            default: throw GraphError.methodNotAllowed
            }
        } catch let error as GraphError {
            return refuse(error, id, now)
        }
    }

    private func receive(
        _ ask: WebAsk,
        _ token: String,
        _ upload: GraphUpload,
        _ id: String,
        _ now: SandboxTime
    ) throws(GraphError) -> WebAnswer {
        guard ask.body.count <= limits.requestOctets else { throw .requestTooLarge }
        guard let range = GraphUpload.Range(ask.header("content-range"), ask.body) else {
            throw .rangeInvalid
        }
        let limits = limits
        let next = try change { book throws(GraphError) in
            try book.upload(range.octets.count, upload.account, limits, at: now)
            return try book.append(range, to: token)
        }
        var answer: WebAnswer
        if let next {
            answer = .json(200, Self.progress(next, upload.expires))
        } else {
            let address = "\(ask.origin)/api/attachments/\(Self.itemIdentifier(identifier()))"
            answer = WebAnswer(201, [("Location", address)])
        }
        answer.fields += Self.graphFields(id)
        return answer
    }

    private static func progress(_ next: Int, _ expires: SandboxTime) -> JSONValue {
        .members([
            ("expirationDateTime", .string(expires.internetTime)),
            ("nextExpectedRanges", [.string("\(next)-")]),
        ])
    }

    private static func json(_ draft: GraphDraft, _ id: String) -> JSONValue {
        let fields = MailFields(draft.content)
        return .members([
            ("id", .string(id)),
            ("isDraft", .bool(true)),
            ("subject", .string(fields.texts("subject").first ?? "")),
            ("internetMessageId", .string(fields.texts("message-id").first ?? "")),
            ("hasAttachments", .bool(!draft.attachments.isEmpty)),
        ])
    }

    /// An id such as Exchange gives to its items: long, and with characters that want encoding.
    private static func itemIdentifier(_ identifier: String) -> String {
        "AAMkAD\(WebBase64.encode(Array(identifier.utf8)).replacing("=", with: ""))AAA="
    }
}
