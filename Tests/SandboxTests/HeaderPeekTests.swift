import Testing

@testable import Sandbox

@Suite("Header peek")
struct HeaderPeekTests {
    @Test(arguments: [
        ("From: a@example.com", ["a@example.com"]),
        ("X: y\r\nfrom:A@Example.com\r\nFrom: b@example.com", ["a@example.com"]),
        ("From: Anna <a@example.com>, b@example.com", ["a@example.com", "b@example.com"]),
        ("From: \"Muster, Anna <x@y>\" <a@example.com>", ["a@example.com"]),
        ("From: \"a \\\" b\" <a@example.com>", ["a@example.com"]),
        ("From: (b@example.com, (nested)) a@example.com (\\))", ["a@example.com"]),
        ("From: Anna\r\n\t<a@example.com>\r\nTo: b@example.com", ["a@example.com"]),
        ("From: team: a@example.com, Bea <b@example.com>;", ["a@example.com", "b@example.com"]),
        ("From: \"a b\"@example.com", ["\"a b\"@example.com"]),
        ("From: nobody", []),
        ("From:", []),
        ("From: <a@example.com", ["a@example.com"]),
        ("From: \"a@example.com", []),
        ("To: a@example.com", []),
        ("", []),
    ])
    func `the senders of a From field are found`(header: String, senders: [String]) {
        let octets = Array("\(header)\r\n".utf8)
        #expect(HeaderPeek.senders(in: octets[...]) == senders)
    }

    @Test func `a From field without end has a bounded number of senders`() {
        let field = "From: " + Array(repeating: "a@b", count: 1000).joined(separator: ",")
        #expect(HeaderPeek.senders(in: Array(field.utf8)[...]).count == HeaderPeek.senderLimit)
    }
}
