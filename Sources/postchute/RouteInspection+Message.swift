internal import Glibc
internal import MailMessage
internal import NIOCore
internal import Operations
internal import Settings
internal import Spool
internal import Submission

extension RouteInspection {
    /// Sends the small message, where the command line asks for it.
    func messageStep() async -> VerifyStep {
        guard let recipient = options.recipient else {
            return VerifyStep(
                .message,
                .skipped,
                "Not tried: --send-to ADDRESS sends a small message."
            )
        }
        guard let sender else {
            return VerifyStep(
                .message,
                .skipped,
                "Not tried: no sender is known; name one with --from ADDRESS."
            )
        }
        let id = SpoolID(microseconds: Self.now, random: .random(in: .min ... .max))
        let message = VerifyMessage(
            from: sender,
            to: recipient,
            by: settings.name,
            identity: MessageIdentity(id: id.text, claimedAt: Self.now / 1_000_000)
        )
        do {
            let submitter = try RouteSubmitter.make(settings, services, loop: loop)
            let report = await withCheckedContinuation { continuation in
                loop.execute {
                    submitter.submit(VerifySource(message)) { continuation.resume(returning: $0) }
                }
            }
            loop.execute { submitter.closeIdleSessions() }
            return VerifyStep(report, of: message)
        } catch let error as CredentialError {
            return VerifyStep(.message, .credentials(error))
        } catch {
            return VerifyStep(.message, .credentials(CredentialError("\(error)")))
        }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// A ``VerifyMessage`` on its way.
private final class VerifySource: SubmissionSource {
    let id: String
    let author: MailAddress?
    let envelope: Envelope
    let headerRecipients: [MailAddress]
    let contentOctets: Int
    let has8BitContent: Bool
    private let text: String

    init(_ message: VerifyMessage) {
        id = message.identity.id
        author = message.sender
        envelope = Envelope(
            sender: message.sender,
            recipients: [EnvelopeRecipient(message.recipient)]
        )
        headerRecipients = [message.recipient]
        text = message.text
        contentOctets = text.utf8.count
        has8BitContent = text.utf8.contains { $0 > 127 }
    }

    func encodeInSevenBits() -> Bool { false }

    func contentWillBeNeeded() {}

    func nextChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        completion(.success(ContentChunk(octets: Array("\(text).\r\n".utf8), isLast: true)))
    }
}
