/// What a server was told in one session, as far as it concerns durability.
struct Conversation: Sendable {
    /// What happened.
    enum Event: Hashable, Sendable {
        /// The server heard of a message: `MAIL FROM:<key@…>`.
        case mail(String)
        /// The final dot of a message is on the wire, for these recipients.
        case dot(String, recipients: [String])
        /// The reply to the final dot.
        case reply(String, code: Int)
    }

    private enum Mode { case commands, data, content, waiting }

    private static let dot = Array("\r\n.\r\n".utf8)

    private var mode = Mode.commands
    private var key = ""
    private var recipients: [String] = []
    /// The recipient whose reply is awaited: nothing is pipelined in the recording.
    private var offered: String?
    private var fromClient: [UInt8] = []
    private var fromServer: [UInt8] = []

    /// Takes what the client wrote.
    mutating func client(_ octets: [UInt8]) -> [Event] {
        fromClient += octets
        var events: [Event] = []
        if mode == .content {
            guard let rest = fromClient.afterFirst(Self.dot) else { return [] }
            fromClient = rest
            mode = .waiting
            events.append(.dot(key, recipients: recipients))
        }
        while let line = Self.takeLine(&fromClient) {
            if let address = line.afterFirst(Array("MAIL FROM:<".utf8)) {
                key = String(decoding: address.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
                recipients = []
                events.append(.mail(key))
            } else if let address = line.afterFirst(Array("RCPT TO:<".utf8)) {
                offered = String(decoding: address.prefix { $0 != 0x3E }, as: UTF8.self)
            } else if line.elementsEqual("DATA".utf8) {
                mode = .data
            }
        }
        return events
    }

    /// Takes what the server wrote.
    mutating func server(_ octets: [UInt8]) -> [Event] {
        fromServer += octets
        var events: [Event] = []
        while let line = Self.takeLine(&fromServer) {
            let isLast = line.count < 4 || line[3] != UInt8(ascii: "-")
            guard isLast, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)) else {
                continue
            }
            switch mode {
            case .commands:
                if let offered, code < 300 { recipients.append(offered) }
                offered = nil
            case .data: if code == 354 { mode = .content } else if code >= 500 { mode = .commands }
            case .content, .waiting:
                mode = .commands
                events.append(.reply(key, code: code))
            }
        }
        return events
    }

    private static func takeLine(_ octets: inout [UInt8]) -> [UInt8]? {
        guard let end = octets.firstIndex(of: 0x0A) else { return nil }
        let line = octets[..<end].filter { $0 != 0x0D }
        octets = Array(octets[(end + 1)...])
        return line
    }
}
