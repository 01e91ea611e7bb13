/// What Graph remembers: how much each application asked of each mailbox, drafts and uploads.
struct GraphBook: Sendable {
    /// What one application did to one mailbox.
    private struct Account: Sendable {
        var requests = RollingWindow(seconds: 600)
        var uploads = RollingWindow(seconds: 300)
        var atOnce = 0
    }

    /// How much all drafts may hold, and how many there may be.
    static let draftOctets = 600 << 20
    static let mostDrafts = 1000
    /// How many pairs of application and mailbox are told apart.
    static let mostAccounts = 10_000

    private var accounts: [String: Account] = [:]
    private var drafts: [String: GraphDraft] = [:]
    private var uploads: [String: GraphUpload] = [:]
    /// The most requests there ever were at once, of one application for one mailbox.
    private(set) var mostAtOnce = 0
    /// Requests that are being answered.
    private(set) var now = 0

    /// Begins a request.
    ///
    /// - Throws: ``GraphError/throttled(_:)``; the request has not begun then.
    mutating func begin(
        _ key: String,
        _ limits: Rehearsal.Graph,
        at time: SandboxTime
    ) throws(GraphError) {
        if accounts[key] == nil, accounts.count >= Self.mostAccounts {
            accounts = accounts.filter { $0.value.atOnce > 0 }
        }
        var account = accounts[key] ?? Account()
        defer { accounts[key] = account }
        account.requests.add(1, at: time)
        mostAtOnce = max(mostAtOnce, account.atOnce + 1)
        if let most = limits.requestsAtOnce, account.atOnce >= most {
            throw .throttled(.concurrency)
        }
        if let most = limits.requests, account.requests.total(at: time) > most {
            throw .throttled(.requests)
        }
        account.atOnce += 1
        now += 1
    }

    /// Ends a request that has begun.
    mutating func end(_ key: String) {
        accounts[key]?.atOnce -= 1
        now -= 1
    }

    /// Counts octets that were uploaded.
    ///
    /// - Throws: ``GraphError/throttled(_:)``.
    mutating func upload(
        _ octets: Int,
        _ key: String,
        _ limits: Rehearsal.Graph,
        at time: SandboxTime
    ) throws(GraphError) {
        var account = accounts[key] ?? Account()
        defer { accounts[key] = account }
        if let most = limits.uploadOctets, account.uploads.total(at: time) + octets > most {
            throw .throttled(.upload)
        }
        account.uploads.add(octets, at: time)
    }
}

extension GraphBook {
    /// Keeps a draft under an id.
    ///
    /// - Throws: ``GraphError/quotaExceeded`` when drafts hold too much already.
    mutating func keep(_ draft: GraphDraft, as id: String) throws(GraphError) {
        let others = drafts.filter { $0.key != id }
        let octets = others.values.reduce(0) { $0 + $1.octets } + draft.octets
        guard others.count < Self.mostDrafts, octets <= Self.draftOctets else {
            throw .quotaExceeded
        }
        drafts[id] = draft
    }

    /// The draft of a mailbox with an id.
    ///
    /// - Throws: ``GraphError/itemMissing``.
    func draft(_ id: String, of mailbox: String) throws(GraphError) -> GraphDraft {
        guard let draft = drafts[id], draft.mailbox == mailbox else { throw .itemMissing }
        return draft
    }

    /// Forgets a draft and what is being uploaded to it.
    mutating func remove(_ id: String) {
        drafts[id] = nil
        uploads = uploads.filter { $0.value.draft != id }
    }

    /// Begins an upload.
    mutating func keep(_ upload: GraphUpload, as token: String) throws(GraphError) {
        guard uploads.count < Self.mostDrafts else { throw .quotaExceeded }
        uploads[token] = upload
    }

    /// The upload of a token that has not expired.
    ///
    /// - Throws: ``GraphError/itemMissing``.
    mutating func upload(_ token: String, at now: SandboxTime) throws(GraphError) -> GraphUpload {
        uploads = uploads.filter { $0.value.expires > now }
        guard let upload = uploads[token] else { throw .itemMissing }
        return upload
    }

    /// Adds a range to an upload; a whole one becomes an attachment of its draft.
    ///
    /// - Returns: The next octet that is expected; `nil` when the attachment is whole.
    mutating func append(_ range: GraphUpload.Range, to token: String) throws(GraphError) -> Int? {
        guard var upload = uploads[token], var draft = drafts[upload.draft] else {
            throw .itemMissing
        }
        guard range.first == upload.octets.count, range.total == upload.size,
            range.last == range.first + range.octets.count - 1, range.last < upload.size
        else { throw .rangeInvalid }
        let held =
            drafts.values.reduce(0) { $0 + $1.octets }
            + uploads.values.reduce(0) { $0 + $1.octets.count }
        guard held + range.octets.count <= Self.draftOctets else { throw .quotaExceeded }
        // Nobody else may hold the octets while they grow, or each range would copy them all.
        uploads[token] = nil
        upload.octets += range.octets
        guard upload.octets.count == upload.size else {
            let next = upload.octets.count
            uploads[token] = upload
            return next
        }
        draft.attachments.append(
            GraphAttachment(name: upload.name, type: upload.type, octets: upload.octets)
        )
        drafts[upload.draft] = draft
        return nil
    }

    /// Forgets an upload.
    mutating func cancel(_ token: String) { uploads[token] = nil }
}

/// An attachment on its way in, by ranges.
struct GraphUpload: Sendable {
    /// One range, as `Content-Range` and the body give it.
    struct Range: Sendable {
        let first: Int
        let last: Int
        let total: Int
        let octets: [UInt8]

        /// Reads `bytes 0-99/1000` (RFC 9110 §14.4).
        init?(_ field: String?, _ octets: [UInt8]) {
            guard let field, field.lowercased().hasPrefix("bytes ") else { return nil }
            let numbers = field.dropFirst(6).split(omittingEmptySubsequences: false) {
                $0 == "-" || $0 == "/"
            }
            guard numbers.count == 3, let first = Int(numbers[0]), let last = Int(numbers[1]),
                let total = Int(numbers[2]), (0...1 << 40).contains(first),
                (first...1 << 40).contains(last)
            else { return nil }
            self.first = first
            self.last = last
            self.total = total
            self.octets = octets
        }
    }

    let draft: String
    let account: String
    let name: String
    let type: String
    let size: Int
    let expires: SandboxTime
    var octets: [UInt8] = []
}
