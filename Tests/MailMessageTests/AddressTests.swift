import MailMessage
import Testing

/// Addresses as a To field gives them to the envelope.
@Suite("Addresses")
struct AddressTests {
    private func recipients(_ to: String) throws -> [String] {
        try inspect("From: a@example.com\nTo: \(to)\n\nx").recipients
    }

    private func problem(_ to: String) -> AddressProblem? {
        guard case .unreadableRecipient(_, _, let problem) = defect("From: a@b.c\nTo: \(to)\n\nx")
        else { return nil }
        return problem
    }

    @Test(arguments: [
        ("bob@example.com", ["bob@example.com"]),
        ("<bob@example.com>", ["bob@example.com"]),
        ("Bob <bob@example.com>", ["bob@example.com"]),
        ("bob@example.com, carol@example.net", ["bob@example.com", "carol@example.net"]),
        ("\"Doe, Bob\" <bob@example.com>", ["bob@example.com"]),
        ("\"Doe \\\"Bob\\\"\" <bob@example.com>", ["bob@example.com"]),
        ("=?utf-8?Q?M=C3=BCller?=<bob@example.com>", ["bob@example.com"]),
        ("Müller & Söhne <bob@example.com>", ["bob@example.com"]),
        ("Dr. J. Doe <bob@example.com>", ["bob@example.com"]),
        ("bob@example.com <bob@example.com>", ["bob@example.com"]),
        ("[EXT] Bob <bob@example.com>", ["bob@example.com"]),
        ("CONTOSO\\bob <bob@example.com>", ["bob@example.com"]),
        ("bob@example.com (Bob (the builder))", ["bob@example.com"]),
        ("(a) bob (b) @ (c) example (d) . com (e)", ["bob@example.com"]),
        ("Bob (with \\) and ,) <bob@example.com>", ["bob@example.com"]),
        ("bob\n @example.com,\n\tcarol@example.net", ["bob@example.com", "carol@example.net"]),
        ("<@relay.example,@b.example:bob@example.com>", ["bob@example.com"]),
        ("bob@[192.0.2.1]", ["bob@[192.0.2.1]"]),
        ("bob@[IPv6:2001:db8::1]", ["bob@[IPv6:2001:db8::1]"]),
        ("\"bob smith\"@example.com", ["\"bob smith\"@example.com"]),
        ("\"bob\"@example.com", ["bob@example.com"]),
        ("\"<x>,y\"@example.com", ["\"<x>,y\"@example.com"]),
        ("jürgen@müller.example", ["jürgen@müller.example"]),
        ("o'neil+tag@sub.example.com", ["o'neil+tag@sub.example.com"]),
    ])
    func `an address is read`(to: String, expected: [String]) throws {
        #expect(try recipients(to) == expected)
    }

    @Test(arguments: [
        (
            "Team: bob@example.com, Carol <carol@example.net>;",
            ["bob@example.com", "carol@example.net"]
        ),
        ("Team: bob@example.com;, dave@example.org", ["bob@example.com", "dave@example.org"]),
        ("Team: bob@example.com; dave@example.org", ["bob@example.com", "dave@example.org"]),
        ("A: bob@example.com;, B: carol@example.net;", ["bob@example.com", "carol@example.net"]),
        ("undisclosed-recipients:;, bob@example.com", ["bob@example.com"]),
        ("\"The, Team\": bob@example.com;", ["bob@example.com"]),
    ])
    func `a group gives its members`(to: String, expected: [String]) throws {
        #expect(try recipients(to) == expected)
    }

    @Test(arguments: [
        "bob@example.com,", ",bob@example.com", "bob@example.com,,", "bob@example.com;",
        " , ,bob@example.com , ", "bob@example.com, (nobody)",
    ])
    func `empty elements are passed over`(to: String) throws {
        #expect(try recipients(to) == ["bob@example.com"])
    }

    @Test func `semicolons separate as Outlook writes them`() throws {
        let to = "bob@example.com; Carol <carol@example.net>;dave@example.org"
        #expect(
            try recipients(to) == ["bob@example.com", "carol@example.net", "dave@example.org"]
        )
    }

    @Test func `duplicates are dropped by domain without case and local part with case`() throws {
        let to = "bob@example.com, bob@EXAMPLE.com, Bob@example.com, \"bob\"@example.com"
        #expect(try recipients(to) == ["bob@example.com", "Bob@example.com"])
    }

    @Test(arguments: [
        ("bob", AddressProblem.noAtSign),
        ("Doe, Bob <bob@example.com>", .noAtSign),
        ("Bob Doe", .noAtSign),
        ("\"bob\"", .noAtSign),
        ("<>", .missingPart),
        ("Bob <>", .missingPart),
        ("@example.com", .missingPart),
        ("bob@", .missingPart),
        ("bob..doe@example.com", .missingPart),
        ("bob.@example.com", .missingPart),
        ("bob@example..com", .missingPart),
        ("bob@.", .missingPart),
        ("bob@example.com carol@example.net", .notJoined),
        ("<bob@example.com> <carol@example.net>", .notJoined),
        ("<bob@example.com> x", .notJoined),
        ("bob doe@example.com", .notJoined),
        ("bob@carol@example.net", .notJoined),
        ("bob\\@example.com", .strayCharacter("\\")),
        ("bob@example.com)", .strayCharacter(")")),
        (">bob@example.com", .strayCharacter(">")),
        ("<<bob@example.com>>", .strayCharacter("<")),
        ("bob@\"example.com\"", .strayCharacter("\"")),
        ("[x]@example.com", .strayCharacter("[")),
        ("mailto:bob@example.com", .unclosedGroup),
        (":bob@example.com;", .strayCharacter(":")),
        ("a@b:bob@example.com", .strayCharacter(":")),
        ("A: B: bob@example.com;;", .nestedGroup),
        ("Team: bob@example.com", .unclosedGroup),
        ("\"Bob <bob@example.com>", .unclosedQuote),
        ("bob@example.com (x", .unclosedComment),
        ("bob@example.com (x\\", .unclosedComment),
        ("Bob <bob@example.com", .unclosedAngle),
        ("bob@example.com\u{7F}", .invisible("U+007F")),
        ("bob\u{1}@example.com", .invisible("U+0001")),
        ("\"bob\u{1B}\"@example.com", .invisible("U+001B")),
        ("bob@example.com\u{A0}", .invisible("U+00A0")),
        ("bob\u{200B}@example.com", .invisible("U+200B")),
        ("\u{202E}bob@example.com", .invisible("U+202E")),
        ("bob@exa mple.com", .notJoined),
        ("bob@exam!ple.com", .notAllowed),
        ("bob@[192.0.2.1", .strayCharacter("[")),
        ("\"\"@example.com", .notAllowed),
    ])
    func `an address that cannot be read is a defect`(to: String, expected: AddressProblem) {
        #expect(problem(to) == expected)
    }

    @Test func `parts above the limits of RFC 5321 are refused`() throws {
        let name = String(repeating: "a", count: 64)
        let label = String(repeating: "d", count: 251) + ".com"
        #expect(try recipients("\(name)@\(label)") == ["\(name)@\(label)"])
        #expect(problem("a\(name)@example.com") == .notAllowed)
        #expect(problem("bob@d\(label)") == .notAllowed)
    }

    @Test func `octets that are not UTF-8 are refused in an address but not in a name`() throws {
        let before = Array("From: a@example.com\nTo: ".utf8)
        let named = before + [0xFC] + Array(" <bob@example.com>\n\nx".utf8)
        #expect(try inspect(named).recipients == ["bob@example.com"])
        let addressed = before + [0xFC] + Array("@example.com\n\nx".utf8)
        #expect(
            throws: MessageDefect.unreadableRecipient(
                field: "To",
                text: "\u{FFFD}@example.com",
                problem: .notUTF8
            )
        ) { try inspect(addressed) }
    }

    @Test func `fifty comments inside each other are read, fifty-one are not`() throws {
        func to(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + String(repeating: ")", count: depth)
                + "bob@example.com"
        }
        #expect(try recipients(to(50)) == ["bob@example.com"])
        #expect(problem(to(51)) == .deepComment)
        #expect(problem(to(50_000)) == .deepComment)
    }

    @Test func `one bad recipient among good ones refuses the message and is quoted`() {
        #expect(
            defect("From: a@b.c\nTo: bob@example.com, carol at example.net, d@e.f\n\nx")
                == .unreadableRecipient(
                    field: "To",
                    text: "carol at example.net",
                    problem: .noAtSign
                )
        )
    }

    @Test func `a long quotation is cut`() throws {
        let long = String(repeating: "x", count: 500)
        guard case .unreadableRecipient(_, let text, _) = defect("From: a@b.c\nTo: \(long)\n\nx")
        else { throw Unexpected() }
        #expect(text == String(repeating: "x", count: 80) + "…")
    }

    private struct Unexpected: Error {}
}
