import Glibc
import NIOCore
import TLSEngine
import TestSupport

/// Carries one TLS connection over a blocking socket, as a channel would over its own.
final class SocketDriver {
    let connection: TLSConnection
    private let descriptor: Int32
    private var received = ByteBuffer()

    /// Connects to a port of 127.0.0.1.
    init(_ connection: TLSConnection, port: Int) throws {
        self.connection = connection
        descriptor = try Self.makeSocket()
        try Self.withAddress(port) { address, length in
            guard connect(descriptor, address, length) == 0 else {
                throw WaitError("connect: \(systemError())")
            }
        }
    }

    /// Takes over an accepted socket.
    init(_ connection: TLSConnection, accepted: Int32) {
        self.connection = connection
        descriptor = accepted
    }

    deinit { Glibc.close(descriptor) }

    /// Runs the handshake to its end.
    func handshake() throws {
        defer { flush() }
        while try connection.advance() == .handshaking {
            flush()
            receive()
        }
    }

    /// Sends text.
    func send(_ text: String) throws {
        try write(text, to: connection)
        flush()
    }

    /// Reads until `count` octets have come, and returns them.
    func read(_ count: Int) throws -> String {
        while received.readableBytes < count {
            switch try connection.read(into: &received) {
            case .octets: break
            case .closed: throw WaitError("closed after \(received.readableBytes) octets")
            case .needMore:
                flush()
                receive()
            }
        }
        return received.readString(length: count) ?? ""
    }

    /// Waits for the next octets of the network and looks for data in them once.
    func readOnce() throws -> TLSReadResult {
        receive()
        defer { flush() }
        return try connection.read(into: &received)
    }

    /// Says goodbye and waits for the peer's.
    func close() throws {
        connection.startClose()
        flush()
        while try connection.read(into: &received) != .closed { receive() }
    }

    /// Writes what is due to the network.
    func flush() {
        while var flight = connection.takeCiphertext() {
            while flight.readableBytes > 0 {
                let count = flight.withUnsafeReadableBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                flight.moveReaderIndex(forwardBy: count)
            }
        }
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return connection.receiveEnd() }
        var octets = ByteBuffer(bytes: buffer.prefix(count))
        connection.receive(&octets)
    }

    /// A socket on which nothing blocks longer than 20 s.
    fileprivate static func makeSocket() throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw WaitError("socket: \(systemError())") }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        return descriptor
    }

    fileprivate static func withAddress<Value>(
        _ port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Value
    ) throws -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeBytes(of: &address) {
            guard let base = $0.baseAddress else { throw WaitError("no address") }
            return try body(base.assumingMemoryBound(to: sockaddr.self), length)
        }
    }
}

/// A listening socket on a free port of 127.0.0.1.
final class Listener {
    let port: Int
    private let descriptor: Int32

    /// Starts to listen.
    init() throws {
        descriptor = try SocketDriver.makeSocket()
        port = try freePort()
        try SocketDriver.withAddress(port) { address, length in
            guard bind(descriptor, address, length) == 0, listen(descriptor, 4) == 0 else {
                throw WaitError("listen: \(systemError())")
            }
        }
    }

    deinit { close(descriptor) }

    /// Waits for a client.
    func accept(_ connection: TLSConnection) throws -> SocketDriver {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw WaitError("accept: \(systemError())") }
        return SocketDriver(connection, accepted: accepted)
    }
}
