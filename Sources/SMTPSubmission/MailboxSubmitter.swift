package import NIOCore
package import Submission

/// Signs in as each message's own author: one ``SMTPSubmitter`` for each mailbox.
///
/// The server decides for each mailbox by itself, so that a refused sign-in concerns the sender and
/// not the route.
// @unchecked because every member is touched on the loop only, as ``Submitter`` demands.
package final class MailboxSubmitter: Submitter, @unchecked Sendable {
    private struct Entry {
        let submitter: SMTPSubmitter
        var underWay = 0
        var lastUse = 0
    }

    private let route: SMTPRoute
    private let tokens: any TokenProvider
    private let loop: any EventLoop
    private let trace: (@Sendable (String) -> Void)?
    private var mailboxes: [String: Entry] = [:]
    private var uses = 0
    private var isStopped = false

    /// Mailboxes whose sessions may wait for another message; each costs the server a connection.
    package static let maximumMailboxes = 8

    /// Creates a submitter without connecting; the route's own sign-in is not used.
    ///
    /// `trace` is told every line of every session, secrets redacted.
    package init(
        route: SMTPRoute,
        tokens: any TokenProvider,
        loop: any EventLoop,
        trace: (@Sendable (String) -> Void)? = nil
    ) {
        self.route = route
        self.tokens = tokens
        self.loop = loop
        self.trace = trace
    }

    /// Hands one message over on a session that is signed in as its author.
    package func submit(
        _ source: any SubmissionSource,
        completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        loop.assertInEventLoop()
        // Settings give such a route no message without a sender.
        let mailbox = source.author?.text.lowercased() ?? ""
        submitter(for: mailbox).submit(source) { report in
            self.ended(mailbox)
            completion(report.concerning(mailbox))
        }
    }

    /// Connects as the mailbox used last; whether it may sign in says nothing of the route.
    package func probe(completion: @escaping @Sendable (Failure?) -> Void) {
        loop.assertInEventLoop()
        let last = mailboxes.max { $0.value.lastUse < $1.value.lastUse }
        guard let last else { return loop.execute { completion(nil) } }
        last.value.submitter.probe { failure in
            completion(failure?.signInRefusal == nil ? failure : nil)
        }
    }

    /// Stops the submitters of all mailboxes.
    package func stop() {
        isStopped = true
        for entry in mailboxes.values { entry.submitter.stop() }
    }

    /// Drops the idle sessions of all mailboxes.
    package func closeIdleSessions() {
        for entry in mailboxes.values { entry.submitter.closeIdleSessions() }
    }

    private func submitter(for mailbox: String) -> SMTPSubmitter {
        uses += 1
        var entry = mailboxes[mailbox] ?? makeEntry(mailbox)
        entry.underWay += 1
        entry.lastUse = uses
        mailboxes[mailbox] = entry
        return entry.submitter
    }

    private func makeEntry(_ mailbox: String) -> Entry {
        leaveOldest()
        var route = route
        route.signIn = .xoauth2(mailbox: mailbox, tokens)
        let submitter = SMTPSubmitter(route: route, loop: loop, trace: trace)
        if isStopped { submitter.stop() }
        return Entry(submitter: submitter)
    }

    private func ended(_ mailbox: String) {
        mailboxes[mailbox]?.underWay -= 1
    }

    /// Makes room for one more mailbox.
    private func leaveOldest() {
        guard mailboxes.count >= Self.maximumMailboxes else { return }
        let idle = mailboxes.filter { $0.value.underWay == 0 }
        guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        oldest.value.submitter.closeIdleSessions()
        mailboxes[oldest.key] = nil
    }
}

extension AttemptReport {
    /// The report with a refused sign-in as the matter of one mailbox.
    fileprivate func concerning(_ mailbox: String) -> AttemptReport {
        guard case .failed(let failure) = end, let refusal = failure.signInRefusal else {
            return self
        }
        var report = self
        report.end = .failed(
            .mailboxRefused(mailbox: mailbox, refusal.reply, claims: refusal.claims)
        )
        return report
    }
}

extension Failure {
    /// The reply that refused a sign-in, with the claims of the token that was presented.
    fileprivate var signInRefusal: (reply: Reply, claims: String)? {
        switch self {
        case .refused(let reply, .authentication): (reply, "")
        case .tokenRefused(let reply, let claims): (reply, claims)
        default: nil
        }
    }
}
