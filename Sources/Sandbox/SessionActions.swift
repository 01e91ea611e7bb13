internal import NIOCore
internal import Synchronization
internal import TLSEngine

extension SessionHandler {
    func perform(
        _ actions: ArraySlice<SandboxSession.Action>,
        _ context: ChannelHandlerContext
    ) {
        var rest = actions
        while let action = rest.popFirst() {
            switch action {
            case .send(let octets):
                output.writeBytes(octets)
            case .sendEndlessly(let line):
                mode = .deaf
                endless = EndlessReply(line: line)
                sendEndlessly(context)
            case .wait(let duration):
                return pause(for: TimeAmount(duration), then: rest, context)
            case .startTLS(let spoilt):
                startTLS(spoilt, context)
            case .receiveContent:
                let content = IncomingContent(
                    limit: core.options.maximumMessageOctets,
                    file: core.store.begin()
                )
                self.content = content
                mode = .content(content)
            case .keep(let message):
                guard keep(message) else {
                    output.writeBytes(SandboxReply.cannotKeep.octets)
                    return
                }
            case .discard:
                content = nil
                core.tally.count { $0.refused += 1 }
            case .close:
                close(context)
            case .abort:
                mode = .deaf
                flush(context)
                context.close(promise: nil)
            }
        }
    }

    func keep(_ message: SandboxMessage) -> Bool {
        defer { content = nil }
        guard let kept = core.store.settle(message, content?.file) else {
            core.tally.count { $0.refused += 1 }
            return false
        }
        core.options.onAccepted?(kept)
        core.tally.countAccepted(octets: kept.content.octets)
        return true
    }

    func pause(
        for amount: TimeAmount,
        then rest: ArraySlice<SandboxSession.Action>,
        _ context: ChannelHandlerContext
    ) {
        flush(context)
        postponed = rest
        setReading(context)
        schedule(.pause, in: amount, context) { handler, context in
            guard let rest = handler.postponed else { return }
            handler.postponed = nil
            handler.lastInput = .now()
            handler.perform(rest, context)
            if let tls = handler.tls { handler.readTLS(tls, context) }
            handler.process(context)
            handler.flush(context)
            handler.setReading(context)
        }
    }

    /// Ends the session politely: what the client still sends must not reset the connection before
    /// the last reply is read.
    func close(_ context: ChannelHandlerContext) {
        mode = .deaf
        // A client that was told goodbye may come back before it has closed.
        core.books.withLock { $0.tenant.endSession(sessionID) }
        flush(context)
        tls?.startClose()
        flush(context)
        context.close(mode: .output, promise: nil)
        schedule(.close, in: Self.closingTime, context) { _, context in
            context.close(promise: nil)
        }
    }

    func setReading(_ context: ChannelHandlerContext) {
        let isReading = postponed == nil && context.channel.isWritable
        try? context.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { context.read() }
    }
}

extension SessionHandler {
    /// Writes what the session said since the last flush.
    func flush(_ context: ChannelHandlerContext) {
        if let tls {
            if isSecured, output.readableBytes > 0 {
                do throws(TLSError) {
                    try tls.write(output)
                } catch {
                    return fail(context)
                }
                output.clear()
            }
            if let ciphertext = tls.takeCiphertext() {
                context.writeAndFlush(wrapOutboundOut(ciphertext), promise: nil)
            }
        } else if output.readableBytes > 0 {
            context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            output = ByteBuffer()
        }
    }

    /// Sends another helping of an endless reply, if there is one and the client still reads.
    func sendEndlessly(_ context: ChannelHandlerContext) {
        while context.channel.isWritable, var reply = endless {
            guard let helping = reply.next() else {
                endless = nil
                context.close(promise: nil)
                return
            }
            endless = reply
            output.writeBytes(helping)
            flush(context)
        }
    }
}

extension SessionHandler {
    func watchIdleness(_ context: ChannelHandlerContext, for amount: TimeAmount) {
        schedule(.idle, in: amount, context) { handler, context in
            let limit = TimeAmount(handler.core.options.idleTimeout)
            let silence = NIODeadline.now() - handler.lastInput
            guard handler.postponed == nil, silence >= limit else {
                let rest = handler.postponed == nil ? limit - silence : limit
                return handler.watchIdleness(context, for: rest)
            }
            handler.tell(context) { session, _, _ in session.idledTooLong() }
        }
    }

    func schedule(
        _ timer: Timer,
        in amount: TimeAmount,
        _ context: ChannelHandlerContext,
        _ work: @escaping (SessionHandler, ChannelHandlerContext) -> Void
    ) {
        let bound = NIOLoopBound((self, context, work), eventLoop: context.eventLoop)
        timers[timer]?.cancel()
        timers[timer] = context.eventLoop.scheduleTask(in: amount) {
            let (handler, context, work) = bound.value
            handler.timers[timer] = nil
            work(handler, context)
        }
    }
}

/// A reply that never ends, in helpings.
struct EndlessReply {
    /// When the server gives up on a client that reads without limit.
    private static let limit = 64 << 20
    private let helping: [UInt8]
    private var sent = 0

    init(line: [UInt8]) {
        let count = max(1, 16_384 / max(1, line.count))
        helping = Array(repeatElement(line, count: count).joined())
    }

    /// The next octets, or `nil` at the limit.
    mutating func next() -> [UInt8]? {
        guard sent < Self.limit else { return nil }
        sent += helping.count
        return helping
    }
}
