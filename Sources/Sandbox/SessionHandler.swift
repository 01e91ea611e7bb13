internal import NIOCore
internal import Synchronization
internal import TLSEngine

/// Drives one ``SandboxSession`` over a channel: octets to lines and content, actions to octets.
final class SessionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What received octets are.
    enum Mode {
        case lines
        /// The client's part of a handshake that is to fail.
        case spoiltHandshake(SpoiltHandshake)
        case content(IncomingContent)
        /// Nobody reads them: the reply goes on and on, or the connection is closing.
        case deaf
    }

    let core: SandboxCore
    let side: SandboxSide
    let sessionID = makeSessionID()
    var session: SandboxSession?
    var mode = Mode.lines
    var lines = CommandLineReader()
    var content: IncomingContent?
    var input = ByteBuffer()
    var output = ByteBuffer()
    var tls: TLSConnection?
    var isSecured = false
    /// What remains to be done after a pause; `nil` outside of one.
    var postponed: ArraySlice<SandboxSession.Action>?
    var timers: [Timer: Scheduled<Void>] = [:]
    var lastInput = NIODeadline.now()
    var endless: EndlessReply?

    enum Timer: Hashable {
        case pause, idle, close
    }

    /// How many octets of replies are collected before they are sent.
    static let outputLimit = 65_536
    /// How long a client has to close after the last reply, before the connection is cut.
    static let closingTime = TimeAmount.seconds(5)

    /// Creates the handler of one channel.
    init(_ core: SandboxCore, _ side: SandboxSide) {
        self.core = core
        self.side = side
    }

    /// Greets the client.
    func channelActive(context: ChannelHandlerContext) {
        let sessions = countSession()
        let session = SandboxSession(
            options: core.options,
            side: side,
            sessionID: sessionID,
            clientAddress: context.remoteAddress?.ipAddress ?? "127.0.0.1"
        )
        let isFull = sessions > core.options.maximumSessions
        self.session = session
        watchIdleness(context, for: TimeAmount(core.options.idleTimeout))
        tell(context) { session, now, books in session.open(isFull: isFull, at: now, &books) }
        flush(context)
    }

    /// Forgets the client.
    func channelInactive(context: ChannelHandlerContext) {
        for timer in timers.values { timer.cancel() }
        timers = [:]
        postponed = nil
        mode = .deaf
        content = nil
        tls = nil
        core.books.withLock { $0.tenant.endSession(sessionID) }
        core.tally.count { $0.sessionsNow -= 1 }
    }

    /// Takes octets from the network.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        lastInput = .now()
        if let tls {
            tls.receive(&received)
            if postponed == nil { readTLS(tls, context) }
        } else if case .deaf = mode {
            return
        } else if input.readableBytes == 0 {
            input = received
        } else {
            input.writeBuffer(&received)
        }
        process(context)
    }

    /// Sends every reply of a flight at once.
    func channelReadComplete(context: ChannelHandlerContext) {
        flush(context)
    }

    /// Reads no further while the client does not take its replies.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        setReading(context)
        sendEndlessly(context)
        guard context.channel.isWritable, postponed == nil else { return }
        process(context)
        flush(context)
    }

    /// Closes: a connection that failed has no use.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func countSession() -> Int {
        var now = 0
        core.tally.count {
            $0.sessionsEver += 1
            $0.sessionsNow += 1
            $0.sessionsMost = max($0.sessionsMost, $0.sessionsNow)
            now = $0.sessionsNow
        }
        return now
    }

    /// Sixteen capital hexadecimal digits, as in the greeting of Exchange Online.
    private static func makeSessionID() -> String {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension SessionHandler {
    /// Feeds the session for as long as it has input and does not pause.
    func process(_ context: ChannelHandlerContext) {
        while postponed == nil {
            // A client that pipelines and does not read must not fill our memory with replies.
            if output.readableBytes >= Self.outputLimit { flush(context) }
            guard context.channel.isWritable else { return }
            switch mode {
            case .lines:
                guard let line = lines.next(from: &input) else { return }
                core.tally.count { $0.commands += 1 }
                tell(context) { session, now, books in session.receive(line, at: now, &books) }
            case .content(let content):
                guard input.readableBytes > 0 else { return }
                guard content.hasBegun else {
                    begin(content, context)
                    continue
                }
                guard receive(content, context) else { return }
            case .spoiltHandshake(let spoilt):
                guard input.readableBytes > 0 else { return }
                spoil(spoilt, context)
            case .deaf:
                return
            }
        }
    }

    func begin(_ content: IncomingContent, _ context: ChannelHandlerContext) {
        // Before a pause, so that the session is told once.
        content.hasBegun = true
        tell(context) { session, _, books in session.contentBegan(&books) }
    }

    /// Reads content; `false` when the input did not hold the final dot.
    func receive(_ content: IncomingContent, _ context: ChannelHandlerContext) -> Bool {
        let end = input.withUnsafeReadableBytes { content.receive($0) }
        guard let end else {
            input.clear()
            return false
        }
        input.moveReaderIndex(forwardBy: end)
        mode = .lines
        let facts = content.finish()
        tell(context) { session, now, books in session.contentEnded(facts, at: now, &books) }
        return true
    }

    /// Tells the session of an event and carries out what follows.
    func tell(
        _ context: ChannelHandlerContext,
        _ event: (
            inout SandboxSession, SandboxTime, inout SandboxBooks
        ) -> [SandboxSession.Action]
    ) {
        guard var session else { return }
        let actions = core.books.withLock { books in
            // Inside the lock, so that the books never see time run backwards.
            let now = core.options.clock.now()
            books.faults.now = now
            return event(&session, now, &books)
        }
        self.session = session
        perform(actions[...], context)
    }
}
