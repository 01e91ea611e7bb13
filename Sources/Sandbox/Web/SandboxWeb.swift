internal import NIOCore
internal import Synchronization
internal import TLSEngine

/// The HTTP side of a sandbox: tokens, metadata services, Graph and the inbox.
final class SandboxWeb: Sendable {
    /// How long a request's body may be where nothing says otherwise.
    static let bodyLimit = 8 << 20

    let core: WebCore
    private let listeners: Mutex<[WebListener]>
    /// The ports that are listened on; `nil` where none is.
    let securePort: Int?
    let plainPort: Int?

    /// Listens on the ports of the options.
    ///
    /// - Throws: ``SandboxError``; nothing listens then.
    static func start(
        _ core: WebCore,
        host: String,
        tls: TLSContext?,
        group: any EventLoopGroup
    ) async throws(SandboxError) -> SandboxWeb {
        var listeners: [WebListener] = []
        var securePort: Int?
        var plainPort: Int?
        do throws(SandboxError) {
            if let port = core.options.securePort, let tls {
                let listener = try await listen(core, host, port, tls, group)
                securePort = listener.port
                listeners.append(listener)
            }
            if let port = core.options.plainPort {
                let listener = try await listen(core, host, port, nil, group)
                plainPort = listener.port
                listeners.append(listener)
            }
        } catch {
            for listener in listeners { await listener.stop() }
            throw error
        }
        return SandboxWeb(core, listeners, securePort: securePort, plainPort: plainPort)
    }

    private init(_ core: WebCore, _ listeners: [WebListener], securePort: Int?, plainPort: Int?) {
        self.core = core
        self.listeners = Mutex(listeners)
        self.securePort = securePort
        self.plainPort = plainPort
    }

    private static func listen(
        _ core: WebCore,
        _ host: String,
        _ port: Int,
        _ tls: TLSContext?,
        _ group: any EventLoopGroup
    ) async throws(SandboxError) -> WebListener {
        try await WebListener.start(
            host: host,
            port: port,
            tls: tls,
            bodyLimit: bodyLimit,
            group: group,
            responder: { ask, body in try await core.answer(ask, body) }
        )
    }

    /// Stops listening, cuts every connection and removes keys that wait for a client.
    func stop() async {
        let all = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for listener in all { await listener.stop() }
        core.book.withLock { $0.arc.clear() }
    }
}
