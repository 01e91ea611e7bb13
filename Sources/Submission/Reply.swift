/// A three-digit SMTP reply code (RFC 5321 §4.2.1).
package struct ReplyCode: Hashable, Sendable {
    /// The code as a number, always within `200...599`.
    package let value: Int

    /// Creates a reply code, or returns `nil` when the first digit is not 2, 3, 4 or 5.
    package init?(_ value: Int) {
        guard (200...599).contains(value) else { return nil }
        self.value = value
    }

    /// What the first digit says (RFC 5321 §4.2.1).
    package var replyClass: ReplyClass {
        switch value {
        case 200...299: .completed
        case 300...399: .intermediate
        case 400...499: .temporary
        default: .permanent
        }
    }
}

/// The meaning of a reply code's first digit (RFC 5321 §4.2.1).
package enum ReplyClass: Hashable, Sendable {
    /// 2yz: the command was carried out.
    case completed
    /// 3yz: the server waits for more.
    case intermediate
    /// 4yz: the same command may succeed later.
    case temporary
    /// 5yz: the same command will not succeed.
    case permanent
}

/// An enhanced status code such as `5.7.1` (RFC 3463 §2).
package struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    package let statusClass: Int
    package let subject: Int
    package let detail: Int

    /// Creates a status, or returns `nil` outside the ranges of RFC 3463 §2.
    package init?(_ statusClass: Int, _ subject: Int, _ detail: Int) {
        guard [2, 4, 5].contains(statusClass), (0...999).contains(subject),
            (0...999).contains(detail)
        else { return nil }
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    /// The status at the start of a reply text, with the number of octets it takes.
    package static func leading(
        _ text: some StringProtocol
    ) -> (status: EnhancedStatus, octets: Int)? {
        let word = text.utf8.prefix { $0 != UInt8(ascii: " ") }
        guard word.count <= 9 else { return nil }
        let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let numbers = parts.compactMap { number($0) }
        guard numbers.count == 3, let status = EnhancedStatus(numbers[0], numbers[1], numbers[2])
        else { return nil }
        return (status, word.count)
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...3).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// The status as `5.7.1`.
    package var description: String { "\(statusClass).\(subject).\(detail)" }
}

/// One SMTP reply with all of its lines.
package struct Reply: Hashable, Sendable {
    package let code: ReplyCode
    /// The text of each line, without code and separator; never empty.
    ///
    /// Octets that are not UTF-8 have been replaced; controls have not: sinks neutralise them.
    package let lines: [String]

    /// Creates a reply; an empty `lines` becomes one empty line.
    package init(_ code: ReplyCode, lines: [String]) {
        self.code = code
        self.lines = lines.isEmpty ? [""] : lines
    }

    /// The enhanced status of the first line, if it carries one (RFC 2034 §4).
    package var enhanced: EnhancedStatus? { EnhancedStatus.leading(lines[0])?.status }

    /// All lines as the server sent them, separated by line feeds.
    package var verbatim: String {
        lines.enumerated().map { index, line in
            "\(code.value)\(index == lines.count - 1 ? " " : "-")\(line)"
        }.joined(separator: "\n")
    }

    /// The reply on one line: the code once, then every line's text.
    package var summary: String { "\(code.value) \(lines.joined(separator: " "))" }
}

extension Reply {
    /// Reads back what ``verbatim`` wrote, or returns `nil` for any other text.
    package init?(verbatim: String) {
        let lines = verbatim.split(separator: "\n", omittingEmptySubsequences: false)
        guard let number = lines.last.flatMap({ Int($0.prefix(3)) }), let code = ReplyCode(number)
        else { return nil }
        var texts: [String] = []
        for (index, line) in lines.enumerated() {
            let prefix = "\(code.value)\(index == lines.count - 1 ? " " : "-")"
            guard line.hasPrefix(prefix) else { return nil }
            texts.append(String(line.dropFirst(prefix.count)))
        }
        self.init(code, lines: texts)
    }
}
