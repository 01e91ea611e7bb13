import NIOCore

/// What a proxy says to CONNECT, out of reads of any size (RFC 9112 §4).
///
/// Keeps at most ``maximumOctets``; the fields of the header mean nothing here.
struct ProxyAnswer {
    /// What there is so far.
    enum Step: Hashable {
        case incomplete
        /// 2yz: the connection stands; the octets are the server's first.
        case connected(ByteBuffer)
        /// Any other final status, with the proxy's own words for it.
        case refused(status: Int, reason: String)
        case tooLong
        /// The beginning of something that is no HTTP, fit to be quoted.
        case notHTTP(String)
    }

    /// The longest head in octets, all interim answers before it included.
    static let maximumOctets = 8192

    private var buffer = ByteBuffer()

    /// Reads on.
    mutating func receive(_ octets: ByteBuffer) -> Step {
        buffer.writeImmutableBuffer(octets)
        while true {
            guard let head = endOfHead() else { return incomplete() }
            guard head <= Self.maximumOctets else { return .tooLong }
            guard let (status, reason) = statusLine() else { return .notHTTP(beginning) }
            // RFC 9110 §15.2: interim answers may come before the final one.
            if (100...199).contains(status) {
                buffer.moveReaderIndex(forwardBy: head)
                continue
            }
            guard (200...299).contains(status) else {
                return .refused(status: status, reason: reason)
            }
            buffer.moveReaderIndex(forwardBy: head)
            return .connected(buffer)
        }
    }

    private func incomplete() -> Step {
        let start = Array("HTTP/1.".utf8)
        let view = buffer.readableBytesView
        guard view.prefix(start.count).elementsEqual(start.prefix(view.count)) else {
            return .notHTTP(beginning)
        }
        return view.count > Self.maximumOctets ? .tooLong : .incomplete
    }

    /// Octets up to and with the empty line; a lone line feed ends a line too (RFC 9112 §2.2).
    private func endOfHead() -> Int? {
        let view = buffer.readableBytesView
        var isLineEmpty = false
        for (offset, octet) in view.enumerated() {
            switch octet {
            case UInt8(ascii: "\n"):
                if isLineEmpty { return offset + 1 }
                isLineEmpty = true
            case UInt8(ascii: "\r"): continue
            default: isLineEmpty = false
            }
        }
        return nil
    }

    private func statusLine() -> (status: Int, reason: String)? {
        let line = buffer.readableBytesView.prefix { $0 != 0x0A && $0 != 0x0D }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, words[0].count == 8, words[0].starts(with: "HTTP/1.".utf8),
            words[1].count == 3, let status = Int(String(decoding: words[1], as: UTF8.self)),
            (100...599).contains(status)
        else { return nil }
        return (status, words.count > 2 ? Self.quotable(words[2]) : "")
    }

    private var beginning: String {
        Self.quotable(buffer.readableBytesView.prefix { $0 != 0x0A && $0 != 0x0D })
    }

    private static func quotable(_ octets: some Sequence<UInt8>) -> String {
        let printable = octets.prefix(100).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
        return String(decoding: printable, as: UTF8.self)
    }
}

/// Why a proxy gave no connection to a server.
enum ProxyFailure: Error, Hashable {
    case refused(status: Int, reason: String, hadPassword: Bool)
    case tooLong
    case notHTTP(String)
    case noAnswer(within: Duration)
    case closed
    case credentials(String)

    /// What happened, to follow the proxy's name and a colon; `target` is the server.
    func phrase(_ target: String) -> String {
        switch self {
        case .refused(let status, let reason, let hadPassword):
            Self.phrase(status, reason, hadPassword, target)
        case .tooLong:
            "the proxy's answer is longer than \(ProxyAnswer.maximumOctets) octets"
        case .notHTTP(let beginning): "this is no HTTP proxy: it sent '\(beginning)'"
        case .noAnswer(let limit): "the proxy did not connect to \(target) within \(limit)"
        case .closed: "the proxy closed the connection without an answer"
        case .credentials(let sentence): sentence
        }
    }

    private static func phrase(
        _ status: Int,
        _ reason: String,
        _ hadPassword: Bool,
        _ target: String
    ) -> String {
        let answer = reason.isEmpty ? "\(status)" : "\(status) \(reason)"
        return switch status {
        // Some proxies answer as if they were the server: 401 in place of 407.
        case 401 where hadPassword, 407 where hadPassword:
            "the proxy refused the user name or password (\(answer))"
        case 407: "the proxy wants a user name and a password (\(answer))"
        case 401, 403, 405: "the proxy does not allow connections to \(target) (\(answer))"
        case 502...504: "the proxy could not connect to \(target) (\(answer))"
        default: "the proxy did not connect to \(target) (\(answer))"
        }
    }
}
