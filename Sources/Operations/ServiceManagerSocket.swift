internal import Glibc

/// The socket on which systemd, or who stands in for it, hears how a service is: sd_notify(3).
package struct ServiceManagerSocket: Hashable, Sendable {
    private let address: [UInt8]

    /// Takes the value of `NOTIFY_SOCKET`: a path, or an abstract name behind `@`.
    ///
    /// `nil` where nobody listens or the name is none of these.
    package init?(_ value: String?) {
        guard let value, value.utf8.count < Self.longest, value.utf8.count > 1 else { return nil }
        switch value.utf8.first {
        case UInt8(ascii: "/"): address = Array(value.utf8)
        case UInt8(ascii: "@"): address = [0] + Array(value.utf8.dropFirst())
        default: return nil
        }
    }

    /// The octets of a name, unix(7).
    private static let longest = 108

    /// Sends assignments, one a line, in one datagram; returns the system's error number where that
    /// fails.
    ///
    /// Blocks for a second at most.
    package func send(_ lines: [String]) -> Int32? {
        let file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return errno }
        defer { close(file) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
        let length = MemoryLayout<sa_family_t>.size + address.count
        let octets = Array(lines.joined(separator: "\n").utf8)
        let sent = withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                sendto(
                    file,
                    octets,
                    octets.count,
                    Int32(MSG_NOSIGNAL),
                    name,
                    socklen_t(length)
                )
            }
        }
        return sent == octets.count ? nil : errno
    }
}
