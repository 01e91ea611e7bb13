import Testing

@Suite("Output shown in a document")
struct ShownOutputTests {
    @Test(arguments: [
        ("a\nb\n", "a\nb\n"),
        ("ID    AGE\n", "ID AGE\n"),
        ("…\nb\n", "x\ny\nb\n"),
        ("…\nb\n", "b\n"),
        ("a\n…\n", "a\nx\n\n"),
        ("rule=\"A file …\n", "rule=\"A file is taken.\"\n"),
        ("sent in 20 ms, 1 s ago\n", "sent in 3 ms, 12 s ago\n"),
        (
            "20261127T230155605665-0wbnytjww605n at 2026-11-27T23:01:55Z\n",
            "20270102T030405678901-abcdefghjkmnp at 2027-01-02T03:04:05.123Z\n"
        ),
        ("postchute_Xm9…\n", "postchute_RXMhO4TWxAnZlMJDfBKzedonsV6anNJmymK00Bc1cfU\n"),
    ])
    func `it matches what came, but for what differs each time`(shown: String, output: String) {
        #expect(ShownOutput(shown).matches(output))
    }

    @Test(arguments: [
        ("a\n", "a\nb\n"),
        ("a\nb\n", "a\n"),
        ("…\nb\n", "b\nc\n"),
        ("2 sent\n", "3 sent\n"),
        ("postchute_Xm9…\n", "postchute_route_sent 1\n"),
    ])
    func `it does not match anything else`(shown: String, output: String) {
        #expect(!ShownOutput(shown).matches(output))
    }
}
