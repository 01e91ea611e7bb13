import Submission
import Testing
import WebClient

@testable import GraphSubmission

@Suite("Answers of Microsoft Graph")
struct AnswerTests {
    @Test(arguments: [
        (#"{"error":{"code":"ErrorX","message":"Sorry."}}"#, "403 ErrorX Sorry."),
        (
            #"{"error":{"code":"ErrorX","message":"Sorry.","innerError":{"request-id":"abc"}}}"#,
            "403 ErrorX Sorry. [request-id abc]"
        ),
        (
            #"{"error":{"code":"ErrorX","innererror":{"request-id":"abc"}}}"#,
            "403 ErrorX [request-id abc]"
        ),
        (#"{"error":{"code":17,"message":["x"],"innerError":"no"}}"#, "403"),
        (#"{"error":"invalid_client","error_description":"x"}"#, "403"),
        (#"{"error":{"code":"a\u0000b","message":"line\nbreak"}}"#, #"403 a\x00b line\nbreak"#),
        (#"{"error":{"code":"ErrorX""#, "403"),
        (String(repeating: "[", count: 60_000), "403"),
        (#"{"error":"# + String(repeating: #"{"error":"#, count: 6000), "403"),
        ("", "403"),
        ("\u{FEFF}<html>blocked</html>", "403"),
    ])
    func `a refusal is read as far as it can be`(body: String, expected: String) {
        let answer = ServiceAnswer(WebResponse(status: 403, body: Array(body.utf8)))
        let refusal = answer.refusal(mailbox: "", now: 0)
        #expect(refusal.summary == expected)
    }

    @Test func `a proxy's page is named by its type, and never mistaken for the service's word`() {
        let headers = [WebResponse.Header(name: "content-type", value: "text/html")]
        let page = WebResponse(status: 403, headers: headers, body: Array("<html>".utf8))
        let answer = ServiceAnswer(page)
        #expect(!answer.isGenuine)
        let refusal = answer.refusal(mailbox: "", now: 0)
        #expect(refusal.summary == "403 the answer is text/html and not the service's own")
        #expect(Judgement.of(refusal).scope == .route)
    }

    @Test func `long and large answers are cut`() {
        let long = #"{"error":{"code":"X","message":"\#(String(repeating: "m", count: 5000))"}}"#
        let answer = ServiceAnswer(WebResponse(status: 400, body: Array(long.utf8)))
        #expect(answer.refusal(mailbox: "", now: 0).message.count == 301)
        let huge = #"{"error":{"code":"X"}}"# + String(repeating: " ", count: 70_000)
        let ignored = ServiceAnswer(WebResponse(status: 400, body: Array(huge.utf8)))
        #expect(ignored.refusal(mailbox: "", now: 0).code == "")
    }

    @Test(
        arguments: [
            ("0", 1), ("1", 1), ("120", 120), ("86401", 86_400),
            ("99999999999999999999999", 86_400), ("-5", 5), ("", nil), ("soon", nil), ("1.5", nil),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 1), ("Sun, 06 Nov 1994 08:51:37 GMT", 120),
            ("Sunday, 06-Nov-94 08:51:37 GMT", 120), ("Sun Nov  6 08:51:37 1994", 120),
            ("Mon, 07 Nov 2094 08:49:37 GMT", 86_400), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
            ("Sun, 99 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
            (String(repeating: "9", count: 100), nil),
        ] as [(String, Int?)]
    )
    func `Retry-After is seconds or a date, and bounded`(text: String, seconds: Int?) {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let wait = RetryAfter.read(text, now: 784_111_777)
        #expect(wait == seconds.map { .seconds($0) })
    }

    @Test func `no Retry-After is no wait of its own`() {
        #expect(RetryAfter.read(nil, now: 0) == nil)
    }
}
