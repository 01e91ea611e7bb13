import Glibc
import NIOCore
import NIOPosix

/// Connects to a host by racing its addresses (RFC 8305).
struct AddressCaller: Sendable {
    let loop: any EventLoop
    let host: String
    let port: Int
    let timeout: Duration
    let bind: String?
    let family: AddressFamily
    let isLoopbackOnly: Bool
    let witness: SessionWitness?

    init(
        _ route: SMTPRoute,
        host: String,
        port: Int,
        loop: any EventLoop,
        isLoopbackOnly: Bool,
        witness: SessionWitness?
    ) {
        self.loop = loop
        self.host = host
        self.port = port
        timeout = route.timeouts.connect
        bind = route.bind
        family = route.addressFamily
        self.isLoopbackOnly = isLoopbackOnly
        self.witness = witness
    }

    /// Connects; the channel does not read until it is told to.
    func call() -> EventLoopFuture<any Channel> {
        let source: SocketAddress?
        do {
            source = try bind.map { try SocketAddress(ipAddress: $0, port: 0) }
        } catch {
            let line = "bind address '\(bind ?? "")' is not an IP address"
            return loop.makeFailedFuture(DialError(attempts: [line]))
        }
        let resolver = HostResolver(
            loop: loop,
            families: families(source),
            isLoopbackOnly: isLoopbackOnly
        )
        return bootstrap(source, resolver).connect(host: host, port: port)
            .always { _ in
                witness?.saw(.addresses(of: host, resolver.addresses.compactMap(\.ipAddress)))
            }
            .flatMapErrorThrowing { throw explain($0, resolver) }
    }

    private func bootstrap(
        _ source: SocketAddress?,
        _ resolver: HostResolver
    ) -> ClientBootstrap {
        let bootstrap = ClientBootstrap(group: loop)
            .resolver(resolver)
            .connectTimeout(TimeAmount(timeout))
            // The greeting must not arrive before the session's handler is in place.
            .channelOption(.autoRead, value: false)
        return source.map { bootstrap.bind(to: $0) } ?? bootstrap
    }

    private func families(_ source: SocketAddress?) -> Set<Int32> {
        let wanted: Set<Int32> =
            switch family {
            case .any: [AF_INET, AF_INET6]
            case .ipv4: [AF_INET]
            case .ipv6: [AF_INET6]
            }
        switch source {
        case nil: return wanted
        case .v4: return wanted.intersection([AF_INET])
        case .v6: return wanted.intersection([AF_INET6])
        case .unixDomainSocket: return []
        }
    }

    private func explain(_ error: any Error, _ resolver: HostResolver) -> DialError {
        let failures = (error as? NIOConnectionError)?.connectionErrors ?? []
        var lines = failures.map { "\($0.target.label(host)): \(describe($0.error))" }
        // A deadline for all together says nothing of each: those without a verdict had no answer.
        if failures.isEmpty, error as? NIOConnectionError == nil {
            lines += resolver.addresses.map { "\($0.label(host)): \(describe(error))" }
        }
        lines += resolver.reasons
        if lines.isEmpty {
            lines = ["\(host): \(failures.isEmpty ? emptyAnswer(error) : describe(error))"]
        }
        return DialError(attempts: lines)
    }

    private func emptyAnswer(_ error: any Error) -> String {
        error is NIOConnectionError ? "no address of the wanted family" : describe(error)
    }

    private func describe(_ error: any Error) -> String {
        if case .connectTimeout = error as? ChannelError {
            return "not connected within \(timeout)"
        }
        return systemDescription(of: error)
    }
}

/// What the system said, without the library's wrapping.
func systemDescription(of error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return String(cString: strerror(error.errnoCode))
}
