import NIOCore
import Testing

@testable import Sandbox

/// A session without sockets, clock or files: octets in, a transcript of what the server did out.
struct MemorySandbox {
    /// The moment at which everything begins: 2026-11-23 10:15:30.123 UTC.
    static let start = SandboxTime(milliseconds: 1_795_428_930_123)

    /// What was done since the last look, one line each: replies, and remarks in parentheses.
    private(set) var done: [String] = []
    /// Every message that was kept.
    private(set) var kept: [SandboxMessage] = []
    private(set) var isClosed = false
    var books: SandboxBooks
    /// The sandbox's time; a test moves it on.
    var now = start
    private var session: SandboxSession
    private var reader = CommandLineReader()
    private var content: IncomingContent?
    private var input = ByteBuffer()
    private let options: SandboxOptions
    private let certificateNames: [String]

    init(
        _ options: SandboxOptions = SandboxOptions(),
        side: SandboxSide = .submission,
        script: String = "",
        isFull: Bool = false,
        books: SandboxBooks? = nil,
        sessionID: String = "08DDD30471EE4ED5",
        clientAddress: String = "127.0.0.1",
        certificateNames: [String] = []
    ) throws {
        var options = options
        options.script = try FaultScript(script)
        self.options = options
        self.certificateNames = certificateNames
        self.books = books ?? SandboxBooks(options, startedAt: Self.start)
        session = SandboxSession(
            options: options,
            side: side,
            sessionID: sessionID,
            clientAddress: clientAddress
        )
        perform(session.open(isFull: isFull, at: now, &self.books))
    }

    /// What was done since the last call.
    mutating func takeDone() -> [String] {
        defer { done = [] }
        return done
    }

    /// The client falls silent.
    mutating func idle() { perform(session.idledTooLong()) }

    /// Sends octets as they are.
    mutating func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends octets as they are.
    mutating func send(_ octets: [UInt8]) {
        input.writeBytes(octets)
        books.faults.now = now
        while !isClosed, input.readableBytes > 0 {
            if let content {
                if !content.hasBegun {
                    content.hasBegun = true
                    perform(session.contentBegan(&books))
                    continue
                }
                guard let end = input.withUnsafeReadableBytes({ content.receive($0) }) else {
                    input.clear()
                    return
                }
                input.moveReaderIndex(forwardBy: end)
                self.content = nil
                perform(session.contentEnded(content.finish(), at: now, &books))
            } else {
                guard let line = reader.next(from: &input) else { return }
                perform(session.receive(line, at: now, &books))
            }
        }
    }

    private mutating func perform(_ actions: [SandboxSession.Action]) {
        for action in actions {
            switch action {
            case .send(let octets): append(octets)
            case .sendEndlessly(let line):
                append(line)
                done.append("(and so on)")
                isClosed = true
            case .wait(let duration): done.append("(waits \(duration))")
            case .startTLS(let spoilt): startTLS(spoilt)
            case .receiveContent:
                content = IncomingContent(limit: options.maximumMessageOctets, file: nil)
            case .keep(let message):
                kept.append(message)
                done.append("(kept)")
            case .discard: done.append("(thrown away)")
            case .close:
                done.append("(closed)")
                isClosed = true
            case .abort:
                done.append("(aborted)")
                isClosed = true
            }
        }
    }

    private mutating func startTLS(_ spoilt: SpoiltHandshake?) {
        input.clear()
        done.append(spoilt.map { "(TLS: \($0.rawValue))" } ?? "(TLS)")
        perform(
            session.secured(
                by: "TLSv1.3",
                certificateNames: certificateNames,
                at: now,
                &books
            )
        )
    }

    private mutating func append(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let rest = lines.removeLast()
        done += lines.map(String.init)
        if !rest.isEmpty { done.append("\(rest)(no line end)") }
    }
}

/// A conversation in the notation of RFC 5321 appendix D; `*` in a reply stands for anything.
struct ServerDialogue: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let lines: [String]
    let script: String
    let side: SandboxSide
    let client: (address: String, names: [String])
    let change: @Sendable (inout SandboxOptions) -> Void

    init(
        _ name: String,
        _ text: String,
        script: String = "",
        side: SandboxSide = .submission,
        client: (address: String, names: [String]) = ("127.0.0.1", []),
        _ change: @escaping @Sendable (inout SandboxOptions) -> Void = { _ in }
    ) {
        testDescription = name
        lines = text.split(separator: "\n").map(String.init)
        self.script = script
        self.side = side
        self.client = client
        self.change = change
    }

    /// What the client says.
    var clientLines: [String] {
        lines.filter { $0.hasPrefix("C: ") }.map { String($0.dropFirst(3)) }
    }

    /// The conversation with what the server really said.
    func play() throws -> [String] {
        var options = SandboxOptions()
        change(&options)
        var server = try MemorySandbox(
            options,
            side: side,
            script: script,
            clientAddress: client.address,
            certificateNames: client.names
        )
        var played = server.takeDone().map { "S: \($0)" }
        for line in clientLines {
            played.append("C: \(line)")
            server.send("\(line)\r\n")
            played += server.takeDone().map { "S: \($0)" }
        }
        return played
    }

    /// Whether a played conversation is this one.
    func isEqual(to played: [String]) -> Bool {
        played.count == lines.count
            && zip(played, lines).allSatisfy { FaultRule.matches($0, $1) }
    }
}
