/// Why a state file could not be read, to follow a colon.
struct StateDefect: Error, Hashable, Sendable {
    let reason: String
}

extension StateFormat {
    /// Reads a state file; anything unknown, missing or out of range is an error, never a guess.
    static func decode(_ octets: [UInt8], nextAttempt: Int64) throws(StateDefect) -> DeliveryState {
        var reader = StateReader()
        let lines = octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // A complete file ends in a line feed, so the last piece is empty.
        guard lines.last?.isEmpty == true else { throw StateDefect(reason: "it is cut short") }
        for (index, line) in lines.dropLast().enumerated() {
            do throws(StateDefect) {
                try reader.read(line.split(separator: UInt8(ascii: " ")).map(Array.init), index)
            } catch {
                throw StateDefect(reason: "line \(index + 1) \(error.reason)")
            }
        }
        return try reader.finish(nextAttempt: nextAttempt)
    }
}

/// Collects the lines of one state file.
private struct StateReader {
    private var id: SpoolID?
    private var original: FileName?
    private var folder: [UInt8] = []
    private var identity: FileIdentity?
    private var uncertain: Int?
    private var wasOnceMore = false
    private var waited: Int64?
    private var reply: String?
    private var attemptCount: Int?
    private var attempts: [AttemptRecord] = []
    private var recipients: [RecipientRecord] = []
    private var hasEnded = false

    mutating func read(_ words: [[UInt8]], _ index: Int) throws(StateDefect) {
        let key = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let values = Array(words.dropFirst())
        guard index > 0 else {
            guard key == "postchute-state" else { throw StateDefect(reason: "is not a state file") }
            guard values == [Array("1".utf8)] else {
                throw StateDefect(reason: "names a version this postchute cannot read")
            }
            return
        }
        guard !hasEnded else { throw StateDefect(reason: "follows the end") }
        try read(key, values)
    }

    private mutating func read(_ key: String, _ values: [[UInt8]]) throws(StateDefect) {
        switch (key, values.count) {
        case ("id", 1): id = SpoolID(octets: values[0])
        case ("original", 1): original = try FileName(octets: unescaped(values[0]))
        case ("folder", 1): folder = try unescaped(values[0])
        case ("file", 5): identity = try identity(values)
        case ("uncertain", 1): uncertain = try number(values[0])
        case ("once-more", 0): wasOnceMore = true
        case ("waited", 1): waited = try number(values[0])
        case ("reply", 1): reply = try text(values[0])
        case ("attempts", 1): attemptCount = try number(values[0])
        case ("attempt", 6): attempts.append(try attempt(values))
        case ("recipient", 3): recipients.append(try recipient(values))
        case ("end", 0): hasEnded = true
        default: throw StateDefect(reason: "has an unknown form")
        }
    }

    func finish(nextAttempt: Int64) throws(StateDefect) -> DeliveryState {
        guard hasEnded else { throw StateDefect(reason: "it is cut short") }
        guard let id, let original, let uncertain, let waited, let reply, let attemptCount,
            let history = AttemptHistory(count: attemptCount, records: attempts)
        else { throw StateDefect(reason: "a line is missing") }
        var state = DeliveryState(id: id, originalName: original)
        state.folder = folder
        state.identity = identity
        state.attempts = history
        state.uncertainCount = uncertain
        state.wasOnceMore = wasOnceMore
        state.nextAttempt = nextAttempt
        state.waited = waited
        state.recipients = recipients
        state.lastReply = reply
        return state
    }

    private func identity(_ values: [[UInt8]]) throws(StateDefect) -> FileIdentity {
        let digest = values[4] == Array("-".utf8) ? [] : try octets(hex: values[4])
        return FileIdentity(
            device: try number(values[0]),
            inode: try number(values[1]),
            born: try number(values[2]),
            size: try number(values[3]),
            digest: digest
        )
    }

    private func attempt(_ values: [[UInt8]]) throws(StateDefect) -> AttemptRecord {
        guard let outcome = AttemptRecord.Outcome(rawValue: try text(values[2])) else {
            throw StateDefect(reason: "has an unknown outcome")
        }
        return AttemptRecord(
            started: try number(values[0]),
            duration: try number(values[1]),
            outcome: outcome,
            route: try text(values[3]),
            peer: try text(values[4]),
            detail: try text(values[5])
        )
    }

    private func recipient(_ values: [[UInt8]]) throws(StateDefect) -> RecipientRecord {
        let reply = try text(values[2])
        let outcome: RecipientRecord.Outcome =
            switch String(decoding: values[0], as: UTF8.self) {
            case "pending": .pending
            case "accepted": .accepted(reply: reply)
            case "refused": .refused(reply: reply)
            default: throw StateDefect(reason: "has an unknown outcome")
            }
        return RecipientRecord(address: try text(values[1]), outcome: outcome)
    }

    private func number<Number: FixedWidthInteger>(_ octets: [UInt8]) throws(StateDefect) -> Number
    {
        guard let number = Number(String(decoding: octets, as: UTF8.self)), number >= 0 else {
            throw StateDefect(reason: "has a number out of range")
        }
        return number
    }

    private func text(_ octets: [UInt8]) throws(StateDefect) -> String {
        String(decoding: try unescaped(octets), as: UTF8.self)
    }

    private func unescaped(_ octets: [UInt8]) throws(StateDefect) -> [UInt8] {
        if octets == Array("-".utf8) { return [] }
        var result: [UInt8] = []
        result.reserveCapacity(octets.count)
        var rest = octets[...]
        while let octet = rest.popFirst() {
            if octet == UInt8(ascii: "%") {
                result += try self.octets(hex: Array(rest.prefix(2)))
                rest = rest.dropFirst(2)
            } else {
                result.append(octet)
            }
        }
        return result
    }

    private func octets(hex: [UInt8]) throws(StateDefect) -> [UInt8] {
        var result: [UInt8] = []
        var rest = hex[...]
        repeat {
            guard let high = digit(rest.popFirst()), let low = digit(rest.popFirst()) else {
                throw StateDefect(reason: "has a broken escape")
            }
            result.append(high << 4 | low)
        } while !rest.isEmpty
        return result
    }

    private func digit(_ octet: UInt8?) -> UInt8? {
        guard let octet else { return nil }
        return switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
