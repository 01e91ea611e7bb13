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
    let contentOctets: Int
    let has8BitContent: Bool

    private let message: LoadedMessage
    private let spool: MessageSpool
    private let threads: SpoolThreads

    /// Octets read from a large file at once: big enough to amortise the hop, small enough that a
    /// hundred sessions stay cheap.
    private static let chunkOctets = 256 * 1024

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
        var encoder = WireEncoder()
        var offset: Int64
        var isHeaderEncoded = false
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
        contentOctets = message.contentOctets
        has8BitContent = message.has8BitContent
        progress = Mutex(
            Progress(
                move: message.isInSending ? .durable : .idle,
                offset: Int64(message.inspected.bodyOffset)
            )
        )
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
        if let small = message.smallContent {
            whenMoved { failure in
                completion(failure.map { .failure($0) } ?? .success(self.wholeContent(small)))
            }
        } else {
            threads.run { self.readChunk(completion) }
        }
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
        spool.beginSending(message.name, file: message.file) { error in
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

    private func wholeContent(_ file: [UInt8]) -> ContentChunk {
        var encoder = WireEncoder()
        var octets: [UInt8] = []
        octets.reserveCapacity(contentOctets + contentOctets / 64 + 8)
        message.inspected.wireHeader.withUnsafeBytes { encoder.encode($0, into: &octets) }
        file.withUnsafeBytes { file in
            let body = UnsafeRawBufferPointer(rebasing: file[message.inspected.bodyOffset...])
            encoder.encode(body, into: &octets)
        }
        encoder.finish(into: &octets)
        return ContentChunk(octets: octets, isLast: true)
    }

    private func readChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        let read: Result<ContentChunk, ContentFailure> = progress.withLock { progress in
            do throws(SpoolError) {
                return .success(try encodeNext(&progress))
            } catch {
                return .failure(ContentFailure(error))
            }
        }
        guard case .success(let chunk) = read, chunk.isLast else { return completion(read) }
        whenMoved { failure in
            if let failure { return completion(.failure(failure)) }
            // Looked at after B2 and after the last read: what was inspected is what is sent.
            completion(self.changeSinceInspection().map { .failure($0) } ?? .success(chunk))
        }
    }

    private func encodeNext(_ progress: inout Progress) throws(SpoolError) -> ContentChunk {
        var octets: [UInt8] = []
        octets.reserveCapacity(Self.chunkOctets + Self.chunkOctets / 32)
        if !progress.isHeaderEncoded {
            progress.isHeaderEncoded = true
            message.inspected.wireHeader.withUnsafeBytes {
                progress.encoder.encode($0, into: &octets)
            }
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkOctets,
            alignment: 16
        )
        defer { buffer.deallocate() }
        let count = try message.file.read(at: progress.offset, into: buffer)
        progress.encoder.encode(UnsafeRawBufferPointer(rebasing: buffer[..<count]), into: &octets)
        progress.offset += Int64(count)
        // A file that shrank ends here; the comparison that follows says so.
        let isLast = count < Self.chunkOctets || progress.offset >= message.file.facts.size
        if isLast { progress.encoder.finish(into: &octets) }
        return ContentChunk(octets: octets, isLast: isLast)
    }

    private func changeSinceInspection() -> ContentFailure? {
        do {
            try message.file.checkUnchanged()
            return nil
        } catch {
            return ContentFailure(error)
        }
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
