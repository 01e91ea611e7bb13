/// A text of the settings with places for what is known of a document, such as `Scan {name}`.
package struct DocumentTemplate: Hashable, Sendable {
    /// What can stand in braces.
    package enum Field: String, Hashable, Sendable, CaseIterable {
        case name, stem, date, time, pickup, subfolder, count
    }

    private enum Piece: Hashable, Sendable {
        case text(String)
        case field(Field)
    }

    /// What is wrong with a template, in words that follow its setting.
    package struct Problem: Error, Hashable, Sendable {
        /// What is wrong.
        package let sentence: String
        /// What would be right.
        package let advice: String
    }

    private let pieces: [Piece]
    /// The template as the settings have it.
    package let text: String

    /// Reads a template; `{{` and `}}` stand for single braces.
    package init(_ text: String) throws(Problem) {
        var pieces: [Piece] = []
        var plain = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                plain.append(character)
                rest.removeFirst()
            case "{":
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = ""
                pieces.append(.field(try Self.field(&rest)))
            case "}":
                throw Problem(
                    sentence: "has a \"}\" without its \"{\".",
                    advice: "Write }} for a brace that is meant as such."
                )
            default: plain.append(character)
            }
        }
        if !plain.isEmpty { pieces.append(.text(plain)) }
        self.pieces = pieces
        self.text = text
    }

    private static func field(_ rest: inout Substring) throws(Problem) -> Field {
        guard let end = rest.firstIndex(of: "}") else {
            throw Problem(
                sentence: "has a \"{\" without its \"}\".",
                advice: "Write {{ for a brace that is meant as such."
            )
        }
        let word = rest[..<end]
        rest = rest[rest.index(after: end)...]
        guard let field = Field(rawValue: String(word)) else {
            let known = Field.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
            throw Problem(
                sentence: "has {\(word)}, which stands for nothing.",
                advice: "The places that are filled in are \(known)."
            )
        }
        return field
    }

    /// What stands in braces.
    package var fields: Set<Field> {
        Set(
            pieces.compactMap { piece in
                if case .field(let field) = piece { field } else { nil }
            }
        )
    }

    /// The text for one document.
    ///
    /// - Throws: When a value cannot be used where it stands.
    package func text(
        for values: DocumentValues,
        in key: String
    ) throws(DocumentDefect) -> String {
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .field(let field): result += try values.text(of: field, in: key)
            }
        }
        return result
    }
}

/// What is known of one document, to be filled into templates.
package struct DocumentValues: Hashable, Sendable {
    /// The name of the file, or of the first of several.
    package var name: DocumentName
    /// `2026-11-23` in the pickup's time zone.
    package var date: String
    /// `11:15` in the pickup's time zone.
    package var time: String
    /// The name of the pickup.
    package var pickup: String
    /// The folder below the drop folder that the file was in, as octets; empty for none.
    package var folder: [UInt8]
    /// How many files there are.
    package var count: Int

    /// Creates values.
    package init(
        name: DocumentName,
        date: String,
        time: String,
        pickup: String,
        folder: [UInt8],
        count: Int
    ) {
        self.name = name
        self.date = date
        self.time = time
        self.pickup = pickup
        self.folder = folder
        self.count = count
    }

    func text(
        of field: DocumentTemplate.Field,
        in key: String
    ) throws(DocumentDefect) -> String {
        switch field {
        case .name: name.text
        case .stem: name.stem
        case .date: date
        case .time: time
        case .pickup: pickup
        case .subfolder: try subfolder(in: key)
        case .count: "\(count)"
        }
    }

    /// The folder directly below the drop folder: a user's, whatever the scanner makes inside it.
    private func subfolder(in key: String) throws(DocumentDefect) -> String {
        let first = folder.prefix { $0 != UInt8(ascii: "/") }
        guard !first.isEmpty else { throw .noSubfolder(setting: key) }
        guard let text = String(validating: first, as: UTF8.self) else {
            throw .subfolderNotUTF8
        }
        if let scalar = text.unicodeScalars.first(where: \.isUnfit) {
            throw .subfolderInvisible(scalar.number)
        }
        return text
    }
}

/// The name of a document's file, as text that can be shown to people.
package struct DocumentName: Hashable, Sendable {
    /// The whole name.
    package let text: String

    /// Reads the name of a file.
    ///
    /// - Throws: When it is not UTF-8, or holds what a person could not see: a line break, or a mark
    ///   that makes `gpj.exe` look like `exe.jpg`.
    package init(octets: some Collection<UInt8>) throws(DocumentDefect) {
        guard let text = String(validating: octets, as: UTF8.self) else { throw .nameNotUTF8 }
        if let scalar = text.unicodeScalars.first(where: \.isUnfit) {
            throw .nameInvisible(scalar.number)
        }
        self.text = text
    }

    /// What stands before the last dot.
    package var stem: String {
        guard let dot = text.lastIndex(of: "."), dot > text.startIndex else { return text }
        return String(text[..<dot])
    }

    /// What follows the last dot; empty when there is none.
    package var fileExtension: String {
        guard let dot = text.lastIndex(of: "."), dot > text.startIndex else { return "" }
        return String(text[text.index(after: dot)...])
    }
}

extension Unicode.Scalar {
    /// Whether a scalar could not be seen in a name, or would move the text around it.
    ///
    /// Joiners are letters' business in Persian and Indic scripts, and in emoji; spaces of all kinds
    /// are what file names have.
    var isUnfit: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: return true
        case .format: return !(0x200C...0x200D).contains(value)
        default: return false
        }
    }

    var number: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
