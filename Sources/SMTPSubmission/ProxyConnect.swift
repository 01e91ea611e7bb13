import NIOCore
import SMTPProtocol
import Submission

/// Asks an HTTP proxy for a connection to a server and then leaves the pipeline.
///
/// Reads by itself, since the channel does not until the session's handler is in place.
// @unchecked because every member is touched on the channel's loop only.
final class ProxyConnect: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: String
    private let hasPassword: Bool
    private let timeout: Duration
    private let promise: EventLoopPromise<ByteBuffer>
    private var answer = ProxyAnswer()
    private var deadline: Scheduled<Void>?
    private var isSettled = false

    /// Prepares the request; the promise takes what the server sent already, or ``ProxyFailure``.
    init(
        to target: String,
        authorization: String?,
        timeout: Duration,
        promise: EventLoopPromise<ByteBuffer>
    ) {
        let fields = ["CONNECT \(target) HTTP/1.1", "Host: \(target)"]
        let lines = fields + (authorization.map { ["Proxy-Authorization: \($0)"] } ?? [])
        request = lines.joined(separator: "\r\n") + "\r\n\r\n"
        hasPassword = authorization != nil
        self.timeout = timeout
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard context.channel.isActive else { return settle(.failure(.closed), context) }
        let time = TimeAmount(timeout)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            deadline = nil
            settle(.failure(.noAnswer(within: timeout)), context)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isSettled else { return }
        switch answer.receive(unwrapInboundIn(data)) {
        case .incomplete: break
        case .connected(let rest): settle(.success(rest), context)
        case .refused(let status, let reason):
            let failure = ProxyFailure.refused(
                status: status,
                reason: reason,
                hadPassword: hasPassword
            )
            settle(.failure(failure), context)
        case .tooLong: settle(.failure(.tooLong), context)
        case .notHTTP(let beginning): settle(.failure(.notHTTP(beginning)), context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !isSettled { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        settle(.failure(.closed), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        settle(.failure(.closed), context)
        context.fireChannelInactive()
    }

    private func settle(
        _ result: Result<ByteBuffer, ProxyFailure>,
        _ context: ChannelHandlerContext
    ) {
        guard !isSettled else { return }
        isSettled = true
        deadline?.cancel()
        deadline = nil
        switch result {
        case .success(let rest):
            // The promise's future goes on only when this handler is out of the way.
            let promise = promise
            context.pipeline.syncOperations.removeHandler(self).whenComplete { _ in
                promise.succeed(rest)
            }
        case .failure(let failure):
            promise.fail(failure)
            context.close(promise: nil)
        }
    }
}

extension SMTPProxy {
    /// The value of Proxy-Authorization (RFC 7617 §2), or `nil` where the proxy knows no users;
    /// blocks as the password's provider does.
    func authorization() throws(ProxyFailure) -> String? {
        guard let user else { return nil }
        let isClean = { (text: String) in text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
        let secret: String
        do {
            secret = try password?.secret() ?? ""
        } catch {
            throw .credentials(error.sentence)
        }
        // A colon would end the user name early, and a line end the field.
        guard !user.contains(":"), isClean(user), isClean(secret) else {
            throw .credentials("the proxy's user name or password holds a character it must not")
        }
        let octets = Base64.encode(Array("\(user):\(secret)".utf8))
        return "Basic \(String(decoding: octets, as: UTF8.self))"
    }
}
