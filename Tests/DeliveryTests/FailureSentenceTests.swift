import Delivery
import Submission
import Testing

@Suite("Sentences of failures")
struct FailureSentenceTests {
    private static let reply = ReplyCode(535).map {
        Reply($0, lines: ["5.7.3 Authentication unsuccessful"])
    }

    @Test(arguments: [
        ("", "The server refused the access token: 535 5.7.3 Authentication unsuccessful"),
        (
            "token for x; the server's challenge names the status 400",
            "The server refused the access token: 535 5.7.3 Authentication unsuccessful (token for"
                + " x; the server's challenge names the status 400)"
        ),
    ])
    func `a refused token says what it was for`(_ claims: String, _ sentence: String) throws {
        let failure = Failure.tokenRefused(try #require(Self.reply), claims: claims)
        #expect(failure.sentence == sentence)
        #expect(failure.reply == Self.reply)
    }

    @Test func `what a credential lacks is a sentence before its advice`() {
        let lack = CredentialError("the secret file '/etc/x' is empty")
        #expect(Failure.credentials(lack).sentence == "The secret file '/etc/x' is empty.")
        let whole = CredentialError("The sandbox has no tokens.")
        #expect(Failure.credentials(whole).sentence == "The sandbox has no tokens.")
    }

    @Test(arguments: [
        (
            "",
            "The server refused to let us sign in as a@example.com: 535 5.7.3 Authentication"
                + " unsuccessful"
        ),
        (
            "token for x",
            "The server refused to let us sign in as a@example.com: 535 5.7.3 Authentication"
                + " unsuccessful (token for x)"
        ),
    ])
    func `so does a mailbox that was refused`(_ claims: String, _ sentence: String) throws {
        let failure = Failure.mailboxRefused(
            mailbox: "a@example.com",
            try #require(Self.reply),
            claims: claims
        )
        #expect(failure.sentence == sentence)
        #expect(failure.reply == Self.reply)
    }
}
