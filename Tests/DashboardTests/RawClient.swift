import Glibc
import TestSupport

/// A connection on which a test says exactly the octets it wants.
final class RawClient: Sendable {
    let descriptor: Int32

    /// Connects to a port of this host.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw WaitError("connect: \(systemError())") }
    }

    deinit { close(descriptor) }

    /// Sends octets; what the other end no longer takes is dropped.
    func send(_ text: String) {
        let octets = Array(text.utf8)
        var sent = 0
        while sent < octets.count {
            let count = octets.withUnsafeBytes {
                Glibc.send(
                    descriptor,
                    $0.baseAddress.map { $0 + sent },
                    $0.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count <= 0 { return }
            sent += count
        }
    }

    /// Reads until the other end closes, or until a text has come; away from the pool's threads.
    func read(until text: String? = nil) async -> String {
        await withCheckedContinuation { continuation in
            BlockingThread.start { [self] in
                var octets: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    if count <= 0 { break }
                    octets += buffer.prefix(count)
                    if let text, String(decoding: octets, as: UTF8.self).contains(text) { break }
                }
                continuation.resume(returning: String(decoding: octets, as: UTF8.self))
            }
        }
    }
}

/// One response, taken apart.
struct RawResponse {
    let status: Int
    let head: String
    let body: String

    /// Reads the text of a response.
    init(_ text: String) {
        let parts = text.split(
            separator: "\r\n\r\n",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        head = String(parts[0])
        body = parts.count == 2 ? String(parts[1]) : ""
        let words = head.split(separator: " ")
        status = words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    /// A field by its name.
    func field(_ name: String) -> String? {
        for line in head.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                return String(parts[1].drop { $0 == " " })
            }
        }
        return nil
    }

    /// The cookie that the response sets, as a request sends it back.
    var cookie: String? { field("set-cookie").map { String($0.prefix { $0 != ";" }) } }
}
