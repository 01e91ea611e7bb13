import Submission
import Testing

@testable import SMTPProtocol

@Suite("Authentication exchange")
struct AuthenticationExchangeTests {
    private static let secret = "hunter2-very-secret"

    private func reply(_ code: Int, _ text: String = "") throws -> Reply {
        Reply(try #require(ReplyCode(code)), lines: [text])
    }

    @Test(arguments: Mechanism.allCases)
    func `no trace line holds the secret, in any form`(_ mechanism: Mechanism) throws {
        var exchange = AuthenticationExchange(mechanism)
        var action = exchange.start(Credentials(user: "erp@contoso.com", secret: Self.secret))
        var shown: [String] = []
        while case .send(let flight) = action, shown.count < 5 {
            shown += flight.traceLines
            action = exchange.receive(try reply(334))
        }
        let expected: [String] =
            switch mechanism {
            case .plain: ["AUTH PLAIN <redacted>"]
            case .login: ["AUTH LOGIN", "<redacted>", "<redacted>"]
            case .xoauth2: ["AUTH XOAUTH2", "<redacted>", ""]
            }
        #expect(shown == expected)
    }

    @Test func `credentials describe themselves without the secret`() {
        let credentials = Credentials(user: "erp", secret: Self.secret)
        #expect("\(credentials)" == "erp •••")
    }

    @Test func `a long PLAIN waits for the server's go-ahead`() throws {
        var exchange = AuthenticationExchange(.plain)
        let credentials = Credentials(user: "u", secret: String(repeating: "p", count: 400))
        guard case .send(let first) = exchange.start(credentials) else {
            Issue.record("nothing sent")
            return
        }
        #expect(first.octets == Array("AUTH PLAIN\r\n".utf8))
        guard case .send(let second) = exchange.receive(try reply(334)) else {
            Issue.record("nothing sent")
            return
        }
        #expect(second.octets.count == (1 + 1 + 1 + 400 + 2) / 3 * 4 + 2)
        #expect(exchange.receive(try reply(235)) == .accepted)
    }

    @Test(arguments: [
        ("", "s", "the user name is empty"), ("u", "", "the secret is empty"),
        ("u\0", "s", "the user name holds a control character"),
        ("u", "a\u{1}b", "the secret holds a control character"),
        (
            "u", String(repeating: "t", count: 10_000),
            "the credentials are longer than AUTH can carry"
        ),
    ])
    func `credentials that cannot be written are refused`(
        _ user: String,
        _ secret: String,
        _ sentence: String
    ) {
        for mechanism in Mechanism.allCases {
            var exchange = AuthenticationExchange(mechanism)
            let action = exchange.start(Credentials(user: user, secret: secret))
            #expect(action == .unusable(sentence))
        }
    }

    @Test(arguments: [
        (Mechanism.xoauth2, 535, "5.7.3", true), (.xoauth2, 535, "", true),
        (.xoauth2, 501, "5.5.124", true), (.xoauth2, 501, "5.5.127", true),
        (.xoauth2, 501, "5.5.4", false), (.xoauth2, 501, "", false),
        (.xoauth2, 454, "4.7.0", false), (.login, 535, "5.7.3", false),
        (.plain, 535, "5.7.3", false),
    ])
    func `only a refused token is worth a fresh one`(
        _ mechanism: Mechanism,
        _ code: Int,
        _ status: String,
        _ isToken: Bool
    ) throws {
        var exchange = AuthenticationExchange(mechanism)
        var action = exchange.start(Credentials(user: "u", secret: "s", claims: "For you."))
        let answers = mechanism == .plain ? 0 : mechanism == .login ? 2 : 1
        for _ in 0..<answers { action = exchange.receive(try reply(334)) }
        let refusal = try reply(code, status)
        action = exchange.receive(refusal)
        #expect(
            action == (isToken ? .tokenRefused(refusal, claims: "For you.") : .refused(refusal))
        )
    }

    @Test func `a mechanism refused at once is no matter of the token`() throws {
        var exchange = AuthenticationExchange(.xoauth2)
        _ = exchange.start(Credentials(user: "u", secret: "s"))
        let refusal = try reply(535, "5.7.139 disabled")
        #expect(exchange.receive(refusal) == .refused(refusal))
    }

    @Test(arguments: [250, 220, 354, 300])
    func `a reply that AUTH does not know is a violation`(_ code: Int) throws {
        var exchange = AuthenticationExchange(.login)
        _ = exchange.start(Credentials(user: "u", secret: "s"))
        let odd = try reply(code)
        #expect(exchange.receive(odd) == .violation(odd))
    }
}
