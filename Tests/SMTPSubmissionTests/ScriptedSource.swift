import Dispatch
import Submission
import Synchronization
import TestSupport

/// A message from a test, handed out chunk by chunk from a thread of its own.
final class ScriptedSource: SubmissionSource {
    let id = "test"
    let envelope: Envelope
    let contentOctets: Int
    let has8BitContent: Bool
    private let state: Mutex<State>

    private struct State {
        var chunks: [String]
        var failure: ContentFailure?
        var announcements = 0
        var pulls = 0
    }

    /// A source that fails with `failure`, if any, instead of handing out its last chunk.
    init(_ message: DialogueMessage, failure: ContentFailure? = nil) {
        envelope = message.envelope
        contentOctets = message.contentOctets
        has8BitContent = message.has8BitContent
        let chunks = failure == nil ? message.chunks : message.chunks.dropLast()
        state = Mutex(State(chunks: chunks, failure: failure))
    }

    /// How often the submitter said that the content will be needed.
    var announcements: Int { state.withLock { $0.announcements } }

    /// How many chunks were asked for.
    var pulls: Int { state.withLock { $0.pulls } }

    var author: MailAddress? { envelope.sender }

    var headerRecipients: [MailAddress] { [] }

    func encodeInSevenBits() -> Bool { false }

    func contentWillBeNeeded() { state.withLock { $0.announcements += 1 } }

    func nextChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        DispatchQueue.global().async { completion(self.take()) }
    }

    private func take() -> Result<ContentChunk, ContentFailure> {
        state.withLock { state in
            state.pulls += 1
            guard !state.chunks.isEmpty else { return .failure(state.failure ?? .missing) }
            let octets = Array(state.chunks.removeFirst().utf8)
            let isLast = state.chunks.isEmpty && state.failure == nil
            return .success(ContentChunk(octets: octets, isLast: isLast))
        }
    }
}
