/// What a request to Graph wants, and of which mailbox.
struct GraphRequest: Hashable, Sendable {
    /// What is to be done.
    enum Operation: Hashable, Sendable {
        case sendMail
        case createMessage
        case readMessage(String)
        case deleteMessage(String)
        case addAttachment(String)
        case createUpload(String)
        case sendMessage(String)

        /// Whether `Mail.Send` is needed, and not `Mail.ReadWrite`.
        var isSending: Bool {
            switch self {
            case .sendMail, .sendMessage: true
            case .createMessage, .readMessage, .deleteMessage, .addAttachment, .createUpload: false
            }
        }
    }

    /// The id or address of the path; `nil` for `/me`.
    let user: String?
    let operation: Operation

    /// Reads method and path.
    ///
    /// - Throws: ``GraphError``.
    init(_ ask: WebAsk) throws(GraphError) {
        var path = ask.path.dropFirst()
        switch path.popFirst() {
        case "me": user = nil
        case "users":
            guard let name = path.popFirst() else { throw .noSuchAddress }
            user = name
        default: throw .noSuchAddress
        }
        // The mail folder makes no difference to a draft.
        if path.first?.lowercased() == "mailfolders" { path = path.dropFirst(2) }
        operation = try Self.operation(ask.method, Array(path))
    }

    private static func operation(
        _ method: String,
        _ path: [String]
    ) throws(GraphError) -> Operation {
        let words = path.map { $0.lowercased() }
        let id = path.count > 1 ? path[1] : ""
        switch (path.count, words.first, words.last) {
        case (1, "sendmail", _): return try only("POST", method, .sendMail)
        case (1, "messages", _): return try only("POST", method, .createMessage)
        case (2, "messages", _):
            if method == "GET" { return .readMessage(id) }
            return try only("DELETE", method, .deleteMessage(id))
        case (3, "messages", "send"): return try only("POST", method, .sendMessage(id))
        case (3, "messages", "attachments"):
            return try only("POST", method, .addAttachment(id))
        case (4, "messages", "createuploadsession") where words[2] == "attachments":
            return try only("POST", method, .createUpload(id))
        default: throw .noSuchAddress
        }
    }

    private static func only(
        _ wanted: String,
        _ method: String,
        _ operation: Operation
    ) throws(GraphError) -> Operation {
        guard method == wanted else { throw .methodNotAllowed }
        return operation
    }
}

/// Who asks Graph, and for which mailbox.
struct GraphCaller: Sendable {
    /// The application, or what stands for one that the tenant does not know.
    let client: String
    /// The mailbox's primary address.
    let mailbox: String
    let submitter: Submitter

    /// Under which name requests are counted.
    var account: String { "\(client) \(mailbox)" }
}

extension GraphCaller {
    /// Checks a token and its rights to a mailbox.
    ///
    /// - Throws: ``GraphError``.
    static func judge(
        _ token: String?,
        _ request: GraphRequest,
        _ tenant: TenantAccess,
        _ key: SigningKey,
        at now: SandboxTime
    ) throws(GraphError) -> GraphCaller {
        guard let token else { throw .tokenMissing }
        let rehearsal = tenant.rehearsal
        if rehearsal.universalTokens.contains(token) {
            guard let user = request.user else { throw .notDelegated }
            let mailbox = try anyMailbox(user, rehearsal)
            let isKnown = rehearsal.mailbox(mailbox) != nil
            return GraphCaller(
                client: "(universal)",
                mailbox: mailbox,
                submitter: Submitter(kind: isKnown ? .mailbox : .anybody, name: mailbox)
            )
        }
        let grant = try grant(token, tenant, key, at: now)
        guard grant.audience == .graph else { throw .tokenAudience }
        let mailbox = try mailbox(request.user ?? grant.user, grant, rehearsal)
        try checkRights(grant, request, mailbox, rehearsal)
        return GraphCaller(
            client: grant.clientID,
            mailbox: mailbox.address,
            submitter: Submitter(kind: .mailbox, name: mailbox.address)
        )
    }

    /// What the tenant remembers of a token, or why it is good for nothing.
    private static func grant(
        _ token: String,
        _ tenant: TenantAccess,
        _ key: SigningKey,
        at now: SandboxTime
    ) throws(GraphError) -> AccessGrant {
        if let grant = tenant.grant(of: token, at: now) { return grant }
        guard let parts = WebToken(token) else { throw .tokenMalformed }
        guard key.hasSigned(parts) else { throw .tokenSignature }
        // Revoked tokens are told apart from expired ones by nobody.
        throw .tokenExpired
    }

    private static func anyMailbox(
        _ user: String,
        _ rehearsal: Rehearsal
    ) throws(GraphError) -> String {
        if let mailbox = rehearsal.mailbox(user) { return mailbox.address }
        guard let address = SandboxAddress(user) else { throw .userInvalid(user) }
        return address.text.lowercased()
    }

    /// The mailbox of a path; Graph knows no aliases.
    private static func mailbox(
        _ user: String?,
        _ grant: AccessGrant,
        _ rehearsal: Rehearsal
    ) throws(GraphError) -> Rehearsal.Mailbox {
        guard let user = user?.lowercased() else { throw .notDelegated }
        if rehearsal.highVolumeAccount(user) != nil { throw .mailboxMissing }
        let found = rehearsal.mailboxes.first {
            $0.address == user || StableIdentifier.of("person \($0.address)") == user
        }
        guard let found, rehearsal.organisation(of: found.address)?.id == grant.tenantID else {
            throw .userInvalid(user)
        }
        return found
    }

    private static func checkRights(
        _ grant: AccessGrant,
        _ request: GraphRequest,
        _ mailbox: Rehearsal.Mailbox,
        _ rehearsal: Rehearsal
    ) throws(GraphError) {
        let isSending = request.operation.isSending
        if let user = grant.user {
            let right = isSending ? "Mail.Send" : "Mail.ReadWrite"
            let isAllowed =
                user == mailbox.address
                ? grant.scopes.contains(right) : grant.scopes.contains("\(right).Shared")
            guard isAllowed else { throw .accessDenied }
            return
        }
        guard let application = rehearsal.application(grant.clientID) else { throw .accessDenied }
        let isAllowed =
            isSending ? application.maySend(from: mailbox) : application.mayWrite(to: mailbox)
        guard isAllowed else {
            let scope =
                isSending ? application.rights.mailSendScope : application.rights.mailReadWriteScope
            throw scope.isEmpty ? .accessDenied : .outOfScope
        }
    }
}
