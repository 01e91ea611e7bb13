internal import MailMessage
internal import Submission
internal import Synchronization

/// How a step that failed ends the attempt.
struct StepFailed: Error {
    let end: AttemptReport.End

    init(_ failure: Failure) { end = .failed(failure) }

    init(end: AttemptReport.End) { self.end = end }
}

/// The octets of a message's content, stuffed dots and final dot taken away, as often as they are
/// wanted.
final class DraftContent: Sendable {
    private struct State {
        var isStopped = false
        var isFirst = true
        var decoder = WireDecoder()
        var octets = 0
        var hasEnded = false
    }

    private let source: any SubmissionSource
    private let gate = PullGate()
    private let state = Mutex(State())

    init(_ source: any SubmissionSource) { self.source = source }

    /// Nothing more is asked of the source; it may be in use until ``whenQuiet()`` returns.
    func stop() { state.withLock { $0.isStopped = true } }

    /// Returns when nothing is asked of the source any more, once it was stopped.
    func whenQuiet() async { await gate.whenQuiet() }

    /// Begins with the first octet, for the first time or again.
    func begin() throws(StepFailed) {
        gate.enter()
        defer { gate.leave() }
        let (isStopped, isFirst) = state.withLock { state in
            defer { state.isFirst = false }
            return (state.isStopped, state.isFirst)
        }
        if isStopped { throw StepFailed(.stopped) }
        if isFirst { return source.contentWillBeNeeded() }
        guard source.rewind() else {
            let sentence = "The content of the message cannot be read a second time."
            throw StepFailed(.content(.spool(sentence)))
        }
        state.withLock { state in
            state.decoder = WireDecoder()
            (state.octets, state.hasEnded) = (0, false)
        }
    }

    /// The next octets, `nil` after the last ones.
    func next() async throws(StepFailed) -> [UInt8]? {
        gate.enter()
        defer { gate.leave() }
        let (isStopped, hasEnded) = state.withLock { ($0.isStopped, $0.hasEnded) }
        if isStopped { throw StepFailed(.stopped) }
        if hasEnded { return nil }
        let result = await withCheckedContinuation { continuation in
            source.nextChunk { continuation.resume(returning: $0) }
        }
        switch result {
        case .failure(let failure): throw StepFailed(.content(failure))
        case .success(let chunk):
            guard let octets = take(chunk) else {
                throw StepFailed(.content(.changed("length")))
            }
            return octets
        }
    }

    private func take(_ chunk: ContentChunk) -> [UInt8]? {
        state.withLock { state in
            var octets: [UInt8] = []
            chunk.octets.withUnsafeBytes { state.decoder.decode($0, into: &octets) }
            state.octets += octets.count
            state.hasEnded = chunk.isLast
            let isWhole = state.decoder.isFinished && state.octets == source.contentOctets
            return chunk.isLast && !isWhole ? nil : octets
        }
    }
}
