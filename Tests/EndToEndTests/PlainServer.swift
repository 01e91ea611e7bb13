import Glibc
import Synchronization
import TestSupport

/// A mail server without TLS that keeps every octet it is sent, for one session.
final class PlainServer: Sendable {
    /// The port it listens on, of 127.0.0.1.
    let port: Int
    private let state = Mutex(State())

    private struct State {
        var received: [UInt8] = []
        var isClosed = false
    }

    /// Starts listening; `hello` answers EHLO, and anything else but QUIT is refused.
    init(greeting: String, hello: String) throws {
        port = try freePort()
        let listener = try Self.listen(port)
        BlockingThread.start { [weak self] in
            let client = accept(listener, nil, nil)
            close(listener)
            Self.say(greeting, to: client)
            var line: [UInt8] = []
            var octet: UInt8 = 0
            while read(client, &octet, 1) == 1 {
                self?.state.withLock { $0.received.append(octet) }
                line.append(octet)
                guard octet == UInt8(ascii: "\n") else { continue }
                switch String(decoding: line.prefix(4), as: UTF8.self) {
                case "EHLO": Self.say(hello, to: client)
                case "QUIT": Self.say("221 2.0.0 Bye", to: client)
                default: Self.say("500 5.5.1 Not here", to: client)
                }
                line = []
            }
            close(client)
            self?.state.withLock { $0.isClosed = true }
        }
    }

    /// Everything the client sent.
    var received: String { state.withLock { String(decoding: $0.received, as: UTF8.self) } }

    /// Whether the client has gone.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    private static func say(_ line: String, to client: Int32) {
        let octets = Array("\(line)\r\n".utf8)
        _ = send(client, octets, octets.count, Int32(MSG_NOSIGNAL))
    }

    private static func listen(_ port: Int) throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let listener = socket(AF_INET, type, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let failed = withUnsafeBytes(of: &address) { address in
            guard let base = address.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return true
            }
            let length = socklen_t(address.count)
            return bind(listener, base, length) != 0 || Glibc.listen(listener, 1) != 0
        }
        guard !failed else { throw WaitError("listen: \(systemError())") }
        return listener
    }
}
