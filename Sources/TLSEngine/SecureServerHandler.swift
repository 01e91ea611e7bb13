package import NIOCore

/// The server's end of TLS in a channel: octets of the network outside, plain ones inside.
///
/// Must be the first handler. A failed handshake or a broken record closes the channel.
package final class SecureServerHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let connection: TLSConnection
    private var plaintext = ByteBuffer()
    private var isOpen = false

    /// Creates the handler of one channel.
    package init(_ connection: TLSConnection) { self.connection = connection }

    /// Takes octets from the network.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        connection.receive(&received)
        do throws(TLSError) {
            if !isOpen { isOpen = try connection.advance() == .open }
            if isOpen { try readAll(context) }
            flushCiphertext(context)
        } catch {
            fail(context)
        }
    }

    /// Encrypts what goes to the network; nothing can go before the handshake is complete.
    package func write(
        context: ChannelHandlerContext,
        data: NIOAny,
        promise: EventLoopPromise<Void>?
    ) {
        guard isOpen else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        do throws(TLSError) {
            try connection.write(unwrapOutboundIn(data))
        } catch {
            promise?.fail(error)
            return fail(context)
        }
        if let ciphertext = connection.takeCiphertext() {
            context.write(wrapOutboundOut(ciphertext), promise: promise)
        } else {
            promise?.succeed()
        }
    }

    /// Says goodbye before the network connection is closed.
    package func close(
        context: ChannelHandlerContext,
        mode: CloseMode,
        promise: EventLoopPromise<Void>?
    ) {
        if mode != .input {
            connection.startClose()
            flushCiphertext(context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func readAll(_ context: ChannelHandlerContext) throws(TLSError) {
        while true {
            switch try connection.read(into: &plaintext) {
            case .octets:
                context.fireChannelRead(wrapInboundOut(plaintext))
                plaintext = ByteBuffer()
            case .needMore: return
            case .closed:
                context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
                return
            }
        }
    }

    private func flushCiphertext(_ context: ChannelHandlerContext) {
        guard let ciphertext = connection.takeCiphertext() else { return }
        context.writeAndFlush(wrapOutboundOut(ciphertext), promise: nil)
    }

    /// Sends the alert that tells the client why, and closes.
    private func fail(_ context: ChannelHandlerContext) {
        flushCiphertext(context)
        context.close(promise: nil)
    }
}
