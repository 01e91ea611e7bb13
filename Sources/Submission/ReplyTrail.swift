/// What Microsoft's support asks for: which server answered, when, and in which session.
///
/// Exchange Online puts it in brackets at the end of a reply, in several forms; every part may be
/// missing, but not all.
package struct ReplyTrail: Hashable, Sendable {
    /// The name of the server that answered.
    package var host: String?
    /// When it answered, as the server wrote it.
    package var time: String?
    /// The id of the session, which the greeting shows as well.
    package var session: String?

    /// Reads what stands between two brackets, or returns `nil` when that is something else, such as
    /// the address of a client.
    init?(_ content: some StringProtocol) {
        // Longer than host, time and session ever are: not worth the reading.
        guard content.utf8.count <= 400 else { return nil }
        let words = content.split { $0 == " " || $0 == "," }
        guard !words.isEmpty else { return nil }
        for word in words where !read(word) { return nil }
        if host == nil, time == nil, session == nil { return nil }
    }

    private mutating func read(_ word: some StringProtocol) -> Bool {
        if let equals = word.firstIndex(of: "=") {
            // On-premises servers and the MX form add an InternalId, which leads nobody anywhere.
            if word[..<equals].lowercased() == "hostname" {
                host = String(word[word.index(after: equals)...])
            }
            return true
        }
        if Self.isTime(word) {
            time = String(word)
        } else if Self.isSession(word) {
            session = String(word)
        } else if Self.isHostName(word) {
            host = String(word)
        } else {
            return false
        }
        return true
    }

    /// Such as `2023-09-12T20:59:57.214Z`.
    private static func isTime(_ word: some StringProtocol) -> Bool {
        let octets = Array(word.utf8)
        return (20...40).contains(octets.count) && octets[4] == UInt8(ascii: "-")
            && octets[7] == UInt8(ascii: "-") && octets[10] == UInt8(ascii: "T")
            && octets[..<4].allSatisfy(isDigit)
    }

    /// Such as `08DBB276B7E699C4`.
    private static func isSession(_ word: some StringProtocol) -> Bool {
        word.utf8.count == 16
            && word.utf8.allSatisfy {
                isDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0 & 0xDF)
            }
    }

    /// Two labels or more, one of them with a letter: an address of IPv4 is none.
    private static func isHostName(_ word: some StringProtocol) -> Bool {
        let labels = word.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty && $0.allSatisfy(isLabel) }
            && !(labels.last?.allSatisfy(isDigit) ?? true)
    }

    private static func isLabel(_ octet: UInt8) -> Bool {
        isDigit(octet) || octet == UInt8(ascii: "-")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
    }

    private static func isDigit(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }
}

extension Reply {
    /// Who answered, when and in which session; `nil` where the reply does not say.
    package var trail: ReplyTrail? {
        var text = Substring(lines.joined(separator: " "))
        while let end = text.lastIndex(of: "]") {
            guard let start = text[..<end].lastIndex(of: "[") else { return nil }
            if let trail = ReplyTrail(text[text.index(after: start)..<end]) { return trail }
            text = text[..<start]
        }
        return nil
    }

    /// The text without enhanced status codes and without the bracketed suffixes in which Exchange
    /// Online names server, time and session: what two replies of the same kind have in common.
    package var essence: String {
        let texts = lines.map { line in
            guard let (_, octets) = EnhancedStatus.leading(line) else { return Substring(line) }
            return line[line.utf8.index(line.startIndex, offsetBy: octets)...].drop { $0 == " " }
        }
        var text = Substring(texts.joined(separator: " "))
        while text.last == " " { text.removeLast() }
        while text.last == "]", let start = text.lastIndex(of: "[") {
            text = text[..<start]
            while text.last == " " { text.removeLast() }
        }
        return String(text)
    }
}
