import AccessTokens
import Testing
import WebClient

@Suite("Responses of token endpoints")
struct TokenResponseTests {
    @Test(arguments: [
        (
            #"{"access_token":"a.b.c","expires_in":3599,"token_type":"Bearer"}"#,
            "a.b.c 3599 nil nil"
        ),
        (#"{"access_token":"t","expires_in":"3599","refresh_in":"1800"}"#, "t 3599 1800 nil"),
        (#"{"access_token":"t","expires_on":"4600"}"#, "t 3600 nil nil"),
        (#"{"access_token":"t","expires_on":4600,"expires_in":60}"#, "t 60 nil nil"),
        (#"{"access_token":"t","expires_on":"11/23/2026 10:15:30 AM"}"#, "t 2700 nil nil"),
        (#"{"access_token":"t","expires_on":10}"#, "t 0 nil nil"),
        (#"{"access_token":"t"}"#, "t 2700 nil nil"),
        (#"{"access_token":"t","expires_in":-1}"#, "t 2700 nil nil"),
        (#"{"access_token":"t","expires_in":1e300}"#, "t 2700 nil nil"),
        (#"{"access_token":"t","expires_in":99999999999}"#, "t 172800 nil nil"),
        (#"{"access_token":"t","expires_in":3599.9,"refresh_token":"r"}"#, "t 3599 nil r"),
        (#"{"access_token":"t","expires_in":1,"refresh_token":"r\r\nx"}"#, "t 1 nil nil"),
        (#"{"access_token":"t","expires_in":null,"refresh_in":[]}"#, "t 2700 nil nil"),
    ])
    func `a token is read, whatever form its numbers have`(_ body: String, _ expected: String) {
        guard case .token(let token) = TokenResponse.read(response(200, body), now: 1_000) else {
            Issue.record("no token")
            return
        }
        let refresh = token.refreshIn.map { "\($0)" } ?? "nil"
        #expect(
            "\(token.accessToken) \(token.lifetime) \(refresh) \(token.refreshToken ?? "nil")"
                == expected
        )
    }

    @Test(arguments: [
        ("<html>", "is not JSON"), ("", "is not JSON"), ("{", "is not JSON"),
        ("[]", "has no token"), ("{}", "has no token"), (#"{"access_token":""}"#, "has no token"),
        (#"{"access_token":5}"#, "has no token"),
        (#"{"access_token":"a\r\nX: y"}"#, "has a token that cannot be one"),
        (
            #"{"access_token":"\#(String(repeating: "a", count: 65_537))"}"#,
            "has a token that cannot be one"
        ),
        (String(repeating: "[", count: 100_000), "is not JSON"),
    ])
    func `what is no token is said`(_ body: String, _ expected: String) {
        #expect(TokenResponse.read(response(200, body), now: 0) == .malformed(expected))
    }

    @Test(arguments: [("7", 7), ("0", 0), ("-1", nil), ("Mon", nil), ("999999999", 86_400)])
    func `the wait an endpoint asks for is kept`(_ text: String, _ expected: Int64?) {
        let answer = TokenResponse.read(response(429, "{}", ["retry-after": text]), now: 0)
        guard case .refusal(let refusal) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(refusal.retryAfter == expected)
    }
}
