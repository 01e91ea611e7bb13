import Glibc
import Submission
import TestSupport
import Testing

@Suite("Reply catalogue")
struct ReplyCatalogueTests {
    @Test(arguments: ReplyCatalogue.rows)
    func `a row is reached by its own example`(row: CatalogueRow) throws {
        let code = try #require(Int(row.example.prefix(3)).flatMap(ReplyCode.init))
        let reply = Reply(code, lines: [String(row.example.dropFirst(4))])
        #expect(ReplyCatalogue.row(for: reply, at: row.phase)?.pattern == row.pattern)
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
        ] as [(StatusPattern, EnhancedStatus?, Bool)]
    )
    func status(pattern: StatusPattern, status: EnhancedStatus?, expected: Bool) {
        #expect(pattern.matches(status) == expected)
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
