internal import Documents
internal import MailMessage

// The forms of the settings for documents.
extension ValueSyntax {
    static func mailbox(_ content: TomlContent) throws(Objection) -> MailboxTemplate {
        let text = try text(content)
        do throws(DocumentTemplate.Problem) {
            return try MailboxTemplate(text)
        } catch {
            throw Objection(error.sentence, error.advice)
        }
    }

    /// What becomes of the From of messages.
    static func fromRule(_ content: TomlContent) throws(Objection) -> EnvelopeRules.From {
        let words = EnvelopeRules.From.allCases.map(\.rawValue)
        return EnvelopeRules.From(rawValue: try choice(content, of: words)) ?? .keep
    }

    static func mailboxes(_ content: TomlContent) throws(Objection) -> [MailboxTemplate] {
        var mailboxes: [MailboxTemplate] = []
        for entry in try entries(content, of: "addresses") { mailboxes.append(try mailbox(entry)) }
        return mailboxes
    }

    /// A text with places; lines may end in it.
    static func template(_ content: TomlContent) throws(Objection) -> DocumentTemplate {
        guard case .text(let text) = content else {
            throw Objection("must be text in quotes, not \(content.phrase).")
        }
        let isFit = text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" || $0 == "\t"
        }
        guard isFit else { throw Objection("holds a control character.", "Remove it.") }
        do throws(DocumentTemplate.Problem) {
            return try DocumentTemplate(text)
        } catch {
            throw Objection(error.sentence, error.advice)
        }
    }

    static func subject(_ content: TomlContent) throws(Objection) -> DocumentTemplate {
        _ = try text(content)
        return try template(content)
    }

    static func documentTypes(_ content: TomlContent) throws(Objection) -> [DocumentType] {
        var types: [DocumentType] = []
        for entry in try entries(content, of: "types of documents") {
            let word = try text(entry)
            guard let type = DocumentType(word: word) else {
                let known = DocumentType.all.map(\.name)
                throw Objection(
                    "\(quoted(word)) is not a type of document this version knows.",
                    Suggestion.sentence(for: word, among: known)
                        ?? "It knows \(known.joined(separator: ", "))."
                )
            }
            if !types.contains(type) { types.append(type) }
        }
        return types
    }

    /// A name below `/usr/share/zoneinfo`.
    static func timeZone(_ content: TomlContent) throws(Objection) -> String {
        let name = try text(content)
        let steps = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isPlain = steps.allSatisfy { step in
            step.first.map(isLetterOrDigit) == true
                && step.allSatisfy { isLetterOrDigit($0) || "+-_".utf8.contains($0) }
        }
        guard isPlain else {
            throw Objection(
                "\(quoted(name)) is not the name of a time zone.",
                "It looks like \"Europe/Berlin\"; timedatectl list-timezones lists all."
            )
        }
        return name
    }

    /// One text, or a list that is not empty.
    static func entries(
        _ content: TomlContent,
        of what: String
    ) throws(Objection) -> [TomlContent] {
        guard case .array(let values) = content else { return [content] }
        guard !values.isEmpty else {
            throw Objection("is an empty list.", "List \(what), or remove it.")
        }
        return values.map(\.content)
    }
}
