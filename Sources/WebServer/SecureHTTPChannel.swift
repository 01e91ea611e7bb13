package import HummingbirdCore
package import Logging
package import NIOCore
internal import ServiceLifecycle
package import TLSEngine

/// The connections of a server that speaks HTTP/1.1: TLS where it is wanted, then HTTP.
package struct SecureHTTPChannel: ServerChildChannel {
    package typealias Value = HTTP1Channel.Value

    private let http: HTTP1Channel
    private let tls: TLSContext?
    private let opened: @Sendable (any Channel) -> Void

    /// Creates the channels of a server, which speaks plain HTTP without `tls`.
    ///
    /// `opened` is told of every connection before anything is read from it.
    package init(
        _ http: HTTP1Channel,
        tls: TLSContext?,
        opened: @escaping @Sendable (any Channel) -> Void
    ) {
        (self.http, self.tls, self.opened) = (http, tls, opened)
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        opened(channel)
        return channel.eventLoop.makeCompletedFuture {
            guard let tls else { return }
            let handler = SecureServerHandler(try tls.makeServerConnection())
            try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    package func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }

    /// Listens, hands over the channel that does, and serves until the task is cancelled.
    ///
    /// - Throws: `IOError` when the address cannot be listened on.
    package func serve(
        at address: BindAddress,
        on group: any EventLoopGroup,
        logger: Logger,
        started: @escaping @Sendable (any Channel) -> Void
    ) async throws {
        try await server(
            configuration: ServerConfiguration(address: address),
            onServerRunning: started,
            eventLoopGroup: group,
            logger: logger
        ).run()
    }
}
