/// The records of the limits as text, one limit a line; names with `%XX` for whatever is no printable
/// ASCII.
///
/// ```text
/// postchute-limits 1
/// clock <boot id or -> <microseconds since 1970> <microseconds of the monotonic clock> <kept|free>
/// window <name> <span> <grant> <closed for> <age of first>:<age of last>:<count> …
/// end
/// ```
/// Times without a unit are milliseconds.
enum LimitFormat {
    /// The largest file that is read, in octets: 4,096 accounts with a full day need about 20 MB.
    static let maximumOctets = 64 << 20
    /// Larger numbers are no record of ours.
    private static let largest: Int64 = 1 << 60

    static func encode(_ records: LimitRecords) -> [UInt8] {
        let clock = records.clock
        let wall = clock.isWallKept ? "kept" : "free"
        let monotonic = clock.monotonic.nanoseconds / 1000
        var out = Array("postchute-limits 1\n".utf8)
        out += "clock \(escaped(clock.boot)) \(clock.wall) \(monotonic) \(wall)\n".utf8
        for window in records.windows {
            out += "window \(escaped(window.name)) \(window.span)".utf8
            out += " \(window.grant) \(window.closed)".utf8
            for bucket in window.buckets {
                out += " \(bucket.first):\(bucket.last):\(bucket.count)".utf8
            }
            out.append(UInt8(ascii: "\n"))
        }
        return out + "end\n".utf8
    }

    /// The records of a file, or `nil` where anything about it is unknown, missing or out of range.
    static func decode(_ octets: [UInt8]) -> LimitRecords? {
        let lines = String(decoding: octets, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines[0] == "postchute-limits 1", lines.last == "",
            lines[lines.count - 2] == "end", let clock = clock(lines[1])
        else { return nil }
        var records = LimitRecords(clock: clock, windows: [])
        for line in lines[2..<(lines.count - 2)] {
            guard let window = window(line) else { return nil }
            records.windows.append(window)
        }
        return records
    }

    private static func clock(_ line: Substring) -> LimitRecords.Clock? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 5, words[0] == "clock", let boot = unescaped(words[1]),
            let wall = Int64(words[2]), let monotonic = number(words[3]),
            words[4] == "kept" || words[4] == "free"
        else { return nil }
        return LimitRecords.Clock(
            boot: boot,
            wall: wall,
            monotonic: .microseconds(monotonic),
            isWallKept: words[4] == "kept"
        )
    }

    private static func window(_ line: Substring) -> LimitRecords.Window? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 5, words[0] == "window", let name = unescaped(words[1]),
            let span = number(words[2]), let grant = number(words[3]),
            let closed = number(words[4])
        else { return nil }
        var buckets: [LimitRecords.Window.Bucket] = []
        for word in words[5...] {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 3, let first = number(parts[0]), let last = number(parts[1]),
                let count = number(parts[2]), last <= first
            else { return nil }
            buckets.append(.init(first: first, last: last, count: Int(count)))
        }
        return LimitRecords.Window(
            name: name,
            span: span,
            grant: Int(grant),
            closed: closed,
            buckets: buckets
        )
    }

    private static func number(_ word: Substring) -> Int64? {
        guard let number = Int64(word), (0...largest).contains(number) else { return nil }
        return number
    }

    private static func escaped(_ text: String) -> String {
        if text.isEmpty { return "-" }
        if text == "-" { return "%2D" }
        var result = ""
        for octet in text.utf8 {
            if (0x21...0x7E).contains(octet), octet != UInt8(ascii: "%") {
                result.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                result += (octet < 16 ? "%0" : "%") + String(octet, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func unescaped(_ word: Substring) -> String? {
        if word == "-" { return "" }
        var octets: [UInt8] = []
        var rest = Substring(word).utf8
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) else {
                return nil
            }
            octets.append(value)
            rest = rest.dropFirst(2)
        }
        return octets.isEmpty ? nil : String(validating: octets, as: UTF8.self)
    }
}
