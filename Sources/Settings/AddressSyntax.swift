internal import Submission

extension ValueSyntax {
    static func address(_ content: TomlContent) throws(Objection) -> MailAddress {
        let text = try text(content)
        guard let at = text.lastIndex(of: "@"), at != text.startIndex,
            let address = MailAddress(
                localPart: String(text[..<at]),
                domain: String(text[text.index(after: at)...])
            ), address.text == text
        else {
            throw Objection(
                "\(quoted(text)) is not a mail address.",
                "Write the address alone: name@example.com"
            )
        }
        return address
    }

    /// The address of the mailbox that sends, or ``SignInSettings/eachAuthor``.
    static func sendingMailbox(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        if text == SignInSettings.eachAuthor { return text }
        do throws(Objection) {
            return try address(content).text
        } catch {
            throw Objection(
                "\(quoted(text)) is not the address of a mailbox.",
                #"Write "name@example.com"; or "{from}", for the mailbox of each message's own From."#
            )
        }
    }

    /// One address, or a list of different ones.
    static func addresses(_ content: TomlContent) throws(Objection) -> [MailAddress] {
        try list(content, of: "a mail address", address)
    }

    /// One pattern, or a list of them.
    static func patterns(_ content: TomlContent) throws(Objection) -> [AddressPattern] {
        try list(content, of: "an address or a domain") { content throws(Objection) in
            let text = try text(content)
            guard let pattern = AddressPattern(text) else {
                throw Objection(
                    "\(quoted(text)) is neither an address nor a domain.",
                    #"Write "name@example.com", "example.com" or "*.example.com"."#
                )
            }
            return pattern
        }
    }

    static func domain(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        guard !text.contains("@"), let address = MailAddress(localPart: "x", domain: text) else {
            throw Objection(
                "\(quoted(text)) is not a domain.",
                text.contains("@") ? "Write only what stands after the @." : ""
            )
        }
        return address.domain
    }

    /// One of some words, or a list of them.
    static func words(
        _ content: TomlContent,
        of words: [String]
    ) throws(Objection) -> [String] {
        try list(content, of: "a word") { content throws(Objection) in
            try choice(content, of: words)
        }
    }

    /// An amount of data in octets: a number and KB, MB or GB, counted by 1024.
    package static func size(
        _ content: TomlContent,
        in range: ClosedRange<Int>
    ) throws(Objection) -> Int {
        let advice = #"Write a number and a unit: "500 KB", "35 MB", "1 GB"."#
        guard case .text(let text) = content else {
            throw Objection("must be a size in quotes, not \(content.phrase).", advice)
        }
        guard let (number, unit) = numberAndWord(text), let factor = sizeUnits[unit.uppercased()],
            case let (octets, false) = number.multipliedReportingOverflow(by: factor)
        else { throw Objection("\(quoted(text)) is not a size.", advice) }
        if octets < range.lowerBound {
            throw Objection("\(quoted(text)) is too small: at least \(phrase(range.lowerBound)).")
        }
        if octets > range.upperBound {
            throw Objection("\(quoted(text)) is too large: at most \(phrase(range.upperBound)).")
        }
        return octets
    }

    private static let sizeUnits = ["KB": 1024, "MB": 1_048_576, "GB": 1_073_741_824]

    /// Names a size by its largest unit that leaves no rest.
    static func phrase(_ octets: Int) -> String {
        for (unit, factor) in [("GB", 1_073_741_824), ("MB", 1_048_576)] where octets % factor == 0
        {
            return "\(octets / factor) \(unit)"
        }
        return "\(octets / 1024) KB"
    }

    static func list<Value: Hashable>(
        _ content: TomlContent,
        of what: String,
        _ convert: (TomlContent) throws(Objection) -> Value
    ) throws(Objection) -> [Value] {
        guard case .array(let values) = content else {
            guard case .text = content else {
                throw Objection("must be \(what) in quotes or a list, not \(content.phrase).")
            }
            return [try convert(content)]
        }
        guard !values.isEmpty else { throw Objection("is an empty list.", "Remove it.") }
        var result: [Value] = []
        for value in values {
            let element = try convert(value.content)
            if result.contains(element) {
                throw Objection("names one of them twice.", "Remove it.")
            }
            result.append(element)
        }
        return result
    }
}
