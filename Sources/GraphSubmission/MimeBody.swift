internal import Submission
internal import Synchronization

/// Why a body ends before its end.
enum BodyError: Error {
    /// The content could not be read, or has another length than it was said to have.
    case content
    /// The submission was stopped, or the request was given up for another.
    case abandoned
}

/// The body of sendMail requests for one message, which a request pulls out of the source chunk by
/// chunk, and a second request once more.
final class MimeBody: Sendable {
    private enum Stage {
        case open
        /// The request has the last octet: the service may have acted on it.
        case handedOver
        case failed(ContentFailure)
        /// Nothing is handed over any more.
        case stopped
    }

    private struct State {
        var stage = Stage.open
        var encoder: MimeEncoder
        var isPulling = false
        /// Whoever waits for the chunk that is on its way.
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// The request that may pull: an earlier one's chunks come too late.
        var round = 0
        var hasEnded = false
    }

    /// The octets of the body.
    let octets: Int
    private let contentOctets: Int
    private let source: any SubmissionSource
    private let prefix: [UInt8]
    private let state: Mutex<State>

    /// Creates the body of a message with a field in front.
    init(_ source: any SubmissionSource, prefix: [UInt8]) {
        self.source = source
        self.prefix = prefix
        contentOctets = prefix.count + source.contentOctets
        octets = MimeEncoder.encodedOctets(contentOctets)
        state = Mutex(State(encoder: MimeEncoder(prefix: prefix)))
    }

    /// Whether some request has the last octet.
    var isHandedOver: Bool {
        state.withLock { if case .handedOver = $0.stage { true } else { false } }
    }

    /// Why the content could not be read, if so.
    var failure: ContentFailure? {
        state.withLock { if case .failed(let failure) = $0.stage { failure } else { nil } }
    }

    /// Stops the body unless a request has its last octet; returns whether it is stopped.
    ///
    /// The source may be in use until ``whenQuiet()`` returns.
    func stop() -> Bool {
        state.withLock { state in
            if case .handedOver = state.stage { return false }
            state.stage = .stopped
            return true
        }
    }

    /// Returns when nothing is asked of the source any more, once the body was stopped or ended.
    func whenQuiet() async {
        await withCheckedContinuation { continuation in
            let isQuiet = state.withLock { state in
                if state.isPulling { state.waiters.append(continuation) }
                return !state.isPulling
            }
            if isQuiet { continuation.resume() }
        }
    }

    /// Begins another request; returns its number for ``next(_:)``, or `nil` where the content
    /// cannot be had once more or the body was stopped.
    func begin() async -> Int? {
        let round = state.withLock { state in
            state.round += 1
            return state.round
        }
        await whenQuiet()
        let isOpen = state.withLock { state in
            if case .stopped = state.stage { return false }
            state.isPulling = true
            return true
        }
        guard isOpen else { return nil }
        source.contentWillBeNeeded()
        let isReady = round == 1 || source.rewind()
        let waiters = state.withLock { state in
            if isReady { state.encoder = MimeEncoder(prefix: prefix) }
            if isReady, case .handedOver = state.stage { state.stage = .open }
            state.hasEnded = false
            return endPull(&state)
        }
        for waiter in waiters { waiter.resume() }
        return isReady ? round : nil
    }

    private func endPull(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        defer { state.waiters = [] }
        state.isPulling = false
        return state.waiters
    }

    /// The next octets for a request, `nil` after the last ones.
    func next(_ round: Int) async throws -> [UInt8]? {
        while true {
            let isEnd = try state.withLock { state in
                guard round == state.round else { throw BodyError.abandoned }
                switch state.stage {
                case .stopped: throw BodyError.abandoned
                case .failed: throw BodyError.content
                case .open, .handedOver: break
                }
                state.isPulling = !state.hasEnded
                return state.hasEnded
            }
            if isEnd { return nil }
            let result = await withCheckedContinuation { continuation in
                source.nextChunk { continuation.resume(returning: $0) }
            }
            let octets = try pulled(result, round)
            if !octets.isEmpty { return octets }
        }
    }

    private func pulled(
        _ result: Result<ContentChunk, ContentFailure>,
        _ round: Int
    ) throws -> [UInt8] {
        let (outcome, waiters) = state.withLock { state in
            (Result { try take(result, round, &state) }, endPull(&state))
        }
        for waiter in waiters { waiter.resume() }
        return try outcome.get()
    }

    private func take(
        _ result: Result<ContentChunk, ContentFailure>,
        _ round: Int,
        _ state: inout State
    ) throws -> [UInt8] {
        guard round == state.round, case .open = state.stage else { throw BodyError.abandoned }
        let chunk: ContentChunk
        do {
            chunk = try result.get()
        } catch {
            state.stage = .failed(error)
            throw BodyError.content
        }
        var octets: [UInt8] = []
        state.encoder.encode(chunk.octets, into: &octets)
        guard chunk.isLast else { return octets }
        guard state.encoder.isComplete, state.encoder.octets == contentOctets else {
            state.stage = .failed(.changed("length"))
            throw BodyError.content
        }
        state.encoder.finish(into: &octets)
        state.stage = .handedOver
        state.hasEnded = true
        return octets
    }
}
