import Testing

@Suite("Block of code in a document")
struct FencedBlockTests {
    @Test func `a block has its language, its words, its line and its output`() throws {
        let blocks = FencedBlock.all(
            in: "x\n```sh terminal=2 stays\nls\n```\n\n```text\na\n```\n\n```toml\nb = 1\n```\n"
        )
        try #require(blocks.count == 2)
        #expect(blocks[0].language == "sh")
        #expect(blocks[0].words == ["terminal": "2", "stays": ""])
        #expect(blocks[0].text == "ls\n")
        #expect(blocks[0].line == 3)
        #expect(blocks[0].output == "a\n")
        #expect(blocks[1].language == "toml")
        #expect(blocks[1].output == nil)
    }
}
