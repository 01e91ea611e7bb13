internal import MailMessage
internal import Spool
internal import Submission
internal import Synchronization

/// The content of one spool file for a submitter: B2 and the last look before the final dot
/// included.
///
/// Blocking work runs on the spool's threads. A small message is sent from the octets that were
/// inspected; a large one is read again through the descriptor that was inspected, and compared
/// before its last chunk is given away.
final class SpoolSource: SubmissionSource {
    let id: String
    let envelope: Envelope
    var author: MailAddress? { message.inspected.author }
    var headerRecipients: [MailAddress] { message.prepared.outgoing.headerRecipients.addresses }
    var hasReadableRecipients: Bool { message.prepared.outgoing.headerRecipients.isReadable }
    var contentOctets: Int { sevenBit?.octets ?? message.contentOctets }
    var has8BitContent: Bool { sevenBit == nil && message.prepared.outgoing.has8Bit }

    private let message: LoadedMessage
    private let spool: MessageSpool
    private let threads: SpoolThreads

    /// Where the move to `sending/` stands.
    private enum Move {
        /// Next: `running`.
        case idle
        /// On its way to disk; the waiters are told. Next: `durable` or `failed`.
        case running([@Sendable (ContentFailure?) -> Void])
        case durable
        case failed(ContentFailure)
    }

    private struct Progress {
        var move: Move
        var content: ContentSource
        var sevenBit: SevenBitContent?
    }

    private let progress: Mutex<Progress>

    /// Creates the source of one attempt for some of the recipients, by their positions.
    init(
        _ message: LoadedMessage,
        offering positions: [Int],
        spool: MessageSpool,
        threads: SpoolThreads
    ) {
        self.message = message
        self.spool = spool
        self.threads = threads
        id = message.name.id.text
        envelope = message.envelope(offering: positions)
        progress = Mutex(
            Progress(
                move: message.isInSending ? .durable : .idle,
                content: message.content(message.prepared.outgoing.segments)
            )
        )
    }

    private var sevenBit: SevenBitContent? { progress.withLock { $0.sevenBit } }

    /// Whether the content was encoded for a server without 8BITMIME.
    var isSevenBit: Bool { sevenBit != nil }

    func encodeInSevenBits() -> Bool {
        guard let content = message.prepared.outgoing.sevenBit else { return false }
        progress.withLock { progress in
            progress.sevenBit = content
            progress.content = message.content(content.segments)
        }
        return true
    }

    /// Whether the file stands in `sending/`, or may: to be asked after the attempt has ended.
    var hasMoved: Bool {
        progress.withLock { progress in
            switch progress.move {
            case .idle: false
            case .running, .durable, .failed: true
            }
        }
    }

    func contentWillBeNeeded() { whenMoved { _ in } }

    func nextChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        if message.prepared.small == nil {
            threads.run { self.readChunk(completion) }
        } else {
            whenMoved { failure in
                if let failure { return completion(.failure(failure)) }
                completion(self.encodeChunk())
            }
        }
    }

    func rewind() -> Bool {
        progress.withLock { progress in
            let segments = progress.sevenBit?.segments ?? message.prepared.outgoing.segments
            progress.content = message.content(segments)
        }
        return true
    }

    /// Begins the move unless it has begun, and calls back once its outcome is known.
    private func whenMoved(_ completion: @escaping @Sendable (ContentFailure?) -> Void) {
        enum Next { case begin, wait, ready, failed(ContentFailure) }
        let next: Next = progress.withLock { progress in
            switch progress.move {
            case .idle:
                progress.move = .running([completion])
                return .begin
            case .running(let waiters):
                progress.move = .running(waiters + [completion])
                return .wait
            case .durable: return .ready
            case .failed(let failure): return .failed(failure)
            }
        }
        switch next {
        case .begin: threads.run { self.move() }
        case .wait: break
        case .ready: completion(nil)
        case .failed(let failure): completion(failure)
        }
    }

    private func move() {
        spool.beginSending(message.name, file: message.files.claimed) { error in
            self.moved(error.map { self.isElsewhere($0) ? .missing : ContentFailure($0) })
        }
    }

    private func moved(_ failure: ContentFailure?) {
        let waiters = progress.withLock { progress in
            defer { progress.move = failure.map { .failed($0) } ?? .durable }
            if case .running(let waiters) = progress.move { return waiters }
            return []
        }
        for waiter in waiters { waiter(failure) }
    }

    /// Whether a file that seems to have changed was only moved away: a rename changes the change
    /// time as much as a writer does.
    private func isElsewhere(_ error: SpoolError) -> Bool {
        guard case .changed = error.kind else { return false }
        let found = (try? spool.locate(message.name.id)) ?? nil
        return found?.place != .queue
    }

    private func readChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        let read = encodeChunk()
        guard case .success(let chunk) = read, chunk.isLast else { return completion(read) }
        whenMoved { failure in
            if let failure { return completion(.failure(failure)) }
            // Looked at after B2 and after the last read: what was inspected is what is sent.
            completion(self.changeSinceInspection().map { .failure($0) } ?? .success(chunk))
        }
    }

    private func encodeChunk() -> Result<ContentChunk, ContentFailure> {
        let room = min(message.contentOctets, ContentFeed.chunkOctets)
        return progress.withLock { progress in
            var octets: [UInt8] = []
            octets.reserveCapacity(room + room / 32 + 8)
            do throws(SpoolError) {
                try progress.content.encodeNext(into: &octets)
                return .success(
                    ContentChunk(octets: octets, isLast: progress.content.isFinished)
                )
            } catch {
                return .failure(ContentFailure(error))
            }
        }
    }

    private func changeSinceInspection() -> ContentFailure? {
        do {
            try message.files.claimed.checkUnchanged()
            return nil
        } catch {
            return ContentFailure(error)
        }
    }
}

extension LoadedMessage {
    /// The wire form of a content of this message.
    fileprivate func content(_ segments: [ContentSegment]) -> ContentSource {
        ContentSource(segments, files: files, form: prepared.form, small: prepared.small)
    }
}

extension ContentFailure {
    /// The failure a refused spool operation means for an attempt.
    init(_ error: SpoolError) {
        self =
            switch error.kind {
            case .vanished: .missing
            case .changed(let what): .changed(what)
            default: .spool(error.fullSentence)
            }
    }
}
