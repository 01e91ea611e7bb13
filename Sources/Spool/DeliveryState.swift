/// The history of one message, kept only where there is one.
///
/// The happy path has none: a state begins with the first attempt that did not end in acceptance,
/// or with a name too long to keep.
package struct DeliveryState: Hashable, Sendable {
    /// The message.
    package let id: SpoolID
    /// The writer's name for the file, in full.
    package var originalName: FileName
    /// The folder below the drop folder it was claimed from, as octets, where it counts for something;
    /// else empty.
    package var folder: [UInt8] = []
    /// The file, to recognise it when it comes back; ``MessageSpool`` fills it in.
    package var identity: FileIdentity?
    /// Every attempt, or the first and the last of many.
    package var attempts = AttemptHistory()
    /// How many attempts ended without anybody knowing whether the server took the message.
    package var uncertainCount = 0
    /// Whether it was tried once more after a reply that suspends its sender the second time.
    package var wasOnceMore = false
    /// When the message is due again, in microseconds since 1970.
    ///
    /// Stored as the modification time of the state file and nowhere else, so a queue of deferred
    /// messages can be read without opening their states, and `touch` makes one due.
    package var nextAttempt: Int64 = 0
    /// Microseconds the message has waited while its route was not suspended.
    package var waited: Int64 = 0
    /// The recipients in the order of the envelope, once one has an outcome.
    package var recipients: [RecipientRecord] = []
    /// The last reply or failure, verbatim.
    package var lastReply = ""

    /// Creates the state of a message without history.
    package init(id: SpoolID, originalName: FileName) {
        self.id = id
        self.originalName = originalName
    }

    /// Creates the state of a message without history.
    package init(_ name: SpoolName) { self.init(id: name.id, originalName: name.original) }

    /// The name of the message in every folder.
    package var name: SpoolName { SpoolName(id: id, original: originalName) }
}

/// What recognises a file that comes back: the same inode, or the same content.
package struct FileIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    /// When the inode was made: a deleted file's inode is soon another file's.
    package var born: Int64
    /// Octets; a file of another size has another content, whatever it would take to read it.
    package var size: Int64
    /// SHA-256 of the content; empty where it could not be computed.
    package var digest: [UInt8]

    /// Creates an identity.
    package init(_ facts: FileFacts, digest: [UInt8]) {
        device = facts.device
        inode = facts.inode
        born = facts.born
        size = facts.size
        self.digest = digest
    }

    init(device: UInt64, inode: UInt64, born: Int64, size: Int64, digest: [UInt8]) {
        self.device = device
        self.inode = inode
        self.born = born
        self.size = size
        self.digest = digest
    }

    /// Whether this is the very file, whatever its content now.
    func isFile(_ facts: FileFacts) -> Bool {
        device == facts.device && inode == facts.inode && born == facts.born
    }
}

/// One attempt as the history remembers it.
package struct AttemptRecord: Hashable, Sendable {
    /// How an attempt ended.
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        case accepted, failed, uncertain
    }

    /// When it began, in microseconds since 1970.
    package var started: Int64
    /// How long it took, in microseconds.
    package var duration: Int64
    package var outcome: Outcome
    /// The route it went by.
    package var route: String
    /// Host, address and TLS version.
    package var peer: String
    /// What happened, in lines: a sentence, then replies word for word.
    package var detail: String
    /// What happened, on one line.
    package var sentence: String {
        detail.split(separator: "\n").joined(separator: " ")
    }

    /// Creates a record.
    package init(
        started: Int64,
        duration: Int64,
        outcome: Outcome,
        route: String,
        peer: String,
        detail: String
    ) {
        self.started = started
        self.duration = duration
        self.outcome = outcome
        self.route = route
        self.peer = peer
        self.detail = detail
    }
}

/// Attempts in order: all of the first and all of the last, however many there were.
package struct AttemptHistory: Hashable, Sendable {
    /// How many records are kept of the beginning, and as many of the end.
    package static let kept = 20

    /// The first attempts.
    package private(set) var first: [AttemptRecord] = []
    /// The latest attempts that are not among ``first``.
    package private(set) var last: [AttemptRecord] = []
    /// All attempts, kept or not.
    package private(set) var count = 0

    /// Creates an empty history.
    package init() {}

    init?(count: Int, records: [AttemptRecord]) {
        guard count >= records.count, records.count <= 2 * Self.kept,
            records.count == min(count, 2 * Self.kept)
        else { return nil }
        self.count = count
        first = Array(records.prefix(Self.kept))
        last = Array(records.dropFirst(Self.kept))
    }

    /// The kept records in order.
    package var records: [AttemptRecord] { first + last }

    /// The latest attempt.
    package var latest: AttemptRecord? { last.last ?? first.last }

    /// Adds an attempt.
    package mutating func append(_ record: AttemptRecord) {
        if count < .max { count += 1 }
        if first.count < Self.kept {
            first.append(record)
        } else {
            if last.count == Self.kept { last.removeFirst() }
            last.append(record)
        }
    }
}

/// What is known of one recipient.
package struct RecipientRecord: Hashable, Sendable {
    /// What became of the recipient so far.
    package enum Outcome: Hashable, Sendable {
        /// Goes with the next attempt.
        case pending
        /// The server took responsibility; never offered again.
        case accepted(reply: String)
        /// The server refused for good.
        case refused(reply: String)
    }

    /// The address as the envelope has it.
    package var address: String
    package var outcome: Outcome

    /// Creates a record.
    package init(address: String, outcome: Outcome) {
        self.address = address
        self.outcome = outcome
    }
}
