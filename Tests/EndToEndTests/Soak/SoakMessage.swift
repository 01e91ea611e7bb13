import TestSupport

/// What a message of the soak runs into on its way.
enum SoakKind: String, Sendable, CaseIterable {
    /// Nothing.
    case plain
    /// A refusal for now, after the final dot, the first time.
    case deferred
    /// A refusal for now, at RCPT, the first time.
    case greylisted
    /// A reply that takes its time.
    case slow
    /// A refusal for good, of the recipient.
    case refused
    /// A refusal for good, after the final dot.
    case refusedAtDot
    /// One recipient of two is refused for good.
    case partlyRefused
    /// A session that breaks while the content is on its way, the first time.
    case droppedBeforeDot
    /// A session that breaks after the final dot: the message was accepted, and nobody was told.
    case droppedAfterDot
    /// As ``droppedAfterDot``, in the middle of the reply.
    case brokenReply
    /// A file that is no message.
    case defective
    /// A file whose end is missing.
    case truncated

    /// How many of a thousand messages are of this kind.
    var share: Int {
        switch self {
        case .plain: 897
        case .deferred: 25
        case .greylisted, .slow: 20
        case .refused: 10
        case .refusedAtDot, .partlyRefused, .defective: 6
        case .droppedBeforeDot, .droppedAfterDot, .truncated: 3
        case .brokenReply: 1
        }
    }

    /// Where it ends.
    var destination: Place {
        switch self {
        case .plain, .deferred, .greylisted, .slow, .droppedBeforeDot, .droppedAfterDot,
            .brokenReply:
            .sent
        case .refused, .refusedAtDot, .partlyRefused, .defective: .failed
        case .truncated: .held
        }
    }

    /// How many copies the server accepts, unless the log announces another.
    var copies: Int {
        switch self {
        case .plain, .deferred, .greylisted, .slow, .partlyRefused, .droppedBeforeDot,
            .droppedAfterDot, .brokenReply:
            1
        case .refused, .refusedAtDot, .defective, .truncated: 0
        }
    }

    /// The recipients that bring it about; what follows the `+` makes each the first of its kind.
    func recipients(_ name: String) -> String {
        switch self {
        case .plain, .defective, .truncated: "b@example.org"
        case .deferred: "once.451-4.7.0+\(name)@fault.test"
        case .greylisted: "once.rcpt.451-4.7.0+\(name)@fault.test"
        case .slow: "delay-700ms.dot+\(name)@fault.test"
        case .refused: "550-5.1.10+\(name)@fault.test"
        case .refusedAtDot: "dot.554-5.6.0+\(name)@fault.test"
        case .partlyRefused: "b@example.org, 550-5.1.1+\(name)@fault.test"
        case .droppedBeforeDot: "once.close-before-dot+\(name)@fault.test"
        case .droppedAfterDot: "once.close-after-dot+\(name)@fault.test"
        case .brokenReply: "once.dot.half-reply+\(name)@fault.test"
        }
    }
}

/// A message of the soak: all of it follows from these.
struct SoakMessage: Sendable, Hashable {
    /// The name of the file without `.eml`, and the left side of the Message-ID.
    let name: String
    let kind: SoakKind
    /// How many full lines the body has.
    let lines: Int

    private static let line = Array(
        "A line of a long day, and there will be many thousands more of them.\n".utf8
    )
    private static let wireLine = Array(line.dropLast() + [0x0D, 0x0A])

    /// Without the lines every message has.
    private func frame(_ end: String) -> (head: String, foot: String) {
        let sender = kind == .defective ? "" : "From: a@example.com\(end)"
        let gap = kind == .truncated ? "" : end
        let head =
            sender + "To: \(kind.recipients(name))\(end)Subject: \(name)\(end)"
            + "Date: Mon, 23 Nov 2026 10:15:30 +0000\(end)Message-ID: <\(name)@example.com>\(end)"
            + gap
        return (head, kind == .truncated ? "" : "The end of \(name).\(end)")
    }

    /// The octets of the file.
    var file: [UInt8] { octets("\n", Self.line) }

    /// The octets the server is to receive.
    var wire: [UInt8] { octets("\r\n", Self.wireLine) }

    private func octets(_ end: String, _ line: [UInt8]) -> [UInt8] {
        let (head, foot) = frame(end)
        var octets = Array(head.utf8)
        let lines = kind == .truncated ? 0 : lines
        octets.reserveCapacity(octets.count + lines * line.count + foot.utf8.count)
        for _ in 0..<lines { octets += line }
        return octets + foot.utf8
    }
}

extension SeededGenerator {
    /// What to drop where: most are small, some have hundreds of kilobytes, a few up to five
    /// megabytes.
    mutating func message() -> (pickup: SoakPickup, kind: SoakKind, lines: Int) {
        let pickup = SoakPickup.all.randomElement(using: &self) ?? SoakPickup.all[0]
        var point = Int.random(in: 0..<1000, using: &self)
        let kind = SoakKind.allCases.first { kind in
            point -= kind.share
            return point < 0
        }
        let lines: Int =
            switch Int.random(in: 0..<1000, using: &self) {
            case _ where pickup.isSmall: Int.random(in: 0...60, using: &self)
            case ..<2: Int.random(in: 15_000...75_000, using: &self)
            case ..<80: Int.random(in: 300...4500, using: &self)
            default: Int.random(in: 0...300, using: &self)
            }
        return (pickup, kind ?? .plain, lines)
    }
}
