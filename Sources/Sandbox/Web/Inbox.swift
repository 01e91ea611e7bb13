internal import Glibc

/// The folder of kept messages, as the inbox shows it.
///
/// Read anew for each request: so it also holds what came before the last start.
struct Inbox: Sendable {
    /// How many messages one page or list shows.
    static let pageLength = 200

    /// Where messages are kept; `nil` when they are only counted.
    let folder: String?

    /// One kept message.
    struct Entry: Sendable {
        let number: Int
        /// The name of its files, without `.eml` and `.json`.
        let name: String
        /// What its `.json` says.
        let envelope: JSONValue
        let subject: String
        let from: String

        /// A member of the envelope as text.
        func text(_ member: String) -> String {
            switch envelope[member] {
            case .string(let text)?: text
            case .integer(let number)?: "\(number)"
            default: ""
            }
        }

        /// The addresses of the recipients.
        var recipients: [String] {
            (envelope["recipients"]?.elements ?? []).compactMap { $0["address"]?.text }
        }

        /// What a stricter server might refuse.
        var notes: [String] { (envelope["notes"]?.elements ?? []).compactMap(\.text) }
    }

    /// The messages before a number, the latest first.
    func entries(before limit: Int = .max, count: Int = pageLength) -> [Entry] {
        names.filter { $0.number < limit }.sorted { $0.number > $1.number }.prefix(count)
            .compactMap { entry($0.number, $0.name) }
    }

    /// The message with a number.
    func entry(_ number: Int) -> Entry? {
        names.first { $0.number == number }.flatMap { entry($0.number, $0.name) }
    }

    /// The octets of a message; `nil` when they are gone or larger than any message may be.
    func content(of entry: Entry) -> [UInt8]? {
        folder.flatMap { SmallFile.octets("\($0)/\(entry.name).eml", limit: 200 << 20) }
    }

    /// The beginning of a message.
    func beginning(of name: String, _ count: Int = HeaderPeek.limit) -> [UInt8] {
        folder.flatMap { SmallFile.beginning("\($0)/\(name).eml", count) } ?? []
    }

    private func entry(_ number: Int, _ name: String) -> Entry? {
        guard let folder, let octets = SmallFile.octets("\(folder)/\(name).json"),
            let envelope = JSONReader.value(of: octets)
        else { return nil }
        let fields = MailFields(Array(HeaderPeek.header(of: beginning(of: name))))
        return Entry(
            number: number,
            name: name,
            envelope: envelope,
            subject: EncodedWords.decode(fields.texts("subject").first ?? ""),
            from: EncodedWords.decode(fields.texts("from").first ?? "")
        )
    }

    private var names: [(number: Int, name: String)] {
        guard let folder, let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [(Int, String)] = []
        while let entry = readdir(directory) {
            // Through the record's own pointer: a copy of the struct could read beyond it.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = UnsafeRawPointer(entry) + offset
            let file = String(cString: start.assumingMemoryBound(to: CChar.self))
            guard file.hasSuffix(".eml"), let digits = file.split(separator: "-").first,
                let number = Int(digits)
            else { continue }
            names.append((number, String(file.dropLast(4))))
        }
        return names
    }
}

/// Encoded words of a header, as people read them (RFC 2047 §2).
enum EncodedWords {
    /// The text with its encoded words decoded; one that cannot be decoded stays as it is.
    static func decode(_ text: String) -> String {
        var result = ""
        var wasEncoded = false
        var space = ""
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == " " }) {
            let decoded = decodeWord(word)
            // RFC 2047 §6.2: space between two encoded words is not shown.
            if !(wasEncoded && decoded != nil) { result += space }
            result += decoded ?? String(word)
            wasEncoded = decoded != nil
            space = " "
        }
        return result
    }

    private static func decodeWord(_ word: Substring) -> String? {
        guard word.hasPrefix("=?"), word.hasSuffix("?=") else { return nil }
        let parts = word.dropFirst(2).dropLast(2)
            .split(separator: "?", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let octets = octets(parts[2], parts[1].lowercased()) else {
            return nil
        }
        switch parts[0].lowercased() {
        case "utf-8", "us-ascii": return String(validating: octets, as: UTF8.self)
        case "iso-8859-1":
            return String(String.UnicodeScalarView(octets.map { Unicode.Scalar($0) }))
        default: return nil
        }
    }

    private static func octets(_ text: Substring, _ encoding: String) -> [UInt8]? {
        switch encoding {
        case "b": return WebBase64.decodeBody(text.utf8)
        case "q":
            var result: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while let octet = rest.popFirst() {
                guard octet == UInt8(ascii: "=") else {
                    result.append(octet == UInt8(ascii: "_") ? 0x20 : octet)
                    continue
                }
                guard let high = rest.popFirst().flatMap(PercentText.hexadecimal),
                    let low = rest.popFirst().flatMap(PercentText.hexadecimal)
                else { return nil }
                result.append(high << 4 | low)
            }
            return result
        default: return nil
        }
    }
}
