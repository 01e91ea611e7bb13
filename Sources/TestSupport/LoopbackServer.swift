import Glibc
import Synchronization

/// A small HTTP server on 127.0.0.1 whose every octet a test decides, over real sockets.
///
/// Ends with its last reference. Each connection has a thread of its own, which may block.
package final class LoopbackServer: Sendable {
    /// The port it listens on.
    package let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var requests: [LoopbackRequest] = []
        var connections = 0
    }

    /// Listens, and calls the script for each connection; the connection ends when it returns.
    package init(_ script: @escaping @Sendable (LoopbackPeer) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let listener = listener
        port = try withUnsafeMutableBytes(of: &address) { octets in
            var length = socklen_t(octets.count)
            guard let name = octets.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                bind(listener, name, length) == 0, listen(listener, 64) == 0,
                getsockname(listener, name, &length) == 0
            else { throw WaitError("cannot listen: \(systemError())") }
            let port = octets.loadUnaligned(
                fromByteOffset: MemoryLayout<sockaddr_in>.offset(of: \.sin_port) ?? 2,
                as: UInt16.self
            )
            return Int(UInt16(bigEndian: port))
        }
        BlockingThread.start { [weak self] in
            while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                guard let server = self else { break }
                let peer = LoopbackPeer(descriptor) { [weak server] in server?.keep($0) }
                server.state.withLock { $0.connections += 1 }
                BlockingThread.start {
                    script(peer)
                    peer.close()
                }
            }
            close(listener)
        }
    }

    deinit {
        // Wakes accept, which a close would not.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A server that answers requests one after the other with what a function returns.
    package static func answering(
        _ answer: @escaping @Sendable (LoopbackRequest) -> LoopbackResponse
    ) throws -> LoopbackServer {
        try LoopbackServer { peer in
            while let request = peer.readRequest() { peer.respond(answer(request)) }
        }
    }

    /// The requests so far, in the order in which they ended.
    package var requests: [LoopbackRequest] { state.withLock { $0.requests } }

    /// How many connections there have been.
    package var connections: Int { state.withLock { $0.connections } }

    /// The address of a path on the server.
    package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    private func keep(_ request: LoopbackRequest) { state.withLock { $0.requests.append(request) } }
}

/// One request as a ``LoopbackServer`` read it.
package struct LoopbackRequest: Hashable, Sendable {
    package let method: String
    package let target: String
    /// `Name: value`, as received.
    package let headers: [String]
    package let body: String
    /// Whether the body came to its announced end.
    package let isWhole: Bool

    /// The value of a field, found in any case.
    package func header(_ name: String) -> String? {
        headers.first { $0.lowercased().hasPrefix("\(name.lowercased()): ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }

    /// Request line, fields but `Host` and `Content-Length`, and the body.
    package var transcript: String {
        let fields = headers.filter {
            !["host:", "content-length:", "connection:"].contains(
                $0.lowercased().prefix { $0 != ":" } + ":"
            )
        }
        return (["\(method) \(target)"] + fields + (body.isEmpty ? [] : ["", body]))
            .joined(separator: "\n")
    }
}

/// One response of a ``LoopbackServer``.
package struct LoopbackResponse: Sendable {
    package var status: Int
    package var headers: [String]
    package var body: String

    /// Creates a response; its length is added.
    package init(_ status: Int, _ body: String = "", headers: [String] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The other end of one connection to a ``LoopbackServer``.
package final class LoopbackPeer: Sendable {
    private let descriptor: Int32
    private let keep: @Sendable (LoopbackRequest) -> Void
    private let state = Mutex(State())

    private struct State {
        var pending: [UInt8] = []
        var isClosed = false
    }

    /// Takes over a socket.
    init(_ descriptor: Int32, keep: @escaping @Sendable (LoopbackRequest) -> Void) {
        self.descriptor = descriptor
        self.keep = keep
    }

    /// Reads one request with its body; `nil` at the end of the connection.
    package func readRequest() -> LoopbackRequest? {
        guard let head = readHead() else { return nil }
        let lines = head.split(separator: "\r\n").map(String.init)
        let first = (lines.first ?? "").split(separator: " ").map(String.init)
        guard first.count == 3 else { return nil }
        let headers = Array(lines.dropFirst())
        let (body, isWhole) = readBody(headers)
        let request = LoopbackRequest(
            method: first[0],
            target: first[1],
            headers: headers,
            body: String(decoding: body, as: UTF8.self),
            isWhole: isWhole
        )
        keep(request)
        return request
    }

    /// Reads the head of a request alone; `nil` at the end of the connection.
    package func readHead() -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            let octets = state.withLock { $0.pending }
            if let range = octets.firstRange(of: end) {
                state.withLock { $0.pending.removeFirst(range.upperBound) }
                return String(decoding: octets[..<range.lowerBound], as: UTF8.self)
            }
            guard receive() else { return nil }
        }
    }

    private func readBody(_ headers: [String]) -> ([UInt8], Bool) {
        let fields = headers.map { $0.lowercased() }
        if fields.contains("transfer-encoding: chunked") { return readChunks() }
        let length = fields.first { $0.hasPrefix("content-length: ") }
            .flatMap { Int($0.dropFirst(16)) }
        guard let length, length > 0 else { return ([], true) }
        while state.withLock({ $0.pending.count }) < length, receive() {}
        return state.withLock { state in
            let body = Array(state.pending.prefix(length))
            state.pending.removeFirst(body.count)
            return (body, body.count == length)
        }
    }

    private func readChunks() -> ([UInt8], Bool) {
        let end = Array("0\r\n\r\n".utf8)
        while true {
            let octets = state.withLock { $0.pending }
            if octets == end || octets.suffix(7) == Array("\r\n".utf8) + end {
                state.withLock { $0.pending = [] }
                return (octets, true)
            }
            guard receive() else { return (octets, false) }
        }
    }

    /// Waits until the client resets the connection or closes it, without reading.
    package func waitForEnd() {
        // POLLRDHUP, which Glibc keeps from Swift: man 2 poll.
        var wanted = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        poll(&wanted, 1, -1)
    }

    /// Reads until the client closes.
    package func readToEnd() { while receive() {} }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        state.withLock { $0.pending += buffer[..<count] }
        return true
    }

    /// Sends a response.
    package func respond(_ response: LoopbackResponse) {
        let head =
            ["HTTP/1.1 \(response.status) Status"] + response.headers
            + ["Content-Length: \(response.body.utf8.count)"]
        write(head.joined(separator: "\r\n") + "\r\n\r\n" + response.body)
    }

    /// Sends text as it is; what nobody reads any more is dropped.
    @discardableResult
    package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Sends octets as they are; `false` once nobody reads them any more.
    @discardableResult
    package func write(_ octets: [UInt8]) -> Bool {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Moves octets between the client and a port of 127.0.0.1 until one of them closes.
    package func relay(toPort port: Int) {
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let isConnected = withUnsafeBytes(of: &address) { octets in
            octets.baseAddress.map {
                connect(other, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(octets.count))
                    == 0
            } ?? false
        }
        guard isConnected else { return }
        let far = LoopbackPeer(other) { _ in }
        BlockingThread.start { [self] in
            far.pump(into: self)
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
        pump(into: far)
        far.close()
    }

    private func pump(into other: LoopbackPeer) {
        repeat {
            let octets = state.withLock { state in
                defer { state.pending = [] }
                return state.pending
            }
            guard other.write(octets) else { return }
        } while receive()
    }

    /// Closes so that the client sees a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_LINGER,
            &option,
            socklen_t(MemoryLayout<linger>.size)
        )
        close()
    }

    /// Closes the connection; later calls do nothing.
    package func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        Glibc.close(descriptor)
    }
}
