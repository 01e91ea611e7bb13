internal import AccessTokens
internal import Submission

extension Explanation {
    /// Explains the first error number of Microsoft's sign-in, such as `AADSTS7000215`.
    init?(signInErrorIn text: String) {
        let prefix = "AADSTS"
        guard let start = text.firstRange(of: prefix) else { return nil }
        let digits = text[start.upperBound...].prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits.prefix(10)) else { return nil }
        let row = SignInErrors.rows.first { $0.codes.contains(number) }
        let name = prefix + digits
        self.init(
            quoted: Self.line(text[start.lowerBound...]),
            found: .signIn,
            summary: row.map {
                "\(name) of Microsoft's sign-in, in docs/sign-in-errors.md: \($0.meaning)."
            } ?? "\(name) of Microsoft's sign-in has no row in docs/sign-in-errors.md.",
            readings: [
                Reading(row: row == nil ? nil : String(name), judgement: Self.judgement(row))
            ]
        )
        support.traceID = Self.word(after: ["Trace ID: ", "trace "], in: text)
        support.correlationID = Self.word(after: ["Correlation ID: ", "correlation "], in: text)
        support.time = Self.word(after: ["Timestamp: "], in: text)
    }

    private static func judgement(_ row: SignInErrorRow?) -> Judgement {
        Judgement(
            row?.category ?? .configuration,
            .retryLater,
            .route,
            advice: row?.advice
                ?? "Look the number up at https://login.microsoftonline.com/error, and check tenant,"
                + " client_id and the credential of the identity.",
            probing: row?.probing ?? .bySchedule
        )
    }

    /// Explains a refusal of Microsoft Graph: a code such as `ErrorSendAsDenied`, or our own
    /// sentence about a status.
    init?(serviceRefusalIn text: String) {
        guard let refusal = ServiceRefusal(pasted: text) else { return nil }
        let row = ServiceCatalogue.row(for: refusal)
        let isNamed = row.names(refusal.code)
        let name = refusal.code.isEmpty ? "\(refusal.status)" : refusal.code
        self.init(
            quoted: refusal.summary,
            found: .graph,
            summary: isNamed || refusal.code.isEmpty
                ? "\(name) is a refusal of Microsoft Graph, in docs/graph-errors.md."
                : "\(name) of Microsoft Graph has no row in docs/graph-errors.md: the status decides.",
            readings: [
                Reading(row: isNamed ? name : nil, judgement: row.judgement(on: refusal))
            ]
        )
        support.requestID = refusal.requestID.isEmpty ? nil : refusal.requestID
    }

    /// The first line of a text, as far as it is worth quoting.
    private static func line(_ text: Substring) -> String {
        String(text.prefix { !$0.isNewline && $0 != "\"" }.prefix(300))
    }

    /// The word behind the first of some labels.
    static func word(after labels: [String], in text: String) -> String? {
        for label in labels {
            guard let range = text.firstRange(of: label) else { continue }
            let word = text[range.upperBound...].prefix(60).prefix {
                $0.isLetter || $0.isNumber || $0 == "-" || $0 == ":" || $0 == "."
            }
            if !word.isEmpty { return String(word) }
        }
        return nil
    }
}

extension ServiceRow {
    /// Whether the row knows a code, and does not merely let it pass.
    fileprivate func names(_ code: String) -> Bool {
        var codes = [example.code]
        if case .oneOf(let more) = pattern.code { codes += more }
        return !code.isEmpty && codes.contains { $0.lowercased() == code.lowercased() }
    }
}

extension ServiceRefusal {
    private static let opening = "The service refused: "

    /// Reads a refusal from our own sentence, from Graph's JSON, or from the code alone.
    fileprivate init?(pasted text: String) {
        let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        let named = words.indices.first { Self.isCode(words[$0]) }
        let ours = text.firstRange(of: Self.opening)?.upperBound
        guard let start = named.map({ words[$0].endIndex }) ?? ours else { return nil }
        let code = named.map { String(words[$0]) } ?? ""
        let before =
            named.map { words[..<$0].suffix(3) } ?? text[start...].split(separator: " ")[...]
        let status = before.lazy.compactMap { $0.count == 3 ? Int($0) : nil }.first
        let usual = ServiceCatalogue.rows.first { $0.names(code) }?.example.status ?? 400
        self.init(
            status: status.flatMap { (300...599).contains($0) ? $0 : nil } ?? usual,
            code: code,
            message: Self.sentence(text[start...]),
            requestID: Explanation.word(
                after: ["request-id ", "request-id\":\"", "request-id\": \""],
                in: text
            ) ?? ""
        )
    }

    /// The sentence behind the code, up to the end of its line or of its JSON string.
    private static func sentence(_ text: Substring) -> String {
        var rest = text.prefix(500).drop { !$0.isLetter }
        if rest.hasPrefix("message\"") { rest = rest.dropFirst(8).drop { !$0.isLetter } }
        var sentence = rest.prefix { !$0.isNewline && $0 != "[" && $0 != "\"" }.prefix(300)
        while sentence.last == " " { sentence.removeLast() }
        return String(sentence)
    }

    private static func isCode(_ word: Substring) -> Bool {
        if knownCodes.contains(word.lowercased()) { return true }
        let rest = word.dropFirst(5)
        return word.hasPrefix("Error") && rest.count > 3 && rest.first?.isUppercase == true
    }

    private static let knownCodes: Set<String> = Set(
        ServiceCatalogue.rows.flatMap { row in
            var codes = [row.example.code]
            if case .oneOf(let more) = row.pattern.code { codes += more }
            return codes.filter { !$0.isEmpty }.map { $0.lowercased() }
        }
    )
}
