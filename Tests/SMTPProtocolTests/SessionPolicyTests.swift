import Submission
import Testing

@testable import SMTPProtocol

@Suite("Session policy")
struct SessionPolicyTests {
    @Test(
        "signs in with the first of its mechanisms that the server offers",
        arguments: [
            ("AUTH LOGIN PLAIN", Mechanism.login), ("AUTH PLAIN", .plain), ("AUTH XOAUTH2", nil),
            ("SIZE", nil),
        ] as [(String, Mechanism?)]
    )
    func chooses(line: String, expected: Mechanism?) throws {
        var policy = SessionPolicy(
            helloName: HelloName("client.example.com"),
            security: .startTLS,
            mechanism: .login,
            pipelining: .off,
            allowsSandbox: false
        )
        policy.secondMechanism = .plain
        let code = try #require(ReplyCode(250))
        let capabilities = Capabilities(Reply(code, lines: ["mx.example.org", line]))
        #expect(policy.mechanism(offered: capabilities) == expected)
    }
}
