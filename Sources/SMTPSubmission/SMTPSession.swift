import NIOCore
import SMTPProtocol
import Submission
import TLSEngine

/// The one handler of a connection: feeds the session machine and carries out its actions.
///
/// Decides nothing about the dialogue. Confined to the channel's loop.
// @unchecked because every member is touched on the channel's loop only; closures that come back
// from other threads hop to it first.
final class SMTPSession: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let setup: SessionSetup
    /// The server's name, which its certificate must carry unless the route says otherwise.
    private let host: String
    private let loop: any EventLoop
    // Strong: a report may follow the end of the connection. The owner lets go of the session then.
    private let owner: SMTPSubmitter
    private var machine: SessionMachine
    private var wire: SessionWire?
    private var timer: DeadlineTimer?
    /// What the armed deadline is for.
    private var deadline = Duration.zero
    private var errand: Errand?
    private var chunk: ContentChunk?
    private var contentOctets = 0
    /// `host [address]:port`.
    private let address: String
    private var lossDetail: String?
    /// Tells the session from others of this process.
    private let name = SessionNames.next()
    /// How many messages were begun on this session.
    private(set) var messageCount = 0

    init(
        _ setup: SessionSetup,
        _ connection: Connection,
        owner: SMTPSubmitter,
        errand: Errand
    ) {
        self.setup = setup
        host = connection.host
        address = connection.label
        loop = connection.channel.eventLoop
        self.owner = owner
        self.errand = errand
        machine = SessionMachine(setup.route.policy)
    }

    /// `host [address]:port TLSv1.3`.
    private var peer: String {
        guard let version = wire?.tlsVersion else { return address }
        return "\(address) \(version)"
    }
}

extension SMTPSession {
    func handlerAdded(context: ChannelHandlerContext) {
        wire = SessionWire(context)
        timer = DeadlineTimer(loop: loop) { [unowned self] in deadlinePassed() }
        setup.witness?.saw(.connected(address))
        run(machine.connected())
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        wire?.receive(unwrapInboundIn(data)) { event in
            switch event {
            case .read(.reply(let reply, let following)):
                trace(reply)
                setup.witness?.saw(.said(reply, machine.phase))
                run(machine.receive(reply, following))
            case .read(.malformed(let defect)): run(machine.receiveMalformed(defect))
            case .secured:
                if let findings = wire?.tlsFindings { setup.witness?.saw(.secured(findings)) }
                run(machine.tlsEstablished())
            case .tlsFailed(let sentence):
                owner.forgetSetup()
                run(machine.tlsFailed(sentence))
            case .tlsEnded: run(machine.connectionLost(detail: "the server closed the session"))
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { run(machine.contentSent()) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The verdict waits for `channelInactive`: replies may still be on their way up.
        lossDetail = systemDescription(of: error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let detail = lossDetail ?? "the server closed the connection"
        run(machine.connectionLost(detail: detail))
        timer?.end()
        timer = nil
        wire = nil
        owner.sessionEnded(self)
    }

    /// The connection is gone before it could be used.
    func lost(_ detail: String) {
        run(machine.connectionLost(detail: detail))
    }

    private func deadlinePassed() {
        run(machine.deadlinePassed(after: deadline))
    }
}

extension SMTPSession {
    /// Whether the session can take a message: it leaves by itself when its time is over, and the
    /// connection stands until the server has closed it too.
    var isIdle: Bool { machine.isIdle }

    /// Takes a message; the session is idle.
    func begin(_ errand: Errand) {
        self.errand = errand
        guard case .submission(let job, _) = errand else { return }
        messageCount += 1
        contentOctets = 0
        let source = job.source
        if source.has8BitContent, !machine.offersEightBit { _ = source.encodeInSevenBits() }
        let request = TransactionRequest(
            envelope: source.envelope,
            contentOctets: source.contentOctets,
            has8BitContent: source.has8BitContent
        )
        run(machine.begin(request))
    }

    /// Whether the session has carried as many messages as the route allows.
    var isSpent: Bool {
        setup.route.maximumMessagesPerSession.map { messageCount >= $0 } ?? false
    }

    /// Waits for the next message, for as long as the route keeps idle sessions.
    func rest() { arm(setup.route.idleTimeout) }

    /// Leaves with QUIT, if idle.
    func quit() { run(machine.quit()) }

    /// Aborts whatever has no final dot on the wire.
    func stop() { run(machine.stop()) }

    private func run(_ action: SessionAction) {
        switch action {
        case .wait(let phase): arm(setup.route.timeouts[phase])
        case .send(let flight, let phase): send(flight, phase)
        case .sendData(let flight, let phase):
            source?.contentWillBeNeeded()
            send(flight, phase)
        case .startTLS: startTLS()
        case .obtainCredentials(let renewed):
            arm(setup.route.timeouts[.authentication])
            obtainCredentials(renewed: renewed)
        case .becomeReady: becomeReady()
        case .pullContent: pull()
        case .sendContent(let phase): sendContent(phase)
        case .report(let report, let afterwards): finish(report, afterwards)
        case .fail(let failure, let afterwards): fail(failure, afterwards)
        case .rehearsed(let reply, let afterwards): rehearsed(reply, afterwards)
        case .close: wire?.close()
        case .nothing: break
        }
    }

    private func arm(_ duration: Duration) {
        deadline = duration
        timer?.arm(after: duration)
    }

    private func send(_ flight: Flight, _ phase: SessionPhase) {
        trace(flight)
        arm(setup.route.timeouts[phase])
        write(flight.octets)
    }

    private func write(_ octets: [UInt8]) {
        do {
            try wire?.write(octets)
        } catch {
            run(machine.tlsFailed(error.sentence))
        }
    }

    private func startTLS() {
        arm(setup.route.timeouts[.tlsHandshake])
        let serverName = setup.route.tlsName ?? host
        guard let wire, let context = setup.tls else {
            return run(machine.tlsFailed("this route has no TLS settings"))
        }
        do {
            try wire.startTLS(context.makeClientConnection(serverName: serverName))
        } catch {
            run(machine.tlsFailed(error.sentence))
        }
    }
}

extension SMTPSession {
    private func obtainCredentials(renewed: Bool) {
        switch setup.route.signIn {
        case .none: run(machine.credentialsFailed(CredentialError("the route does not sign in")))
        case .plain(let user, let provider), .login(let user, let provider),
            .password(let user, let provider):
            BlockingWork.run { [self] in
                let result = Result { () throws(CredentialError) in
                    Credentials(user: user, secret: try provider.secret())
                }
                loop.execute { self.use(result) }
            }
        case .xoauth2(let mailbox, let provider):
            provider.token(renew: renewed) { [self] result in
                let credentials = result.map {
                    Credentials(user: mailbox, secret: $0.secret, claims: $0.claims)
                }
                loop.execute { self.use(credentials) }
            }
        }
    }

    private func use(_ result: Result<Credentials, CredentialError>) {
        switch result {
        case .success(let credentials): run(machine.credentialsObtained(credentials))
        case .failure(let error): run(machine.credentialsFailed(error))
        }
    }

    private func becomeReady() {
        timer?.disarm()
        switch errand {
        case .submission: errand.map(begin)
        case .probe(let completion):
            errand = nil
            owner.sessionIdle(self)
            owner.deliver { completion(nil) }
        case .rehearsal(let sender, _):
            setup.witness?.saw(.ready)
            run(machine.rehearse(sender))
        case nil: owner.sessionIdle(self)
        }
    }
}

extension SMTPSession {
    private var source: (any SubmissionSource)? {
        guard case .submission(let job, _) = errand else { return nil }
        return job.source
    }

    private func pull() {
        timer?.disarm()
        source?.nextChunk { [self] result in
            loop.execute { self.take(result) }
        }
    }

    private func take(_ result: Result<ContentChunk, ContentFailure>) {
        switch result {
        case .success(let chunk):
            self.chunk = chunk
            run(machine.contentReady(isLast: chunk.isLast))
        case .failure(let failure): run(machine.contentFailed(failure))
        }
    }

    private func sendContent(_ phase: SessionPhase) {
        guard let chunk else { return }
        self.chunk = nil
        contentOctets += chunk.octets.count
        if chunk.isLast { setup.trace?("C: (\(contentOctets) octets of content)") }
        arm(setup.route.timeouts[phase])
        write(chunk.octets)
        if wire?.isWritable == true { run(machine.contentSent()) }
    }

    private func finish(_ report: TransactionReport, _ afterwards: SessionAction.Afterwards) {
        guard case .submission(let job, let isSecondTry) = errand else { return }
        errand = nil
        let peer = peer
        settle(afterwards)
        if report.isUntouched, messageCount > 1, !isSecondTry {
            owner.dial(.submission(job, isSecondTry: true))
            return
        }
        let result = AttemptReport(
            end: report.end,
            recipients: report.recipients,
            peer: peer,
            session: name
        )
        owner.deliver { job.completion(result) }
    }

    private func fail(_ failure: Failure, _ afterwards: SessionAction.Afterwards) {
        let errand = errand
        self.errand = nil
        let peer = peer
        settle(afterwards)
        switch errand {
        case .submission(let job, _):
            owner.deliver { job.completion(job.report(failure, peer: peer)) }
        case .probe(let completion): owner.deliver { completion(failure) }
        case .rehearsal(_, let completion): owner.deliver { completion(.failed(failure)) }
        case nil: break
        }
    }

    private func rehearsed(_ reply: Reply, _ afterwards: SessionAction.Afterwards) {
        guard case .rehearsal(_, let completion) = errand else { return }
        errand = nil
        settle(afterwards)
        owner.deliver { completion(.answered(reply)) }
    }

    private func settle(_ afterwards: SessionAction.Afterwards) {
        timer?.disarm()
        switch afterwards {
        case .keep: owner.sessionIdle(self)
        case .quit(let flight): send(flight, .quit)
        case .close: wire?.close()
        }
    }

    private func trace(_ flight: Flight) {
        guard let trace = setup.trace else { return }
        for line in flight.traceLines { trace("C: \(line)") }
    }

    private func trace(_ reply: Reply) {
        guard let trace = setup.trace else { return }
        for line in reply.verbatim.split(separator: "\n") { trace("S: \(line)") }
    }
}
