import Submission
import Testing

@testable import SMTPProtocol

@Suite("Error challenge")
struct ErrorChallengeTests {
    private func phrase(_ text: String) throws -> String? {
        ErrorChallenge(Reply(try #require(ReplyCode(334)), lines: [text]))?.phrase
    }

    private func encoded(_ json: String) -> String {
        String(decoding: Base64.encode(Array(json.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        (
            #"{"status":"400","schemes":"Bearer","scope":"https://mail.example.com/"}"#,
            "the server's challenge names the status 400 and the scope https://mail.example.com/"
        ),
        (#"{"status":"invalid_token"}"#, "the server's challenge names the status invalid_token"),
        (#" { "status" : 401 , "x" : "a\/b" } "#, "the server's challenge names the status 401"),
    ])
    func `an error in JSON is told in words`(_ json: String, _ told: String) throws {
        #expect(try phrase(encoded(json)) == told)
    }

    @Test(arguments: [
        "", "{", "{}", "[]", #"{"status":"#, #"{"status":"400""#, #"{"status":""}"#,
        #"{"status":"400"}x"#, #"{"status":{"a":"b"}}"#, #"{"status":"\u0034"}"#,
        #"{"status":"a\"#, #"{"scope":"x"}"#, "{\"status\":\"4\u{7}0\"}", "\u{0}\u{1}",
        "{\"status\":\"" + String(repeating: "4", count: 201) + "\"}",
    ])
    func `anything else is not quoted`(_ json: String) throws {
        #expect(try phrase(encoded(json)) == nil)
    }

    @Test(arguments: ["", "=", "====", "A===", "AAA", "AAAA====", "é", "e30=e30="])
    func `what is not Base64 is not read`(_ text: String) throws {
        #expect(try phrase(text) == nil)
    }

    @Test func `Base64 comes back as it was, whatever its length`() {
        for count in 1..<200 {
            let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            #expect(Base64.decode(Base64.encode(octets)) == octets)
        }
    }

    @Test func `no beginning of a challenge does harm`() throws {
        let whole = encoded(#"{"status":"400","schemes":"Bearer","scope":"s"}"#)
        for count in 0..<whole.count { #expect(try phrase(String(whole.prefix(count))) == nil) }
    }
}
