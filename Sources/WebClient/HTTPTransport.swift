internal import AsyncHTTPClient
package import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Synchronization

/// How an ``HTTPTransport`` reaches hosts and whom it trusts.
package struct HTTPTransportOptions: Hashable, Sendable {
    package var proxy: ProxyChoice
    /// A file of certificates in PEM that replaces the trust store of the system.
    package var caFile: String?
    /// From the look-up of a name to the end of the TLS handshake, each step by itself.
    package var connectTimeout: Duration
    /// How long an unused connection is kept.
    ///
    /// Short, since a request on a connection that the service has just closed is *unanswered*.
    package var idleTimeout: Duration

    /// Creates options.
    package init(
        proxy: ProxyChoice,
        caFile: String? = nil,
        connectTimeout: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(30)
    ) {
        self.proxy = proxy
        self.caFile = caFile
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
    }
}

/// HTTP/1.1 over TCP or TLS 1.2 and later, directly or through a proxy.
///
/// Costs nothing before the first request. Must be shut down before its last reference goes.
package final class HTTPTransport: WebTransport {
    private let options: HTTPTransportOptions
    private let group: any EventLoopGroup
    private let state = Mutex(State.open(Clients()))

    private enum State {
        case open(Clients)
        case closed
    }

    private struct Clients {
        /// One for each proxy, since a client has only one.
        var current: [ProxyAddress?: HTTPClient] = [:]
        /// Those that trust what ``HTTPTransportOptions/caFile`` held before; requests may still be
        /// under way with them.
        var retired: [HTTPClient] = []
        /// What the file of trusted certificates looked like when it was read.
        var trust: FileMark?
    }

    /// Creates a transport that has no connection yet.
    package init(options: HTTPTransportOptions, group: any EventLoopGroup) {
        self.options = options
        self.group = group
    }

    /// Sends a request and waits for the whole response; never follows a redirect.
    ///
    /// A cancelled task ends the request; ``WebError/fate`` says whether in time.
    package func send(_ request: WebRequest) async throws(WebError) -> WebResponse {
        guard let address = WebAddress(request.url) else {
            throw WebError(.connect, .notSent, "the address of a request is not an http address")
        }
        let exchange = WebExchange(limit: request.maximumResponseOctets)
        let explanation = WebErrorSentence(host: address.host, timeout: request.timeout)
        let prepared = try prepare(request, to: address, exchange, explanation)
        let deadline = NIODeadline.now() + TimeAmount(request.timeout)
        let task = prepared.client.execute(
            request: prepared.request,
            delegate: exchange,
            deadline: deadline
        )
        do {
            return try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
        } catch {
            let end = exchange.end()
            let fault = explanation.error(error, fate: end.fate, isConnected: end.isConnected)
            if fault.kind == .tls { readTrustAgain() }
            throw fault
        }
    }

    /// Closes all connections; requests under way end, later ones are refused.
    package func shutDown() async {
        let clients = state.withLock { state -> [HTTPClient] in
            defer { state = .closed }
            guard case .open(let clients) = state else { return [] }
            return clients.retired + clients.current.values
        }
        for client in clients {
            // Fails only when the client is shut down twice, which the state excludes.
            try? await client.shutdown()
        }
    }

    private func prepare(
        _ request: WebRequest,
        to address: WebAddress,
        _ exchange: WebExchange,
        _ explanation: WebErrorSentence
    ) throws(WebError) -> (client: HTTPClient, request: HTTPClient.Request) {
        do {
            let client = try client(for: address)
            let prepared = try HTTPClient.Request(
                url: request.url,
                method: .init(rawValue: request.method),
                headers: .init(request.headers),
                body: exchange.body(request.body, on: group.next())
            )
            return (client, prepared)
        } catch {
            throw explanation.error(error, fate: .notSent)
        }
    }

    /// Has the file of trusted certificates read anew by the next request, if it has changed: a
    /// handshake failed, and an operator may have put the file right.
    private func readTrustAgain() {
        guard let file = options.caFile else { return }
        let mark = FileMark(file)
        state.withLock { state in
            guard case .open(var clients) = state, clients.trust != mark else { return }
            clients.retired += clients.current.values
            clients.current = [:]
            state = .open(clients)
        }
    }

    private func client(for address: WebAddress) throws -> HTTPClient {
        let proxy = try options.proxy.proxy(for: address)
        return try state.withLock { state throws in
            guard case .open(var clients) = state else { throw TransportClosed() }
            if let client = clients.current[proxy] { return client }
            if let file = options.caFile, clients.current.isEmpty { clients.trust = FileMark(file) }
            let client = HTTPClient(
                eventLoopGroupProvider: .shared(group),
                configuration: try configuration(proxy)
            )
            clients.current[proxy] = client
            state = .open(clients)
            return client
        }
    }

    private func configuration(_ proxy: ProxyAddress?) throws -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let file = options.caFile {
            let certificates = try? NIOSSLCertificate.fromPEMFile(file)
            guard let certificates, !certificates.isEmpty else { throw CAFileUnusable(path: file) }
            tls.trustRoots = .certificates(certificates)
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(options.connectTimeout))
        )
        configuration.proxy = proxy.map { address in
            .server(
                host: address.host,
                port: address.port,
                authorization: address.credentials.map {
                    .basic(username: $0.user, password: $0.password)
                }
            )
        }
        // The delegate's word on what was handed over is about one connection.
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = TimeAmount(options.idleTimeout)
        // Callers have a schedule of their own, and want to hear of it.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}

/// A request came after the end.
struct TransportClosed: Error {}

/// The file of trusted certificates cannot be used.
struct CAFileUnusable: Error {
    let path: String
}
