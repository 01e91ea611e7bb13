import Submission
import Testing

@Suite("Size-bounded submitter")
struct SizeBoundedSubmitterTests {
    private let inner = RecordingSubmitter()
    private let later = Later()

    private func bounded() -> SizeBoundedSubmitter {
        let later = later
        return SizeBoundedSubmitter(
            inner,
            maximumOctets: 1000,
            service: "the service",
            later: { later.work.append($0) }
        )
    }

    @Test(arguments: [0, 999, 1000])
    func `what fits is handed over`(octets: Int) {
        bounded().submit(SizedSource(octets)) { _ in }
        #expect(inner.calls == ["submit \(octets)"])
        #expect(later.work.isEmpty)
    }

    @Test func `what does not fit is left to another route, after the call`() {
        let reports = Later.Reports()
        bounded().submit(SizedSource(1001)) { reports.all.append($0) }
        #expect(reports.all.isEmpty)
        for work in later.work { work() }
        #expect(inner.calls.isEmpty)
        #expect(
            reports.all == [
                AttemptReport(
                    end: .failed(
                        .unsuitable(
                            reason: "The message has 1001 octets, and the service takes 1000.",
                            advice: "Send it smaller, or give the pickup a second route for large "
                                + "messages."
                        )
                    ),
                    recipients: [.untried],
                    peer: ""
                )
            ]
        )
    }

    @Test func `everything else is passed on`() {
        let bounded = bounded()
        bounded.probe { _ in }
        bounded.closeIdleSessions()
        bounded.stop()
        #expect(inner.calls == ["probe", "close", "stop"])
    }
}

// @unchecked because each test uses it on one thread.
private final class Later: @unchecked Sendable {
    var work: [@Sendable () -> Void] = []

    // @unchecked because each test uses it on one thread.
    final class Reports: @unchecked Sendable {
        var all: [AttemptReport] = []
    }
}

// @unchecked because each test uses it on one thread.
private final class RecordingSubmitter: Submitter, @unchecked Sendable {
    var calls: [String] = []

    func submit(
        _ source: any SubmissionSource,
        completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        calls.append("submit \(source.contentOctets)")
    }

    func probe(completion: @escaping @Sendable (Failure?) -> Void) { calls.append("probe") }
    func stop() { calls.append("stop") }
    func closeIdleSessions() { calls.append("close") }
}

private final class SizedSource: SubmissionSource {
    let id = "x"
    let author: MailAddress? = nil
    let envelope: Envelope
    let headerRecipients: [MailAddress] = []
    let contentOctets: Int
    let has8BitContent = false

    init(_ octets: Int) {
        contentOctets = octets
        let recipients = [MailAddress(localPart: "a", domain: "b.c")].compactMap { $0 }
        envelope = Envelope(sender: nil, recipients: recipients.map { EnvelopeRecipient($0) })
    }

    func encodeInSevenBits() -> Bool { false }
    func contentWillBeNeeded() {}
    func nextChunk(_ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void)
    {}
}
