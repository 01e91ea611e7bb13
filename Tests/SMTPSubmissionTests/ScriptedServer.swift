import Foundation
import Glibc
import NIOCore
import Synchronization
import TLSEngine
import TestSupport

/// A mail server that follows dialogues word for word, one for each connection.
///
/// Records what was really said, so that a test compares two conversations.
final class ScriptedServer: Sendable {
    /// What happened on one connection.
    struct Record: Sendable {
        var lines: [Dialogue.Line] = []
        var content: [UInt8] = []
        var peerAddress = ""
        var isFinished = false
    }

    let port: Int
    private let listener: Int32
    private let records: Mutex<[Record]>

    /// Listens on loopback; `tls` is used where a dialogue shakes hands.
    init(_ dialogues: [Dialogue], tls: TLSContext? = nil) throws {
        (listener, port) = try Self.listen()
        records = Mutex(dialogues.map { _ in Record() })
        let listener = listener
        Thread.detachNewThread { [self] in
            for (index, dialogue) in dialogues.enumerated() {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                Thread.detachNewThread { [self] in
                    let player = ServerPlayer(BlockingStream(socket, tls)) { change in
                        self.records.withLock { change(&$0[index]) }
                    }
                    player.play(dialogue)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// What happened on a connection, so far.
    func record(_ index: Int = 0) -> Record { records.withLock { $0[index] } }

    /// What was said on a connection, once it is over.
    func transcript(_ index: Int = 0) async throws -> String {
        try await waitUntil("connection \(index) to end") { self.record(index).isFinished }
        return Dialogue.text(record(index).lines)
    }

    private static func listen() throws -> (Int32, Int) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let listener = socket(AF_INET, type, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutableBytes(of: &address) {
            guard let base = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return true
            }
            return bind(listener, base, length) != 0 || Glibc.listen(listener, 8) != 0
                || getsockname(listener, base, &length) != 0
        }
        guard !failed else { throw WaitError("cannot listen: \(systemError())") }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }
}

/// One connection of a ``ScriptedServer``.
private struct ServerPlayer {
    private let stream: BlockingStream
    private let change: ((inout ScriptedServer.Record) -> Void) -> Void

    init(
        _ stream: BlockingStream,
        _ change: @escaping ((inout ScriptedServer.Record) -> Void) -> Void
    ) {
        self.stream = stream
        self.change = change
    }

    func play(_ dialogue: Dialogue) {
        let address = stream.peerAddress
        change { $0.peerAddress = address }
        var rest = dialogue.lines[...]
        var isOpen = true
        while isOpen, let line = rest.popFirst() {
            switch line {
            case .client(let text): isOpen = hear(text)
            case .server(let text): isOpen = say(text, &rest)
            case .outcome, .message, .event: break
            }
        }
        change { $0.isFinished = true }
        // An idle session is not hung up on: the client leaves when its test is done.
        while isOpen, stream.readLine() != nil {}
        stream.close()
    }

    private func log(_ line: Dialogue.Line) { change { $0.lines.append(line) } }

    private func hear(_ expected: String) -> Bool {
        switch expected {
        case "(TLS handshake)":
            let succeeded = stream.acceptTLS()
            log(.client(succeeded ? expected : "(TLS failed)"))
            return succeeded
        case "(content)": return hearContent()
        case "(part of the content)":
            let isSomething = stream.readLine(octets: ()) != nil
            log(.client(isSomething ? expected : "(closed)"))
            return isSomething
        default:
            guard let line = stream.readLine() else {
                log(.client("(closed)"))
                return false
            }
            log(.client(line))
            return true
        }
    }

    private func hearContent() -> Bool {
        var content: [UInt8] = []
        while let line = stream.readLine(octets: ()) {
            content += line
            if line == Array(".\r\n".utf8) {
                let whole = content
                change { $0.content += whole }
                log(.client("(content)"))
                return true
            }
        }
        let part = content
        change { $0.content += part }
        log(.client("(content without its dot)"))
        return false
    }

    private func say(_ first: String, _ rest: inout ArraySlice<Dialogue.Line>) -> Bool {
        log(.server(first))
        switch first {
        case "(TLS)", "(silence)": return true
        case "(stands still)":
            stream.waitForEndWithoutReading()
            return false
        case "(closed)": return false
        default: break
        }
        var text = first + "\r\n"
        while case .server(let next)? = rest.first, !next.hasPrefix("(") {
            rest.removeFirst()
            log(.server(next))
            text += next + "\r\n"
        }
        stream.write(Array(text.utf8))
        return true
    }
}

/// A socket with blocking calls, in plain text or TLS.
final class BlockingStream {
    private let socket: Int32
    private let context: TLSContext?
    private var tls: TLSConnection?
    private var buffer: [UInt8] = []

    init(_ socket: Int32, _ context: TLSContext?) {
        self.socket = socket
        self.context = context
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    }

    var peerAddress: String {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) {
            guard let base = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return }
            getpeername(socket, base, &length)
        }
        return String(cString: inet_ntoa(address.sin_addr))
    }

    func close() {
        tls?.startClose()
        flush()
        Glibc.close(socket)
    }

    func acceptTLS() -> Bool {
        guard let connection = try? context?.makeServerConnection() else { return false }
        buffer = []
        tls = connection
        while true {
            guard let progress = try? connection.advance() else {
                flush()
                return false
            }
            flush()
            if progress == .open { return true }
            guard let octets = receive() else { return false }
            var ciphertext = ByteBuffer(bytes: octets)
            connection.receive(&ciphertext)
        }
    }

    func write(_ octets: [UInt8]) {
        if let tls {
            octets.withUnsafeBytes { octets in try? tls.write(octets) }
            flush()
        } else {
            send(octets)
        }
    }

    /// One line without its end, or `nil` at the end of the stream.
    func readLine() -> String? {
        readLine(octets: ()).map { String(decoding: $0.dropLast(2), as: UTF8.self) }
    }

    func readLine(octets: Void) -> [UInt8]? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[...end])
                buffer.removeFirst(line.count)
                return line
            }
            guard let more = readMore() else { return nil }
            buffer += more
        }
    }

    private func readMore() -> [UInt8]? {
        guard let tls else { return receive() }
        var plaintext = ByteBuffer()
        while true {
            switch try? tls.read(into: &plaintext) {
            case .octets: return Array(plaintext.readableBytesView)
            case .needMore:
                guard let octets = receive() else { return nil }
                var ciphertext = ByteBuffer(bytes: octets)
                tls.receive(&ciphertext)
            case .closed, nil: return nil
            }
        }
    }

    /// Waits until the client closes, and leaves what it sent where it is.
    func waitForEndWithoutReading() {
        // POLLRDHUP, which glibc shows only under _GNU_SOURCE; see `man 2 poll`.
        var entry = pollfd(fd: socket, events: 0x2000, revents: 0)
        _ = poll(&entry, 1, 60_000)
    }

    private func receive() -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 16_384)
        let count = recv(socket, &octets, octets.count, 0)
        return count > 0 ? Array(octets.prefix(count)) : nil
    }

    private func flush() {
        if let ciphertext = tls?.takeCiphertext() { send(Array(ciphertext.readableBytesView)) }
    }

    private func send(_ octets: [UInt8]) {
        var sent = 0
        while sent < octets.count {
            let count = octets.withUnsafeBytes {
                Glibc.send(
                    socket,
                    $0.baseAddress.map { $0 + sent },
                    $0.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
