import Testing

@testable import Settings

@Suite("TOML document")
struct TomlDocumentTests {
    @Test func `values of every kind arrive in the order of the text, with their places`() throws {
        let entries = try TomlDocument.parse(
            Array(
                """
                z = "text"
                a = [1, 2.5]
                [t]
                flag = true
                  when = 2026-11-23
                """.utf8
            )
        )
        #expect(entries.map(\.key) == ["z", "a", "t"])
        #expect(entries[0].value.content == .text("text"))
        #expect(entries[0].value.position == TomlPosition(line: 1, column: 5))
        let list: [TomlValue] = [
            TomlValue(content: .integer(1), position: TomlPosition(line: 2, column: 6)),
            TomlValue(content: .float(2.5), position: TomlPosition(line: 2, column: 9)),
        ]
        #expect(entries[1].value.content == .array(list))
        guard case .table(let table) = entries[2].value.content else {
            Issue.record("not a table")
            return
        }
        #expect(table[0].value.content == .flag(true))
        #expect(table[1].keyPosition == TomlPosition(line: 5, column: 3))
        #expect(table[1].value.content == .time("2026-11-23"))
    }

    @Test func `an empty text has no entries`() throws {
        #expect(try TomlDocument.parse([]).isEmpty)
    }

    @Test func `a text above 1 MB is refused`() {
        let octets = [UInt8](repeating: UInt8(ascii: "\n"), count: 1_048_577)
        #expect(throws: TomlFault(message: "the document is larger than 1 MB")) {
            try TomlDocument.parse(octets)
        }
    }

    @Test(arguments: ["a.", "[", "a={", "a=[", "[[a.", "\"a\".", "'a' . ", "\"=\".", "a.b={c."])
    func `nesting as deep as 1 MB allows is refused, not followed`(piece: String) {
        let count = TomlDocument.maximumOctets / piece.utf8.count
        #expect(throws: TomlFault.self) {
            try TomlDocument.parse(Array(String(repeating: piece, count: count).utf8))
        }
    }

    @Test func `dots inside texts and comments do not count as nesting`() throws {
        let dots = String(repeating: ".", count: 100)
        let entries = try TomlDocument.parse(
            Array(
                """
                a = "x\(dots)" # \(dots)
                b = '\\\(dots)'
                c = \"\"\"
                \(dots)\\\"\"\"\"
                d = '''\(dots)''''
                e = "\\"\(dots)"
                """.utf8
            )
        )
        #expect(entries.map(\.key) == ["a", "b", "c", "d", "e"])
    }

    // The white space test of toml++ 3.3 has no answer for these: undefined behaviour without the
    // patch in toml.cpp.
    @Test(arguments: ["é", "ß", "Ж", "\u{A1}", "\u{499}"])
    func `a letter where white space may stand is a fault`(letter: String) {
        #expect(throws: TomlFault.self) {
            try TomlDocument.parse(Array("a = 1 \(letter)\n".utf8))
        }
    }

    @Test func `no octets whatever crash the parser`() {
        var random = RepeatableRandom(seed: 20_261_123)
        let seeds = Self.seeds
        for _ in 0..<20_000 {
            var octets = seeds[Int.random(in: seeds.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                mutate(&octets, &random)
            }
            _ = try? TomlDocument.parse(octets)
            _ = try? RelaySettings.parse(octets, file: "f")
        }
    }

    private static let seeds: [[UInt8]] = [
        [],
        Array("a = [1, {b.c = 'x'}, 0x1F, 1e9, inf]\n[[t.u]]\nd = 07:32:00.5\n".utf8),
        Array("[pickup.p]\npath = \"/srv\"\nroute = [\"r\"]\nsettle = \"1 s\"\n".utf8),
        Array("[route.r]\nservice = \"smtp\"\nhost = \"h\"\nrate = \"5/s\"\nport = 25\n".utf8),
        Array("s = \"\"\"\n\\u00e9 \\\n  \"\" \"\"\"\nl = '''x'''\n".utf8),
    ]

    private func mutate(_ octets: inout [UInt8], _ random: inout RepeatableRandom) {
        let at = Int.random(in: 0...octets.count, using: &random)
        let octet =
            Bool.random(using: &random)
            ? UInt8.random(in: 0...255, using: &random)
            : Array("\"'[]{}=.,#\\\n 0eE+-_:TZx".utf8).randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where at < octets.count: octets[at] = octet
        case 1 where at < octets.count: octets.remove(at: at)
        case 2 where at < octets.count: octets += octets[at...]
        default: octets.insert(octet, at: at)
        }
        if octets.count > 4096 { octets.removeSubrange(4096...) }
    }
}

/// A generator whose failures can be repeated (SplitMix64).
struct RepeatableRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite("Suggestion")
struct SuggestionTests {
    @Test(
        arguments: [
            ("startls", "starttls"), ("STARTTLS", "starttls"), ("imlpicit", "implicit"),
            ("implict", "implicit"), ("impl", "implicit"), ("none", "none"),
        ]
    )
    func `the closest word is found`(word: String, expected: String) {
        let words = ["starttls", "implicit", "none"]
        #expect(Suggestion.closest(to: word, among: words) == expected)
    }

    @Test(arguments: ["", "x", "ssl", "tls1.3"])
    func `nothing is suggested for a word that is far from all`(word: String) {
        #expect(Suggestion.closest(to: word, among: ["starttls", "implicit", "none"]) == nil)
    }
}
