import NIOCore
import Testing

@testable import Sandbox

/// A session without sockets, clock or files: octets in, a transcript of what the server did out.
struct MemorySandbox {
    /// The moment at which everything happens: 2026-11-23 10:15:30.123 UTC.
    static let now = SandboxTime(milliseconds: 1_795_428_930_123)

    /// What was done since the last look, one line each: replies, and remarks in parentheses.
    private(set) var done: [String] = []
    /// Every message that was kept.
    private(set) var kept: [SandboxMessage] = []
    private(set) var isClosed = false
    var faults: FaultBook
    private var session: SandboxSession
    private var reader = CommandLineReader()
    private var content: IncomingContent?
    private var input = ByteBuffer()
    private let options: SandboxOptions

    init(
        _ options: SandboxOptions = SandboxOptions(),
        script: String = "",
        isFull: Bool = false
    ) throws {
        self.options = options
        faults = FaultBook(try FaultScript(script))
        session = SandboxSession(
            options: options,
            sessionID: "08DDD30471EE4ED5",
            clientAddress: "127.0.0.1"
        )
        perform(session.open(isFull: isFull, at: Self.now, &faults))
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
        while !isClosed, input.readableBytes > 0 {
            if let content {
                if !content.hasBegun {
                    content.hasBegun = true
                    perform(session.contentBegan(&faults))
                    continue
                }
                guard let end = input.withUnsafeReadableBytes({ content.receive($0) }) else {
                    input.clear()
                    return
                }
                input.moveReaderIndex(forwardBy: end)
                self.content = nil
                perform(session.contentEnded(content.finish(), at: Self.now, &faults))
            } else {
                guard let line = reader.next(from: &input) else { return }
                perform(session.receive(line, at: Self.now, &faults))
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
        perform(session.secured(by: "TLSv1.3", at: Self.now, &faults))
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
    let change: @Sendable (inout SandboxOptions) -> Void

    init(
        _ name: String,
        _ text: String,
        script: String = "",
        _ change: @escaping @Sendable (inout SandboxOptions) -> Void = { _ in }
    ) {
        testDescription = name
        lines = text.split(separator: "\n").map(String.init)
        self.script = script
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
        var server = try MemorySandbox(options, script: script)
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
