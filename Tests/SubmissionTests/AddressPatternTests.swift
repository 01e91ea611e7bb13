import Submission
import Testing

@Suite("Address pattern")
struct AddressPatternTests {
    @Test(arguments: [
        ("bob@example.com", "BOB@Example.com", true),
        ("bob@example.com", "bobby@example.com", false),
        ("bob@example.com", "bob@mail.example.com", false), ("example.com", "a@EXAMPLE.com", true),
        ("@example.com", "a@example.com", true), ("example.com", "a@mail.example.com", false),
        ("example.com", "a@badexample.com", false), ("*.example.com", "a@mail.example.com", true),
        ("*.example.com", "a@a.b.example.com", true), ("*.example.com", "a@example.com", false),
        ("*.example.com", "a@badexample.com", false),
    ])
    func `an address, a domain, or what lies below one`(
        pattern: String,
        address: String,
        matches: Bool
    ) throws {
        let parts = address.split(separator: "@").map(String.init)
        let address = try #require(MailAddress(localPart: parts[0], domain: parts[1]))
        #expect(try #require(AddressPattern(pattern)).matches(address) == matches)
    }

    @Test(arguments: ["", "@", "*", "*.", "*@example.com", "a*b.com", "bob@", "a b@c.d", "<a@b.c>"])
    func `anything else is no pattern`(text: String) {
        #expect(AddressPattern(text) == nil)
    }
}
