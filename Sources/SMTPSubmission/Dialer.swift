import Glibc
import NIOCore
import NIOPosix
import SMTPProtocol

/// Why no server could be connected to: one line for each address tried, or what came before it.
struct DialError: Error, Hashable {
    var attempts: [String]
}

/// A connection on which a session can begin; it does not read until it is told to.
struct Connection {
    let channel: any Channel
    /// The server's name, which its certificate must carry unless the route says otherwise.
    let host: String
    /// `host [address]:port`, with the proxy where there is one.
    let label: String
    /// What the server said before anybody was listening: behind a proxy's answer.
    var earlyOctets = ByteBuffer()
}

/// Connects to a server of a route: by name or MX record, straight or through a proxy.
struct Dialer: Sendable {
    let route: SMTPRoute
    let loop: any EventLoop
    let witness: SessionWitness?

    /// Mail exchangers that are tried before an attempt has failed: each may cost the whole time
    /// for connecting.
    static let maximumHosts = 5

    init(_ route: SMTPRoute, loop: any EventLoop, witness: SessionWitness? = nil) {
        self.route = route
        self.loop = loop
        self.witness = witness
    }

    /// Connects, or fails with ``DialError``.
    func dial(_ directory: MailExchangerDirectory) -> EventLoopFuture<Connection> {
        guard let domain = route.mxDomain else { return dial([route.host], after: []) }
        let hosts = directory.hosts(of: domain).flatMapErrorThrowing {
            try fallBack(from: $0, domain)
        }
        let connection = hosts.flatMap { hosts in
            witness?.saw(.exchangers(hosts))
            return dial(hosts.prefix(Self.maximumHosts), after: [])
        }
        return connection.assumeIsolated().flatMapErrorThrowing { error in
            directory.forget(domain)
            throw error
        }.nonisolated()
    }

    private func fallBack(from error: any Error, _ domain: String) throws -> [String] {
        let failure = error as? MailExchangerError ?? .noAnswer
        if failure == .noRecord, route.usesDomainWithoutMX { return [domain] }
        throw DialError(attempts: ["\(domain): \(failure.phrase)"])
    }

    /// One host after the other, in their order (RFC 5321 §5.1).
    private func dial(
        _ hosts: some BidirectionalCollection<String> & Sendable,
        after attempts: [String]
    ) -> EventLoopFuture<Connection> {
        guard let host = hosts.first else {
            return loop.makeFailedFuture(DialError(attempts: attempts))
        }
        let rest = Array(hosts.dropFirst())
        return dial(host).flatMapError { error in
            let lines = (error as? DialError)?.attempts ?? ["\(host): \(error)"]
            guard !rest.isEmpty else {
                return loop.makeFailedFuture(DialError(attempts: attempts + lines))
            }
            return dial(rest, after: attempts + lines)
        }
    }

    private func dial(_ host: String) -> EventLoopFuture<Connection> {
        if let proxy = route.proxy { return dial(host, through: proxy) }
        let caller = AddressCaller(
            route,
            host: host,
            port: route.port,
            loop: loop,
            isLoopbackOnly: route.tls == .none,
            witness: witness
        )
        return caller.call().map { channel in
            let label = channel.remoteAddress?.label(host) ?? host
            return Connection(channel: channel, host: host, label: label)
        }
    }
}

extension Dialer {
    private func dial(
        _ host: String,
        through proxy: SMTPProxy
    ) -> EventLoopFuture<Connection> {
        let target = host.contains(":") ? "[\(host)]:\(route.port)" : "\(host):\(route.port)"
        guard route.tls != .none else {
            let line = "\(target): not tried: without TLS no proxy is used"
            return loop.makeFailedFuture(DialError(attempts: [line]))
        }
        let caller = AddressCaller(
            route,
            host: proxy.host,
            port: proxy.port,
            loop: loop,
            isLoopbackOnly: false,
            witness: witness
        )
        return authorization(proxy).flatMap { authorization in
            caller.call().flatMap { connect($0, target, authorization) }
        }.map { channel, rest in
            let by = channel.remoteAddress?.label(proxy.host) ?? proxy.host
            let label = "\(target) through proxy \(by)"
            return Connection(channel: channel, host: host, label: label, earlyOctets: rest)
        }.flatMapErrorThrowing { throw explain($0, proxy, target) }
    }

    private func authorization(_ proxy: SMTPProxy) -> EventLoopFuture<String?> {
        guard proxy.user != nil else { return loop.makeSucceededFuture(nil) }
        let promise = loop.makePromise(of: String?.self)
        BlockingWork.run { promise.completeWith(Result { try proxy.authorization() }) }
        return promise.futureResult
    }

    private func connect(
        _ channel: any Channel,
        _ target: String,
        _ authorization: String?
    ) -> EventLoopFuture<(any Channel, ByteBuffer)> {
        let promise = loop.makePromise(of: ByteBuffer.self)
        let handler = ProxyConnect(
            to: target,
            authorization: authorization,
            timeout: route.timeouts.connect,
            promise: promise
        )
        do {
            try channel.pipeline.syncOperations.addHandler(handler)
        } catch {
            promise.fail(ProxyFailure.closed)
            channel.close(promise: nil)
        }
        return promise.futureResult.map { (channel, $0) }
    }

    private func explain(_ error: any Error, _ proxy: SMTPProxy, _ target: String) -> DialError {
        switch error {
        case let error as ProxyFailure:
            let name = "proxy \(proxy.host):\(proxy.port)"
            return DialError(attempts: ["\(name): \(error.phrase(target))"])
        case let error as DialError:
            return DialError(attempts: error.attempts.map { "proxy \($0)" })
        default: return DialError(attempts: ["proxy \(proxy.host): \(error)"])
        }
    }
}
