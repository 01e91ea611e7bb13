import Testing

@testable import Sandbox

@Suite("Sandbox command")
struct SandboxCommandTests {
    @Test func `a command is read without regard to case`() throws {
        #expect(try SandboxCommand.parse("ehlo Client") == .ehlo("Client"))
        #expect(try SandboxCommand.parse("HeLo [127.0.0.1]") == .helo("[127.0.0.1]"))
        #expect(try SandboxCommand.parse("noop anything at all") == .noOperation)
        #expect(try SandboxCommand.parse("starttls") == .startTLS)
        #expect(
            try SandboxCommand.parse("auth login dGVzdA==")
                == .auth(mechanism: "LOGIN", initialResponse: "dGVzdA==")
        )
    }

    @Test func `parameters are kept as they were written`() throws {
        let command = try SandboxCommand.parse("mail from:<a@b.c> size=12 SmtpUtf8 ENVID=a+2Bb=c")
        guard case .mail(let sender, let parameters) = command else {
            Issue.record("\(command)")
            return
        }
        #expect(sender?.text == "a@b.c")
        #expect(parameters.map(\.text) == ["SIZE=12", "SMTPUTF8", "ENVID=a+2Bb=c"])
        let offered: Set<String> = ["SIZE", "SMTPUTF8", "DSN"]
        let wishes = try SenderParameters(parameters, offered: offered)
        #expect(wishes.size == 12)
        #expect(wishes.isSMTPUTF8)
        #expect(wishes.envelopeID == "a+b=c")
    }

    @Test(arguments: [
        ("<>", nil),
        ("<a@b>", "a@b"),
        ("<\"a > b\"@c.d>", "\"a > b\"@c.d"),
        ("<\"a\\\"> b\"@c.d>", "\"a\\\"> b\"@c.d"),
        ("<a@[127.0.0.1]>", "a@[127.0.0.1]"),
        ("<jörg@bücher.example>", "jörg@bücher.example"),
        ("<first_last@under_score.example>", "first_last@under_score.example"),
    ])
    func `a path is what stands between its brackets`(path: String, address: String?) throws {
        guard case .mail(let sender, []) = try SandboxCommand.parse("MAIL FROM:\(path)") else {
            Issue.record("no MAIL")
            return
        }
        #expect(sender?.text == address)
    }

    @Test(arguments: [
        ("", CommandDefect.unknown),
        ("BDAT 1", .unknown),
        ("DATA now", .arguments),
        ("QUIT now", .arguments),
        ("AUTH", .arguments),
        ("AUTH LOGIN a b", .arguments),
        ("EHLO", .domainName),
        ("EHLO a b", .domainName),
        ("EHLO \u{7}", .domainName),
        ("MAIL FROM:<a@b", .arguments),
        ("MAIL FROM:a@b", .arguments),
        ("MAIL FROM:<a@b>SIZE=1", .arguments),
        ("MAIL FROM:<a@b> =1", .arguments),
        ("MAIL FROM:<a@b> SIZE=", .arguments),
        ("MAIL FROM:<a b@c>", .sender),
        ("MAIL FROM:<.a@b>", .sender),
        ("MAIL FROM:<@a:b@c>", .sender),
        ("MAIL FROM:<a@>", .sender),
        ("RCPT TO:<a@b..c>", .recipient),
        ("RCPT TO:<a>", .recipient),
    ])
    func `a line that is no command has its own defect`(line: String, defect: CommandDefect) {
        #expect(throws: defect) { try SandboxCommand.parse(line) }
    }

    @Test func `parts of an address are as long as RFC 5321 allows`() {
        let local = String(repeating: "a", count: 64)
        #expect(SandboxAddress("\(local)@b") != nil)
        #expect(SandboxAddress("a\(local)@b") == nil)
        let domain = String(repeating: "d", count: 255)
        #expect(SandboxAddress("a@\(domain)") != nil)
        #expect(SandboxAddress("a@d\(domain)") == nil)
    }

    @Test(arguments: [
        ("c2FuZGJveA==", "sandbox"), ("YWI=", "ab"), ("YWJj", "abc"), ("", ""),
        ("YQ=", nil), ("Y Q=", nil), ("Y===", nil), ("YQ==YQ==", nil),
    ])
    func `base64 is decoded strictly`(text: String, expected: String?) {
        #expect(Encodings.base64(text).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(arguments: [
        ("a+2Bb", "a+b"), ("plain", "plain"), ("a+2b", nil), ("a+2", nil), ("+FF", nil),
    ])
    func `xtext is decoded strictly`(text: String, expected: String?) {
        #expect(Encodings.xtext(text) == expected)
    }
}
