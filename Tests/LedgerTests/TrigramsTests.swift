import Testing

@testable import Ledger

@Suite("Trigrams")
struct TrigramsTests {
    @Test(arguments: [
        ("an", []), ("the", ["the"]), ("the the", ["the", "he ", " th", "e t"]),
        ("Re 47 x", [" 47", "47 ", "7 x", "e 4"]),
    ])
    func `digits and uncommon letters come first`(_ text: String, _ expected: [String]) {
        #expect(Trigrams.rarest(of: [text]) == expected)
    }

    @Test(arguments: [
        ("20261123T101530123456-7h3k9q2mzx4wp", "h3k9q2mzx4wp"),
        ("<20261123T101530123456-7h3k9q2mzx4wp@contoso.com>", "h3k9q2mzx4wp"),
        ("Message 0192f0c1-7b2d-7c58-9a41-5d6e7f809a1b 2026", "5d6e7f809a1b"),
    ])
    func `of a machine's number only the end is asked for, which is its own`(
        _ text: String,
        _ end: String
    ) {
        let rarest = Trigrams.rarest(of: [text])
        #expect(rarest.count == 4)
        #expect(rarest.allSatisfy(end.contains))
    }
}
