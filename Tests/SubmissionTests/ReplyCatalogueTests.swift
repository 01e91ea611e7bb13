import Glibc
import Submission
import TestSupport
import Testing

@Suite("Reply catalogue")
struct ReplyCatalogueTests {
    /// The code and the text of a reply on one line.
    private static func split(_ text: String) throws -> (code: ReplyCode, text: String) {
        (try #require(Int(text.prefix(3)).flatMap(ReplyCode.init)), String(text.dropFirst(4)))
    }

    private static func name(_ code: ReplyCode, _ lines: String..., at row: CatalogueRow) -> String?
    {
        ReplyCatalogue.row(for: Reply(code, lines: lines), at: row.phase)?.name
    }

    @Test(arguments: ReplyCatalogue.rows)
    func `a row is reached by its own example and by no row above`(row: CatalogueRow) throws {
        let (code, text) = try Self.split(row.example)
        #expect(Self.name(code, text, at: row) == row.name)
        #expect(row.matches(Reply(code, lines: [text]), at: row.phase))
        #expect(row.name.hasPrefix("\(code.value)"))
    }

    @Test func `every row has a name of its own`() {
        #expect(Set(ReplyCatalogue.rows.map(\.name)).count == ReplyCatalogue.rows.count)
        #expect(ReplyCatalogue.rows.count > 120)
    }

    @Test(arguments: ReplyCatalogue.rows)
    func `case, suffix and line breaks do not matter`(row: CatalogueRow) throws {
        let (code, text) = try Self.split(row.example)
        let suffix =
            " [AM0PR02CA0001.eurprd02.prod.outlook.com 2026-11-02T08:00:00.000Z 08DE19F4A0B1]"
        #expect(Self.name(code, text.uppercased(), at: row) == row.name)
        #expect(Self.name(code, text.lowercased(), at: row) == row.name)
        #expect(Self.name(code, text + suffix, at: row) == row.name)
        #expect(Self.name(code, text + " [Hostname=AM0PR02MB0001]", at: row) == row.name)
        let status = EnhancedStatus.leading(text)?.status.description
        var words = text.split(separator: " ").map(String.init)
        guard let status, words.count > 2 else { return }
        let rest = words[2...].joined(separator: " ")
        words = Array(words[..<2])
        #expect(
            Self.name(code, words.joined(separator: " "), "\(status) \(rest)", at: row) == row.name
        )
    }

    @Test(arguments: ReplyCatalogue.rows.filter { !$0.pattern.phrases.isEmpty })
    func `distinctive words decide where there is no enhanced code`(row: CatalogueRow) throws {
        let (code, text) = try Self.split(row.example)
        for phrase in row.pattern.phrases {
            #expect(Self.name(code, "So: \(phrase) [host]", at: row) == row.name)
        }
        let leading = try #require(EnhancedStatus.leading(text))
        let bare = String(text.utf8.dropFirst(leading.octets + 1)) ?? ""
        let saysOne = row.pattern.phrases.contains { bare.lowercased().contains($0) }
        if saysOne { #expect(Self.name(code, bare, at: row) == row.name) }
    }

    @Test(arguments: ReplyCatalogue.rows)
    func `words stand in lower case and nothing distinctive is short`(row: CatalogueRow) {
        for words in [row.pattern.words, row.pattern.phrases] {
            #expect(words == words.map { $0.lowercased() })
        }
        #expect(row.pattern.phrases.allSatisfy { $0.count >= 10 })
    }

    @Test func `words are found in any case, across lines and before a suffix, not in it`() throws {
        let pattern = ReplyPattern(535, words: ["is disabled"])
        let code = try #require(ReplyCode(535))
        func matches(_ lines: String...) -> Bool {
            pattern.matches(Reply(code, lines: lines), at: .authentication)
        }
        #expect(matches("5.7.139 Basic IS Disabled [host]"))
        #expect(matches("5.7.139 Basic is", "5.7.139 disabled"))
        #expect(!matches("5.7.139 No [is disabled]"))
        #expect(!matches("5.7.139 is not disabled"))
    }

    @Test func `phrases count without an enhanced code, words with the right one`() throws {
        let code = try #require(ReplyCode(550))
        func matches(_ pattern: ReplyPattern, _ line: String) -> Bool {
            pattern.matches(Reply(code, lines: [line]), at: .mail)
        }
        let status = StatusPattern.exactly(5, 7, 1)
        let phrases = ReplyPattern(550, status, phrases: ["go away"])
        #expect(matches(phrases, "5.7.1 Anything"))
        #expect(matches(phrases, "Go away"))
        #expect(!matches(phrases, "Anything"))
        #expect(!matches(phrases, "5.7.2 Go away"))
        let both = ReplyPattern(550, status, saying: ["go away"])
        #expect(matches(both, "5.7.1 Go away"))
        #expect(matches(both, "Go away"))
        #expect(!matches(both, "5.7.1 Anything"))
        let words = ReplyPattern(550, status, words: ["go away"])
        #expect(matches(words, "5.7.1 Go away"))
        #expect(!matches(words, "Go away"))
    }

    @Test(
        "a status pattern means what it says",
        arguments: [
            (.absent, nil, true),
            (.absent, EnhancedStatus(5, 7, 1), false),
            (.exactly(5, 7, 1), EnhancedStatus(5, 7, 1), true),
            (.exactly(5, 7, 1), EnhancedStatus(4, 7, 1), false),
            (.exactly(5, 7, 1), nil, false),
            (.details(4, 7, 500...699), EnhancedStatus(4, 7, 500), true),
            (.details(4, 7, 500...699), EnhancedStatus(4, 7, 699), true),
            (.details(4, 7, 500...699), EnhancedStatus(4, 7, 700), false),
            (.details(4, 7, 500...699), EnhancedStatus(4, 6, 500), false),
            (.eitherClass(7, 25), EnhancedStatus(4, 7, 25), true),
            (.eitherClass(7, 25), EnhancedStatus(5, 7, 25), true),
            (.eitherClass(7, 25), EnhancedStatus(2, 7, 25), false),
            (.eitherClass(7, 25), EnhancedStatus(5, 7, 26), false),
            (.eitherClass(7, 25), nil, false),
        ] as [(StatusPattern, EnhancedStatus?, Bool)]
    )
    func status(pattern: StatusPattern, status: EnhancedStatus?, expected: Bool) {
        #expect(pattern.matches(status) == expected)
    }

    @Test(arguments: SessionPhase.allCases)
    func `before MAIL no row rejects a message`(phase: SessionPhase) throws {
        guard Scope.usual(at: phase) == .route else { return }
        for row in ReplyCatalogue.rows {
            let (code, text) = try Self.split(row.example)
            let judgement = Judgement.of(reply: Reply(code, lines: [text]), at: phase)
            #expect(judgement.scope == .route, "\(row.name)")
            #expect(judgement.verdict == .retryLater, "\(row.name)")
        }
    }

    @Test func `the page in docs is the catalogue`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/docs/replies.md"
        if getenv("POSTCHUTE_WRITE_DOCS") != nil {
            try writeFile(ReplyCatalogue.renderCatalogue().utf8, to: path)
        }
        let page = String(decoding: try readFile(path), as: UTF8.self)
        #expect(
            page == ReplyCatalogue.renderCatalogue(),
            "renew it: POSTCHUTE_WRITE_DOCS=1 scripts/test ReplyCatalogueTests"
        )
    }
}
