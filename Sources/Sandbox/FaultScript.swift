/// Faults to commit, read from lines such as `at MAIL from *@contoso.com reply "550 5.7.60 No"`.
package struct FaultScript: Hashable, Sendable {
    /// The most rules of a script: each one is compared with every command.
    static let maximumRules = 1000

    /// The rules in the order of their lines: the first one that matches is carried out.
    package private(set) var rules: [FaultRule] = []
    /// When nothing is served, in the sandbox's time since its start.
    package private(set) var outages: [Range<Duration>] = []
    /// When every token issued before is refused, likewise.
    package private(set) var revocations: [Duration] = []
    /// What the dice of `chance` begin with: the same seed throws the same.
    package private(set) var seed: UInt64 = 1

    /// Creates a script without rules.
    package init() {}

    /// Reads a script.
    package init(_ text: some StringProtocol) throws(FaultScriptError) {
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            var reader = RuleReader(words: try FaultScriptWords.split(line, number), line: number)
            guard let entry = try reader.read() else { continue }
            add(entry)
            guard rules.count + outages.count + revocations.count <= Self.maximumRules else {
                throw FaultScriptError(
                    line: number,
                    "A script can have \(Self.maximumRules) rules."
                )
            }
        }
    }
}

extension FaultScript {
    /// What one line says.
    fileprivate enum Entry {
        case rule(FaultRule)
        case outage(Range<Duration>)
        case revocation(Duration)
        case seed(UInt64)
    }

    private mutating func add(_ entry: Entry) {
        switch entry {
        case .rule(let rule): rules.append(rule)
        case .outage(let period): outages.append(period)
        case .revocation(let time): revocations.append(time)
        case .seed(let number): seed = number
        }
    }
}

/// What is wrong with a line of a fault script.
package struct FaultScriptError: Error, Hashable, Sendable {
    /// The number of the line, from 1.
    package let line: Int
    /// What is wrong and what would be right.
    package let sentence: String

    init(line: Int, _ sentence: String) {
        self.line = line
        self.sentence = sentence
    }
}

extension FaultScriptError: CustomStringConvertible {
    /// The sentence with the number of its line.
    package var description: String { "line \(line): \(sentence)" }
}

/// Reads the words of one line.
private struct RuleReader {
    private var words: ArraySlice<FaultScriptWords.Word>
    private let line: Int
    private var conditions: [FaultRule.Condition] = []
    private var fault = Fault()
    private var skip: Int?
    private var times: Int?
    private var percentage: Double?
    private var period: Range<Duration>?

    init(words: [FaultScriptWords.Word], line: Int) {
        self.words = words[...]
        self.line = line
    }

    /// What the line says; `nil` for an empty one.
    mutating func read() throws(FaultScriptError) -> FaultScript.Entry? {
        guard let first = words.popFirst() else { return nil }
        switch first {
        case .bare("at"): return .rule(try readRule())
        case .bare("outage"): return .outage(try readOutage())
        case .bare("tokens"): return .revocation(try readRevocation())
        case .bare("seed"): return .seed(try readSeed())
        default:
            throw error("A line begins with \"at\", \"outage\", \"tokens\" or \"seed\".")
        }
    }

    private mutating func readRule() throws(FaultScriptError) -> FaultRule {
        let point = try readPoint()
        while let word = words.popFirst() { try read(word, at: point) }
        guard fault != Fault() else {
            throw error("The rule does nothing; \(Self.actions(at: point)).")
        }
        return FaultRule(
            point: point,
            conditions: conditions,
            fault: fault,
            skip: skip ?? 0,
            times: times,
            percentage: percentage ?? 100,
            period: period
        )
    }

    /// `outage from 10m for 5m`.
    private mutating func readOutage() throws(FaultScriptError) -> Range<Duration> {
        guard words.count == 4, words.removeFirst() == .bare("from"), let start = readTime(),
            words.removeFirst() == .bare("for"), let length = readTime()
        else { throw error("An outage is written \"outage from 10m for 5m\".") }
        return start..<(start + length)
    }

    /// `tokens expire at 30m`.
    private mutating func readRevocation() throws(FaultScriptError) -> Duration {
        guard words.count == 3, words.removeFirst() == .bare("expire"),
            words.removeFirst() == .bare("at"), let time = readTime()
        else { throw error("It is written \"tokens expire at 30m\".") }
        return time
    }

    private mutating func readSeed() throws(FaultScriptError) -> UInt64 {
        guard words.count == 1, let number = UInt64(words.removeFirst().text) else {
            throw error("\"seed\" needs one whole number.")
        }
        return number
    }

    /// Takes a time of the sandbox; `nil` when the next word is none.
    private mutating func readTime() -> Duration? {
        words.popFirst().flatMap { FaultScript.time($0.text) }
    }

    private mutating func readPoint() throws(FaultScriptError) -> FaultPoint {
        let word = words.popFirst()?.text ?? ""
        let spelling = word.lowercased() == "helo" ? "ehlo" : word.lowercased()
        let point = FaultPoint.allCases.first { $0.rawValue.lowercased() == spelling }
        guard let point else {
            let known = FaultPoint.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("\"\(word)\" is no moment of a session; it must be one of \(known).")
        }
        return point
    }

    private mutating func read(
        _ word: FaultScriptWords.Word,
        at point: FaultPoint
    ) throws(FaultScriptError) {
        switch word.text {
        case "from", "to", "mailbox": try readCondition(word.text, at: point)
        case "delay": try readDelay()
        case "times": times = try readCount("times", once: times)
        case "after": skip = try readCount("after", once: skip)
        case "chance": try readChance()
        case "between": try readPeriod()
        default: try readEffect(word.text, at: point)
        }
    }

    private mutating func readCondition(
        _ name: String,
        at point: FaultPoint
    ) throws(FaultScriptError) {
        guard let field = FaultRule.Field(rawValue: name), field.isKnown(at: point) else {
            throw error("\"\(name)\" is not known yet at \(point.rawValue).")
        }
        guard let pattern = words.popFirst()?.text else {
            throw error("\"\(name)\" needs a pattern such as *@contoso.com.")
        }
        conditions.append(FaultRule.Condition(field: field, pattern: pattern))
    }

    private mutating func readDelay() throws(FaultScriptError) {
        guard fault.delay == nil, let delay = FaultAddress.duration(words.popFirst()?.text ?? "")
        else {
            throw error("\"delay\" needs one time up to an hour, such as 5s, 200ms or 2m.")
        }
        fault.delay = delay
    }

    private mutating func readCount(
        _ name: String,
        once old: Int?
    ) throws(FaultScriptError) -> Int {
        guard old == nil, let number = words.popFirst().flatMap({ Int($0.text) }),
            (1...1_000_000_000).contains(number)
        else { throw error("\"\(name)\" needs one number from 1 on.") }
        return number
    }

    private mutating func readChance() throws(FaultScriptError) {
        let text = words.popFirst()?.text ?? ""
        guard percentage == nil, text.hasSuffix("%"), let number = Double(text.dropLast()),
            number > 0, number <= 100
        else { throw error("\"chance\" needs one percentage such as 5% or 0.5%.") }
        percentage = number
    }

    private mutating func readPeriod() throws(FaultScriptError) {
        guard period == nil, let start = readTime(), let end = readTime(), start < end else {
            throw error(
                "\"between\" needs two times of the sandbox such as 10m 2h, the later last."
            )
        }
        period = start..<end
    }

    private mutating func readEffect(
        _ name: String,
        at point: FaultPoint
    ) throws(FaultScriptError) {
        guard fault.effect == nil else {
            throw error("\"\(name)\" is one action too many; a rule has one, beside a delay.")
        }
        switch (name, point) {
        case ("close", .handshake): fault.effect = .handshake(.close)
        case ("garbage", .handshake): fault.effect = .handshake(.garbage)
        case ("expired", .handshake): fault.effect = .handshake(.expired)
        case ("wrong-name", .handshake): fault.effect = .handshake(.wrongName)
        case ("close", _): fault.effect = .close
        case ("hide", .ehlo): fault.effect = .hide(try readKeywords())
        case ("reply", _) where point != .handshake && point != .content:
            fault.effect = .reply(try readReply())
        case ("half-reply", _) where point != .handshake && point != .content:
            fault.effect = .halfReply
        case ("endless-reply", _) where point != .handshake && point != .content:
            fault.effect = .endlessReply
        default:
            throw error(
                "\"\(name)\" cannot be done at \(point.rawValue); \(Self.actions(at: point))."
            )
        }
    }

    /// The words that end a list of keywords.
    private static let words = ["times", "after", "delay", "chance", "between"]

    private static func actions(at point: FaultPoint) -> String {
        switch point {
        case .handshake: "possible are delay, garbage, close, expired, wrong-name"
        case .content: "possible are delay, close"
        case .ehlo: "possible are delay, reply, close, half-reply, endless-reply, hide"
        case .greeting, .startTLS, .auth, .signIn, .mail, .recipient, .data, .dot, .reset,
            .noOperation, .verify, .quit:
            "possible are delay, reply, close, half-reply, endless-reply"
        }
    }

    /// Bare words up to the next count.
    private mutating func readKeywords() throws(FaultScriptError) -> [String] {
        var keywords: [String] = []
        while case .bare(let word)? = words.first, !Self.words.contains(word) {
            keywords.append(word.uppercased())
            words.removeFirst()
        }
        guard !keywords.isEmpty else {
            throw error("\"hide\" needs the keywords to hide, such as STARTTLS.")
        }
        return keywords
    }

    /// One quoted text for each line, the first one with the code.
    private mutating func readReply() throws(FaultScriptError) -> SandboxReply {
        var lines: [String] = []
        while case .quoted(let text)? = words.first {
            lines.append(text)
            words.removeFirst()
        }
        guard let first = lines.first, let code = Int(first.prefix(3)),
            (100...999).contains(code), first.utf8.count == 3 || first.dropFirst(3).first == " "
        else {
            throw error("\"reply\" needs a quoted reply such as \"451 4.7.0 Try again later\".")
        }
        lines[0] = String(first.dropFirst(4))
        return SandboxReply(code, lines)
    }

    private func error(_ sentence: String) -> FaultScriptError {
        FaultScriptError(line: line, sentence)
    }
}
