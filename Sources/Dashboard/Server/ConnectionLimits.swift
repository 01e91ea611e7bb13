internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// The connections that are open: where there are too many, the oldest that shows no login ends.
///
/// So a crowd of strangers costs a bounded number of descriptors, and who has signed in stays.
final class ConnectionRegister: Sendable {
    /// How many there may be.
    static let most = 128

    private struct Entry {
        let channel: any Channel
        let order: UInt64
        var isTrusted = false
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Remembers a connection until it is closed.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let surplus = state.withLock { state -> (any Channel)? in
            state.next += 1
            state.entries[id] = Entry(channel: channel, order: state.next)
            guard state.entries.count > Self.most else { return nil }
            return state.entries.values.filter { !$0.isTrusted }
                .min { $0.order < $1.order }?.channel
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.entries.removeValue(forKey: id) }
        }
        surplus?.close(promise: nil)
    }

    /// Notes that somebody who signed in uses a connection.
    func trust(_ channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.isTrusted = true }
    }

    /// How many there are.
    var count: Int { state.withLock { $0.entries.count } }

    /// Closes all.
    func closeAll() {
        for entry in state.withLock({ Array($0.entries.values) }) {
            entry.channel.close(promise: nil)
        }
    }
}

/// Ends connections of clients that are too slow: whose requests do not come, or who do not read.
final class SlowClientHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long clients may take: for a whole request, for the next one, to read what was written.
    struct Limits: Sendable {
        var request = TimeAmount.seconds(15)
        var pause = TimeAmount.seconds(60)
        var reading = TimeAmount.seconds(30)
    }

    private let limits: Limits
    private var requestDeadline: Scheduled<Void>?
    private var readingDeadline: Scheduled<Void>?
    /// Requests whose end has not come, and responses that have not ended.
    private var isReceiving = false
    private var unanswered = 0
    private var unread = 0

    /// Creates the handler of one connection.
    init(_ limits: Limits) { self.limits = limits }

    /// Begins to wait for the first request, or for the handshake of TLS.
    func handlerAdded(context: ChannelHandlerContext) { expect(limits.request, context) }

    /// Waits for nothing more.
    func handlerRemoved(context: ChannelHandlerContext) {
        requestDeadline?.cancel()
        readingDeadline?.cancel()
    }

    /// Passes a part of a request on.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReceiving = true
            unanswered += 1
            expect(limits.request, context)
        case .body: break
        case .end:
            isReceiving = false
            requestDeadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    /// Passes a part of a response on.
    func write(
        context: ChannelHandlerContext,
        data: NIOAny,
        promise: EventLoopPromise<Void>?
    ) {
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.cascade(to: promise)
        unread += 1
        if unread == 1 { startReading(context) }
        let handler = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            handler.value.handler.wasRead(isEnd: isEnd, handler.value.context)
        }
        context.write(data, promise: written)
    }

    private func wasRead(isEnd: Bool, _ context: ChannelHandlerContext) {
        unread -= 1
        readingDeadline?.cancel()
        if unread > 0 { startReading(context) }
        guard isEnd else { return }
        unanswered -= 1
        // Answered before it had come whole: what is left of it is nothing that we want to read.
        if isReceiving { return context.close(promise: nil) }
        if unanswered <= 0 { expect(limits.pause, context) }
    }

    private func expect(_ limit: TimeAmount, _ context: ChannelHandlerContext) {
        requestDeadline?.cancel()
        requestDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            context.close(promise: nil)
        }
    }

    private func startReading(_ context: ChannelHandlerContext) {
        readingDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: limits.reading) {
            context.close(promise: nil)
        }
    }
}
