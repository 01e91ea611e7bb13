package import NIOCore
import SMTPProtocol
package import Submission
import TLSEngine

/// Hands messages over on SMTP sessions of one route, which it opens, keeps and reuses.
///
/// - Invariant: A message begins on a second connection only if the first was idle before and died
///   without a word about the message.
// @unchecked because every member is touched on the loop only, as ``Submitter`` demands.
package final class SMTPSubmitter: Submitter, @unchecked Sendable {
    private let route: SMTPRoute
    private let loop: any EventLoop
    private let trace: (@Sendable (String) -> Void)?
    private let witness: SessionWitness?
    private let directory: MailExchangerDirectory
    private var setup: SessionSetup?
    private var sessions: [ObjectIdentifier: SMTPSession] = [:]
    /// Most recently used last, and taken first: the others may grow old and leave.
    ///
    /// One that leaves stays here until its connection has ended.
    private var idle: [SMTPSession] = []
    private var dialling: [Int: Errand] = [:]
    private var dialCount = 0
    private var isStopped = false
    /// Whether a method of ``Submitter`` is running, which completions must not overtake.
    private var isCalled = false

    /// Creates a submitter without connecting.
    ///
    /// `trace` is told every line of every session as `C: …` or `S: …`, secrets redacted.
    package convenience init(
        route: SMTPRoute,
        loop: any EventLoop,
        trace: (@Sendable (String) -> Void)? = nil
    ) {
        self.init(route: route, loop: loop, trace: trace, witness: nil)
    }

    /// Creates a submitter whose sessions tell a witness what they find out.
    init(
        route: SMTPRoute,
        loop: any EventLoop,
        trace: (@Sendable (String) -> Void)? = nil,
        witness: SessionWitness?
    ) {
        self.route = route
        self.loop = loop
        self.trace = trace
        self.witness = witness
        directory = MailExchangerDirectory(loop: loop, server: route.nameServer)
    }

    /// Hands one message over on the idle session used last, or on a new one.
    package func submit(
        _ source: any SubmissionSource,
        completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        loop.assertInEventLoop()
        called {
            let errand = Errand.submission(
                Job(source: source, completion: completion),
                isSecondTry: false
            )
            if !isStopped, let session = takeIdle() {
                session.begin(errand)
            } else {
                dial(errand)
            }
        }
    }

    private func takeIdle() -> SMTPSession? {
        while let session = idle.popLast() {
            if session.isIdle { return session }
        }
        return nil
    }

    /// Connects and signs in on a new session, which is kept for the next message.
    package func probe(completion: @escaping @Sendable (Failure?) -> Void) {
        loop.assertInEventLoop()
        called { dial(.probe(completion)) }
    }

    /// Connects, signs in, names a sender and takes that back; the session leaves afterwards.
    func rehearse(
        sender: MailAddress?,
        completion: @escaping @Sendable (Rehearsal) -> Void
    ) {
        loop.assertInEventLoop()
        called { dial(.rehearsal(sender: sender, completion)) }
    }

    /// Aborts what has no final dot on the wire and drops idle sessions.
    package func stop() {
        loop.assertInEventLoop()
        isStopped = true
        called {
            let errands = dialling.values
            dialling = [:]
            for errand in errands { fail(errand, .stopped) }
            for session in sessions.values { session.stop() }
            idle = []
        }
    }

    /// Drops idle sessions with QUIT.
    package func closeIdleSessions() {
        loop.assertInEventLoop()
        called {
            let leaving = idle
            idle = []
            for session in leaving { session.quit() }
        }
    }

    private func called(_ body: () -> Void) {
        isCalled = true
        body()
        isCalled = false
    }

    /// Runs a completion, later if the caller of this submitter has not got control back yet.
    func deliver(_ completion: @escaping @Sendable () -> Void) {
        if isCalled { loop.execute(completion) } else { completion() }
    }
}

extension SMTPSubmitter {
    /// Opens a session for an errand.
    func dial(_ errand: Errand) {
        guard !isStopped else { return fail(errand, .stopped) }
        let setup: SessionSetup
        do {
            setup = try sharedSetup()
        } catch {
            return fail(errand, .tls(error.sentence))
        }
        dialCount += 1
        let number = dialCount
        dialling[number] = errand
        let dialer = Dialer(route, loop: loop, witness: witness)
        dialer.dial(directory).assumeIsolated().whenComplete { result in
            self.dialled(number, setup, result)
        }
    }

    private func dialled(
        _ number: Int,
        _ setup: SessionSetup,
        _ result: Result<Connection, any Error>
    ) {
        switch (result, dialling.removeValue(forKey: number)) {
        case (.success(let connection), let errand?): open(connection, setup, errand)
        case (.success(let connection), nil): connection.channel.close(promise: nil)
        case (.failure(let error), let errand?):
            let attempts = (error as? DialError)?.attempts ?? ["\(route.host): \(error)"]
            fail(errand, .connect(attempts: attempts))
        case (.failure, nil): break
        }
    }

    private func open(_ connection: Connection, _ setup: SessionSetup, _ errand: Errand) {
        let channel = connection.channel
        let session = SMTPSession(setup, connection, owner: self, errand: errand)
        sessions[ObjectIdentifier(session)] = session
        do {
            try channel.pipeline.syncOperations.addHandler(session)
            if connection.earlyOctets.readableBytes > 0 {
                channel.pipeline.syncOperations.fireChannelRead(NIOAny(connection.earlyOctets))
            }
            try channel.syncOptions?.setOption(.autoRead, value: true)
            guard channel.isActive else { throw ChannelError.alreadyClosed }
        } catch {
            // The connection is gone and will not say so again.
            session.lost(systemDescription(of: error))
            sessionEnded(session)
            channel.close(promise: nil)
        }
    }

    /// Has trust and client certificate read again: a handshake failed, and an operator may have put
    /// the files right.
    func forgetSetup() { setup = nil }

    /// Read once and again only after a failure: an operator may have put the file right.
    private func sharedSetup() throws(TLSError) -> SessionSetup {
        if let setup { return setup }
        let context: TLSContext? =
            switch route.tls {
            case .none: nil
            case .startTLS, .implicit: try TLSContext(client: route.tlsClient)
            }
        let made = SessionSetup(route: route, tls: context, trace: trace, witness: witness)
        setup = made
        return made
    }

    private func fail(_ errand: Errand, _ failure: Failure) {
        switch errand {
        case .submission(let job, _):
            deliver { job.completion(job.report(failure, peer: "")) }
        case .probe(let completion): deliver { completion(failure) }
        case .rehearsal(_, let completion): deliver { completion(.failed(failure)) }
        }
    }
}

extension SMTPSubmitter {
    /// A session can take another message.
    func sessionIdle(_ session: SMTPSession) {
        guard !isStopped, !session.isSpent else { return session.quit() }
        idle.append(session)
        session.rest()
    }

    /// A session's connection is closed.
    func sessionEnded(_ session: SMTPSession) {
        sessions[ObjectIdentifier(session)] = nil
        idle.removeAll { $0 === session }
    }
}
