import SMTPProtocol
import Submission
import Testing

@Suite("Capabilities")
struct CapabilitiesTests {
    private func read(_ lines: String...) throws -> Capabilities {
        Capabilities(Reply(try #require(ReplyCode(250)), lines: ["mx.example.org"] + lines))
    }

    @Test(arguments: [
        ("STARTTLS", Capabilities.Extensions.startTLS), ("8BITMIME", .eightBitMIME),
        ("SMTPUTF8", .smtpUTF8), ("SMTPUTF8 whatever", .smtpUTF8), ("DSN", .deliveryStatus),
        ("PIPELINING", .pipelining), ("ENHANCEDSTATUSCODES", .enhancedStatusCodes),
        ("SIZE 10", .size), ("starttls", .startTLS), ("X-POSTCHUTE-SANDBOX", .sandbox),
        ("X-Postchute-Sandbox 1", .sandbox),
    ])
    func `a keyword is an extension in any case`(
        _ line: String,
        _ expected: Capabilities.Extensions
    ) throws {
        #expect(try read(line).extensions == expected)
    }

    @Test func `the first line is the server's name, not a keyword`() throws {
        let reply = Reply(try #require(ReplyCode(250)), lines: ["STARTTLS"])
        #expect(Capabilities(reply) == Capabilities())
    }

    @Test(arguments: ["", " ", "CHUNKING", "STARTTLSX", "HELP", "AUTHENTICATE"])
    func `anything else is left out`(_ line: String) throws {
        #expect(try read(line) == Capabilities())
    }

    @Test(arguments: [
        ("SIZE", nil), ("SIZE 0", nil), ("SIZE 157286400", 157_286_400), ("size 5", 5),
        ("SIZE 99999999999999999999", nil), ("SIZE -1", nil), ("SIZE x", nil),
    ])
    func `SIZE names a limit or none`(_ line: String, _ limit: Int?) throws {
        let capabilities = try read(line)
        #expect(capabilities.maximumOctets == limit)
        #expect(capabilities.offers(.size))
    }

    @Test(arguments: [
        (["AUTH LOGIN XOAUTH2"], ["LOGIN", "XOAUTH2"]),
        (["AUTH=LOGIN PLAIN"], ["LOGIN", "PLAIN"]),
        (["AUTH LOGIN", "AUTH=LOGIN PLAIN"], ["LOGIN", "PLAIN"]),
        (["auth plain"], ["PLAIN"]),
        (["AUTH"], []), (["AUTH="], []),
    ])
    func `AUTH lists mechanisms, in the old form too`(
        _ lines: [String],
        _ expected: [String]
    ) throws {
        let reply = Reply(try #require(ReplyCode(250)), lines: ["mx"] + lines)
        #expect(Capabilities(reply).mechanisms == expected)
    }
}
