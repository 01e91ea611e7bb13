import NIOCore
import Testing

@testable import SMTPSubmission

@Suite("Proxy's answer")
struct ProxyAnswerTests {
    private func read(_ text: String) -> ProxyAnswer.Step {
        var answer = ProxyAnswer()
        return answer.receive(ByteBuffer(string: text))
    }

    @Test(arguments: [
        ("HTTP/1.1 200 Connection established\r\n\r\n", ""), ("HTTP/1.0 200\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\nX: y\n\n220 mx\r\n", "220 mx\r\n"),
        ("HTTP/1.1 299 Odd\r\nContent-Length: 5\r\n\r\n", ""),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n220", "220"),
    ])
    func `a success hands over what the server said`(_ text: String, _ rest: String) {
        #expect(read(text) == .connected(ByteBuffer(string: rest)))
    }

    @Test(arguments: [
        ("HTTP/1.1 403 Filtered\r\nA: b\r\n\r\n<html>", 403, "Filtered"),
        ("HTTP/1.1 407\r\n\r\n", 407, ""), ("HTTP/1.1 302 Found\r\n\r\n", 302, "Found"),
        ("HTTP/1.0 502 Bad\u{7}gateway\r\n\r\n", 502, "Bad?gateway"),
    ])
    func `any other status is a refusal`(_ text: String, _ status: Int, _ reason: String) {
        #expect(read(text) == .refused(status: status, reason: reason))
    }

    @Test(arguments: [
        ("220 mail.example.com ESMTP\r\n", "220 mail.example.com ESMTP"),
        ("SSH-2.0-OpenSSH\r\n", "SSH-2.0-OpenSSH"), ("HTTP/2 200\r\n\r\n", "HTTP/2 200"),
        ("HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 2000 OK"), ("HTTP/1.1\r\n\r\n", "HTTP/1.1"),
        ("HTTP/1.1 -20 x\r\n\r\n", "HTTP/1.1 -20 x"), ("\r\n\r\n", ""), ("H\u{1}", "H?"),
        ("HTTP/1.1 999 x\r\n\r\n", "HTTP/1.1 999 x"),
    ])
    func `what is no HTTP is quoted`(_ text: String, _ beginning: String) {
        #expect(read(text) == .notHTTP(beginning))
    }

    @Test func `an answer without an end has a limit`() {
        var answer = ProxyAnswer()
        var step = answer.receive(ByteBuffer(string: "HTTP/1.1 200 OK\r\n"))
        var lines = 0
        while step == .incomplete, lines < 10_000 {
            step = answer.receive(ByteBuffer(string: "X: y\r\n"))
            lines += 1
        }
        #expect(step == .tooLong)
        #expect(lines * 6 <= ProxyAnswer.maximumOctets)
        let long = "HTTP/1.1 200 \(String(repeating: "x", count: 9000))\r\n\r\n"
        #expect(read(long) == .tooLong)
    }

    @Test func `the same comes of single octets`() {
        var answer = ProxyAnswer()
        var steps: [ProxyAnswer.Step] = []
        for octet in "HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n".utf8 {
            steps.append(answer.receive(ByteBuffer(bytes: [octet])))
        }
        #expect(steps.dropLast().allSatisfy { $0 == .incomplete })
        #expect(steps.last == .connected(ByteBuffer()))
    }

    @Test(arguments: [
        (
            ProxyFailure.refused(status: 407, reason: "Auth", hadPassword: false),
            "the proxy wants a user name and a password (407 Auth)"
        ),
        (
            .refused(status: 407, reason: "", hadPassword: true),
            "the proxy refused the user name or password (407)"
        ),
        (
            .refused(status: 401, reason: "Unauthorized", hadPassword: true),
            "the proxy refused the user name or password (401 Unauthorized)"
        ),
        (
            .refused(status: 403, reason: "Filtered", hadPassword: false),
            "the proxy does not allow connections to mx:587 (403 Filtered)"
        ),
        (
            .refused(status: 503, reason: "x", hadPassword: false),
            "the proxy could not connect to mx:587 (503 x)"
        ),
        (
            .refused(status: 302, reason: "Found", hadPassword: false),
            "the proxy did not connect to mx:587 (302 Found)"
        ),
        (.tooLong, "the proxy's answer is longer than 8192 octets"),
        (.notHTTP("220 mx"), "this is no HTTP proxy: it sent '220 mx'"),
        (
            .noAnswer(within: .seconds(30)),
            "the proxy did not connect to mx:587 within 30.0 seconds"
        ),
        (.closed, "the proxy closed the connection without an answer"),
        (.credentials("the secret file is empty"), "the secret file is empty"),
    ])
    func `every failure has its words`(_ failure: ProxyFailure, _ words: String) {
        #expect(failure.phrase("mx:587") == words)
    }
}
