/// A state file as text: one fact a line, octets outside printable ASCII as `%XX`.
///
/// ```text
/// postchute-state 1
/// id 20261123T101530123456-7h3k9q2mzx4wp
/// original invoice%20march.eml
/// folder anna@example.com/today
/// file <device> <inode> <made, nanoseconds since 1970> <octets> <SHA-256 or ->
/// uncertain <count>
/// once-more
/// waited <microseconds>
/// reply <text>
/// attempts <count>
/// attempt <started> <duration> <outcome> <route> <peer> <detail>
/// recipient <pending|accepted|refused> <address> <reply>
/// end
/// ```
/// Lines rather than JSON: names are octets, not text, and a person can read it with `less`.
enum StateFormat {
    /// The largest state file that is read, in octets; a thousand recipients need about 300 KB.
    static let maximumOctets = 64 << 20
    /// The longest text that is kept, in octets; what the server said beyond it is cut.
    static let maximumTextOctets = 8192

    private static let version = "1"

    static func encode(_ state: DeliveryState) -> [UInt8] {
        var out: [UInt8] = []
        line(&out, "postchute-state", [Array(version.utf8)])
        line(&out, "id", [state.id.octets])
        line(&out, "original", [escaped(state.originalName.octets)])
        if !state.folder.isEmpty { line(&out, "folder", [escaped(state.folder)]) }
        if let file = state.identity {
            let place = [number(file.device), number(file.inode)]
            let numbers = place + [number(file.born), number(file.size)]
            line(&out, "file", numbers + [file.digest.isEmpty ? [dash] : hex(file.digest)])
        }
        line(&out, "uncertain", [number(state.uncertainCount)])
        if state.wasOnceMore { line(&out, "once-more", []) }
        line(&out, "waited", [number(state.waited)])
        line(&out, "reply", [text(state.lastReply)])
        line(&out, "attempts", [number(state.attempts.count)])
        for attempt in state.attempts.records {
            let words = [attempt.outcome.rawValue, attempt.route, attempt.peer, attempt.detail]
            let numbers = [number(attempt.started), number(attempt.duration)]
            line(&out, "attempt", numbers + words.map { text($0) })
        }
        for recipient in state.recipients {
            let (word, reply) = words(recipient.outcome)
            line(&out, "recipient", [Array(word.utf8), text(recipient.address), text(reply)])
        }
        line(&out, "end", [])
        return out
    }

    private static func line(_ out: inout [UInt8], _ key: String, _ values: [[UInt8]]) {
        out += key.utf8
        for value in values {
            out.append(UInt8(ascii: " "))
            out += value
        }
        out.append(UInt8(ascii: "\n"))
    }

    private static func words(_ outcome: RecipientRecord.Outcome) -> (word: String, reply: String) {
        switch outcome {
        case .pending: ("pending", "")
        case .accepted(let reply): ("accepted", reply)
        case .refused(let reply): ("refused", reply)
        }
    }

    private static let dash = UInt8(ascii: "-")

    private static func number(_ value: some BinaryInteger) -> [UInt8] { Array(String(value).utf8) }

    private static func text(_ text: String) -> [UInt8] {
        escaped(Array(text.utf8.prefix(maximumTextOctets)))
    }

    /// Escapes what would break a line or a word; nothing at all becomes `-`.
    private static func escaped(_ octets: [UInt8]) -> [UInt8] {
        if octets.isEmpty { return [dash] }
        if octets == [dash] { return Array("%2D".utf8) }
        var result: [UInt8] = []
        result.reserveCapacity(octets.count)
        for octet in octets {
            if (0x21...0x7E).contains(octet) && octet != UInt8(ascii: "%") {
                result.append(octet)
            } else {
                result.append(UInt8(ascii: "%"))
                result += hex([octet])
            }
        }
        return result
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    private static func hex(_ octets: [UInt8]) -> [UInt8] {
        octets.flatMap { [hexDigits[Int($0 >> 4)], hexDigits[Int($0 & 15)]] }
    }
}
