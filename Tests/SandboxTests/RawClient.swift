import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A TCP client that says what it is told, octet by octet, and remembers what it hears.
final class RawClient: Sendable {
    private struct Heard {
        var octets: [UInt8] = []
        var isClosed = false
    }

    private let heard = Mutex(Heard())
    private let channel: Mutex<(any Channel)?> = Mutex(nil)

    /// Connects to a port of loopback; a deaf client reads nothing before ``listen()``.
    init(port: Int, isDeaf: Bool = false) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Ear(self))
                }
            }
            .channelOption(.autoRead, value: !isDeaf)
            .connect(host: "127.0.0.1", port: port)
            .get()
        self.channel.withLock { $0 = channel }
    }

    deinit { close() }

    /// Closes without a word.
    func close() { channel.withLock { $0?.close(promise: nil) } }

    /// Everything heard so far.
    var text: String { heard.withLock { String(decoding: $0.octets, as: UTF8.self) } }
    /// How many octets were heard so far.
    var count: Int { heard.withLock { $0.octets.count } }
    /// Whether the server has closed.
    var isClosed: Bool { heard.withLock { $0.isClosed } }

    /// Sends a text in one write.
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Sends octets in one write.
    func send(_ octets: [UInt8]) async throws {
        try await channel.withLock { $0 }?.writeAndFlush(ByteBuffer(bytes: octets)).get()
    }

    /// Begins to read.
    func listen() async throws {
        try await channel.withLock { $0 }?.setOption(.autoRead, value: true).get()
    }

    /// Waits until a text was heard.
    func hear(_ wanted: String) async throws {
        try await waitUntil("\"\(wanted)\", heard only \"\(text.suffix(2000))\"") {
            text.contains(wanted)
        }
    }

    /// Sends a text and waits for another one.
    func say(_ text: String, hear wanted: String) async throws {
        try await send(text)
        try await hear(wanted)
    }

    /// Waits until the server has closed.
    func waitForClose() async throws {
        try await waitUntil("the end of the connection, heard \"\(text.suffix(2000))\"") {
            isClosed
        }
    }

    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        // weak because the client owns the channel and the channel this handler.
        private weak let client: RawClient?

        init(_ client: RawClient) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let octets = unwrapInboundIn(data).readableBytesView
            client?.heard.withLock { $0.octets += octets }
        }

        func channelInactive(context: ChannelHandlerContext) {
            client?.heard.withLock { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
