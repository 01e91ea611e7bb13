import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Resolves a host through the system, off the loop, to the addresses a route may use.
final class HostResolver: Resolver, Sendable {
    private let loop: any EventLoop
    private let families: Set<Int32>
    private let isLoopbackOnly: Bool
    private let found = Mutex<[SocketAddress]>([])
    private let complaints = Mutex<[String]>([])

    /// Prepares one resolution; under `isLoopbackOnly`, for a route without TLS, other addresses
    /// are refused.
    init(loop: any EventLoop, families: Set<Int32>, isLoopbackOnly: Bool) {
        self.loop = loop
        self.families = families
        self.isLoopbackOnly = isLoopbackOnly
    }

    /// The addresses found so far, in the order of the answers.
    var addresses: [SocketAddress] { found.withLock { $0 } }

    /// Why a family or an address is not among them.
    var reasons: [String] { complaints.withLock { $0 } }

    /// Looks up IPv4 addresses.
    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        query(AF_INET, host: host, port: port)
    }

    /// Looks up IPv6 addresses.
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        query(AF_INET6, host: host, port: port)
    }

    /// Does nothing: getaddrinfo cannot be interrupted, and its answer is dropped.
    func cancelQueries() {}

    private func query(
        _ family: Int32,
        host: String,
        port: Int
    ) -> EventLoopFuture<[SocketAddress]> {
        guard families.contains(family) else { return loop.makeSucceededFuture([]) }
        let promise = loop.makePromise(of: [SocketAddress].self)
        BlockingWork.run {
            promise.succeed(self.usable(self.resolve(family, host: host, port: port), of: host))
        }
        return promise.futureResult
    }

    private func resolve(_ family: Int32, host: String, port: Int) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &first)
        // A literal of the other family is no trouble as long as both are tried. glibc's netdb.h
        // gives EAI_ADDRFAMILY as -9, behind a macro that Swift does not see.
        let isOtherFamily = status == -9 && families.count > 1
        guard status == 0 else {
            if !isOtherFamily { complain("\(host): \(String(cString: gai_strerror(status)))") }
            return []
        }
        defer { freeaddrinfo(first) }
        var result: [SocketAddress] = []
        var next = first
        while let entry = next {
            if let address = SocketAddress(entry.pointee, host: host) { result.append(address) }
            next = entry.pointee.ai_next
        }
        return result
    }

    private func usable(_ addresses: [SocketAddress], of host: String) -> [SocketAddress] {
        let usable = addresses.filter { !isLoopbackOnly || $0.isLoopback }
        for address in addresses where !usable.contains(address) {
            complain("\(address.label(host)): not tried: without TLS only loopback is allowed")
        }
        found.withLock { $0 += usable }
        return usable
    }

    private func complain(_ reason: String) {
        complaints.withLock { if !$0.contains(reason) { $0.append(reason) } }
    }
}

extension SocketAddress {
    fileprivate init?(_ entry: addrinfo, host: String) {
        guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch entry.ai_family {
        case AF_INET: self.init(raw.loadUnaligned(as: sockaddr_in.self), host: host)
        case AF_INET6: self.init(raw.loadUnaligned(as: sockaddr_in6.self), host: host)
        default: return nil
        }
    }

    /// Whether the address is in 127.0.0.0/8, or `::1`, or the former mapped into IPv6.
    var isLoopback: Bool {
        guard let text = ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }

    /// `host [address]:port`.
    func label(_ host: String) -> String {
        "\(host) [\(ipAddress ?? "?")]:\(port ?? 0)"
    }
}
