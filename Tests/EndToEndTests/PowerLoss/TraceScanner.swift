/// Reads the text of one call: `fsync(9</srv/drop>) = 0`.
struct TraceScanner {
    private let text: [UInt8]
    private var position = 0

    private init(_ text: [UInt8]) { self.text = text }

    /// The call, or `nil` for anything else, such as a call that never returned.
    static func call(_ text: [UInt8], entry: Int, exit: Int) -> TracedCall? {
        var scanner = TraceScanner(text)
        let name = String(decoding: scanner.take { $0 != UInt8(ascii: "(") }, as: UTF8.self)
        guard !name.isEmpty, scanner.skip("("), let arguments = scanner.arguments() else {
            return nil
        }
        scanner.skipSpaces()
        guard scanner.skip("="), let (result, path) = scanner.result() else { return nil }
        return TracedCall(
            name: name,
            arguments: arguments,
            result: result,
            resultPath: path,
            entry: entry,
            exit: exit
        )
    }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() { while skip(" ") {} }

    private mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while let octet = current, condition(octet) { position += 1 }
        return text[start..<position]
    }

    private mutating func result() -> (Int64, String?)? {
        skipSpaces()
        let digits = take { $0 == UInt8(ascii: "-") || UInt8(ascii: "0") <= $0 && $0 <= 0x39 }
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        return (number, skip("<") ? annotation() : nil)
    }

    /// What stands between `<` and `>`.
    private mutating func annotation() -> String {
        let octets = take { $0 != UInt8(ascii: ">") }
        position = min(position + 1, text.count)
        return String(decoding: octets, as: UTF8.self)
    }

    private mutating func arguments() -> [TracedCall.Argument]? {
        var arguments: [TracedCall.Argument] = []
        skipSpaces()
        if skip(")") { return arguments }
        while let argument = argument() {
            arguments.append(argument)
            if skip(")") { return arguments }
            guard skip(",") else { return nil }
            skipSpaces()
        }
        return nil
    }

    private mutating func argument() -> TracedCall.Argument? {
        var depth = 0
        var word: [UInt8] = []
        var strings: [UInt8]?
        var isWhole = true
        var path: String?
        while let octet = current {
            if depth == 0, octet == UInt8(ascii: ",") || octet == UInt8(ascii: ")") { break }
            position += 1
            switch octet {
            case UInt8(ascii: "\""):
                strings = (strings ?? []) + string()
                if text[position...].starts(with: "...".utf8) { isWhole = false }
            case UInt8(ascii: "<"): path = annotation()
            case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "("): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ")"): depth -= 1
            default: break
            }
            word.append(octet)
        }
        guard current != nil else { return nil }
        if let strings { return .octets(strings, isWhole: isWhole) }
        if let path { return .descriptor(path) }
        return .word(String(decoding: word, as: UTF8.self))
    }

    /// The octets of a string whose opening quote is behind us.
    private mutating func string() -> [UInt8] {
        var octets: [UInt8] = []
        while let octet = current {
            position += 1
            switch octet {
            case UInt8(ascii: "\""): return octets
            case UInt8(ascii: "\\"): octets.append(escape())
            default: octets.append(octet)
            }
        }
        return octets
    }

    private mutating func escape() -> UInt8 {
        guard let octet = current else { return UInt8(ascii: "\\") }
        if (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(octet) { return octal() }
        position += 1
        switch octet {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "v"): return 0x0B
        case UInt8(ascii: "f"): return 0x0C
        default: return octet
        }
    }

    /// Up to three digits; strace writes fewer where no digit follows.
    private mutating func octal() -> UInt8 {
        var value = 0
        for _ in 0..<3 {
            guard let digit = current, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit)
            else { break }
            value = value * 8 + Int(digit - UInt8(ascii: "0"))
            position += 1
        }
        return UInt8(truncatingIfNeeded: value)
    }
}
