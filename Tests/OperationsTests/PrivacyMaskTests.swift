import SafeText
import Testing

@testable import Operations

@Suite("Privacy mask")
struct PrivacyMaskTests {
    private let mask = PrivacyMask(key: Array(repeating: 7, count: PrivacyMask.keyOctets))

    @Test func `an address keeps its domain and nothing else`() {
        let masked = mask.address("Anna.Weber@Contoso.com")
        #expect(masked.hasPrefix("a~") && masked.hasSuffix("@contoso.com"))
        #expect(masked.utf8.count == "a~12345678@contoso.com".utf8.count)
        #expect(mask.address("anna.weber@contoso.com") == masked)
        #expect(mask.address("anna.weber@fabrikam.com").prefix(10) != masked.prefix(10))
        #expect(mask.address("") == "")
        #expect(mask.address("postmaster").hasPrefix("~"))
    }

    @Test func `another key gives another pseudonym`() {
        let other = PrivacyMask(key: Array(repeating: 8, count: PrivacyMask.keyOctets))
        #expect(other.address("anna@contoso.com") != mask.address("anna@contoso.com"))
        #expect(other.subject("Invoice") != mask.subject("Invoice"))
    }

    @Test func `the digest is HMAC with SHA-256`() {
        // RFC 4231 §4.3, test case 2: key "Jefe".
        let known = PrivacyMask(key: Array("Jefe".utf8))
        #expect(known.subject("what do ya want for nothing?") == "~5bdcc146")
    }

    @Test func `what is masked stays as it is`() {
        let address = mask.address("anna@contoso.com")
        let subject = mask.subject("Invoice 4711 of Anna Weber")
        #expect(mask.address(address) == address)
        #expect(mask.subject(subject) == subject)
        #expect(mask.text("550 \(address) is unknown") == "550 \(address) is unknown")
    }

    @Test(arguments: [
        ("550 5.1.1 <anna@contoso.com> is unknown.", "anna@contoso.com"),
        ("to=\"anna@contoso.com,ben@contoso.com\"", "anna@contoso.com"),
        ("RCPT TO:<anna+sales@contoso.com> NOTIFY=NEVER", "anna+sales@contoso.com"),
        ("Write to anna@contoso.com.", "anna@contoso.com"),
        ("jörg.müller@contoso.com", "jörg.müller@contoso.com"),
        ("<\"anna weber\"@contoso.com>", "\"anna weber\"@contoso.com"),
        ("reason=\"to \\\"anna weber\\\"@contoso.com is bad\"", "\"anna weber\"@contoso.com"),
        ("anna@[192.0.2.1] is bad", "anna@[192.0.2.1]"),
    ])
    func `every address in a text is masked`(text: String, address: String) {
        let masked = mask.text(text)
        #expect(masked.contains(mask.address(address)))
        for word in ["anna", "ben", "weber", "müller", "sales"] { #expect(!masked.contains(word)) }
        #expect(mask.text(masked) == masked)
    }

    @Test(arguments: [
        "see https://help.example/?id=anna%40contoso.com&x=1", "ORCPT=rfc822;anna+40contoso.com",
        "ORCPT=RFC822;anna+2Bx+40contoso.com",
    ])
    func `an address in a link or in an ORCPT is masked too`(text: String) {
        let masked = mask.text(text)
        #expect(!masked.contains("anna") && masked.contains("@contoso.com"))
        #expect(mask.text(masked) == masked)
    }

    @Test func `what a sentence quotes from a message is a pseudonym as a whole`() {
        let sentence =
            "A recipient in To cannot be read: “Anna Weber <anna” opens “<” and never closes it."
        let masked = mask.text(sentence)
        #expect(!masked.lowercased().contains("anna"))
        #expect(
            masked
                == "A recipient in To cannot be read: “\(mask.subject("Anna Weber <anna"))” opens “<” and never closes it."
        )
        #expect(mask.text(masked) == masked)
        #expect(
            mask.text("reason=\"It cannot be read: “anna and mo… (9 more octets)\" then=x")
                == "reason=\"It cannot be read: “\(mask.subject("anna and mo… (9 more octets)"))\" then=x"
        )
    }

    @Test func `without a key everybody has the same pseudonym`() {
        #expect(PrivacyMask.blind.text("to anna@contoso.com") == "to a~masked@contoso.com")
        #expect(PrivacyMask.blind.subject("Invoice") == "~masked")
    }

    @Test(arguments: ["100%", "40% off", "call +40 721", "1+40=41", "100%40"])
    func `a number is no address`(text: String) { #expect(mask.text(text) == text) }

    @Test func `a text without addresses stays as it is`() {
        for text in ["", "@", "a room @ home", "250 2.0.0 Ok", "mail@"] {
            #expect(mask.text(text) == (text == "mail@" ? mask.address("mail@") : text))
        }
    }

    @Test func `hostile text costs no more than its length`() {
        let signs = String(repeating: "@", count: 100_000)
        #expect(mask.text(signs) == signs)
        let long = String(repeating: "x", count: 100_000) + "@contoso.com"
        #expect(!mask.text(long).contains("x@"))
        let quotes = String(repeating: "\"@", count: 50_000)
        #expect(mask.text(quotes).utf8.count >= 50_000)
    }
}
