import Foundation
import GraphSubmission
import Submission
import TestSupport
import Testing
import WebClient

@Suite("Sending through Microsoft Graph")
struct SendMailTests {
    @Test func `a message goes as base64 in one request, and 202 accepts it for all`() async throws
    {
        let source = try TestSource(to: ["b@example.org", "c@example.org"])
        let transport = ScriptedTransport([.answer(.accepted)])
        let report = await Harness(try .test(), transport).submit(source)
        let reply = Reply(
            try #require(ReplyCode(202)),
            lines: ["Accepted by Microsoft Graph [request-id r-1]"]
        )
        #expect(report.end == .accepted(reply))
        #expect(report.recipients == [.accepted(reply), .accepted(reply)])
        #expect(report.peer == "graph.example.com Graph")
        #expect(source.announcements == 1)
        let seen = try #require(transport.seen.first)
        #expect(
            seen.line == "POST https://graph.example.com/v1.0/users/erp@contoso.com/sendMail"
        )
        #expect(seen.headers["content-type"] == "text/plain")
        #expect(seen.headers["authorization"] == "Bearer token-1")
        #expect(seen.headers["client-request-id"] == "00000000-0000-4000-8000-000000000000")
        #expect(seen.length == seen.body.utf8.count)
        let mime = try #require(Data(base64Encoded: seen.body))
        #expect(
            String(decoding: mime, as: UTF8.self)
                == "Bcc: <c@example.org>\r\nSubject: x\r\n\r\nHello.\r\n.\r\n"
        )
    }

    @Test func `the mailbox can be that of each message's author`() async throws {
        let route = try GraphRoute.test(mailbox: .author)
        let transport = ScriptedTransport([
            .answer(.refusal(403, "ErrorAccessDenied")), .answer(.accepted),
        ])
        let harness = Harness(route, transport)
        let refused = await harness.submit(try TestSource(from: "o'neil@contoso.com"))
        #expect(transport.seen.first?.line.contains("/users/o%27neil@contoso.com/") == true)
        guard case .failed(let failure) = refused.end else { throw WaitError("\(refused.end)") }
        #expect(Judgement.of(failure).scope == .sender)
        guard case .accepted = await harness.submit(try TestSource()).end else {
            throw WaitError("the next message was not accepted")
        }
    }

    @Test(
        "every answer has its failure",
        arguments: [
            (.refusal(400, "ErrorInvalidRecipients"), "service: 400 ErrorInvalidRecipients x"),
            (.refusal(403, "ErrorSendAsDenied"), "service: 403 ErrorSendAsDenied x"),
            (.refusal(413), "service: 413"),
            (.refusal(429, "ApplicationThrottled"), "service: 429 ApplicationThrottled x"),
            (
                .refusal(429, headers: [.init(name: "retry-after", value: "7")]),
                "service: 429, after 7 s"
            ),
            (
                .refusal(
                    503,
                    headers: [.init(name: "retry-after", value: "Sun, 06 Nov 1994 08:50:37 GMT")]
                ), "service: 503, after 60 s"
            ),
            (.refusal(504), "service: 504"),
            (.refusal(302), "service: 302"),
            (
                .refusal(200),
                "service: 200 the service answered 200 instead of 202 and sent nothing"
            ),
            (
                WebResponse(status: 200),
                "protocol: something that is not Microsoft Graph answered 200"
            ),
            (WebResponse(status: 600), "service: 600"),
        ] as [(WebResponse, String)]
    )
    func failures(response: WebResponse, expected: String) async throws {
        let transport = ScriptedTransport([.answer(response)])
        let report = await Harness(try .test(), transport).submit(try TestSource())
        #expect(describe(report.end) == "failed \(expected)")
        #expect(report.recipients == [.untried])
    }

    /// One line for an end, the request-id left out.
    private func describe(_ end: AttemptReport.End) -> String {
        switch end {
        case .accepted(let reply): "accepted \(reply.summary)"
        case .failed(let failure): "failed \(describe(failure))"
        case .uncertain(let failure): "uncertain \(describe(failure))"
        }
    }

    private func describe(_ failure: Failure) -> String {
        switch failure {
        case .serviceRefused(var refusal):
            refusal.requestID = ""
            let wait = refusal.retryAfter.map { ", after \($0.components.seconds) s" } ?? ""
            return "service: \(refusal.summary)\(wait)"
        case .protocolViolation(_, let detail): return "protocol: \(detail)"
        case .tokenRefused(let reply, let claims): return "token: \(reply.summary) (\(claims))"
        case .connect(let attempts): return "connect: \(attempts.joined())"
        case .tls(let sentence): return "tls: \(sentence)"
        case .timeout(let phase, let after):
            return "timeout: \(phase.rawValue) \(after.components.seconds)"
        case .connectionLost(let phase, let detail): return "lost: \(phase.rawValue) \(detail)"
        case .content(let content): return "content: \(content)"
        case .credentials(let error): return "credentials: \(error.sentence)"
        default: return "\(failure)"
        }
    }

    @Test(
        "without an answer only a whole request is uncertain",
        arguments: [
            (.refuse(WebError(.connect, .notSent, "no")), "failed connect: no"),
            (.refuse(WebError(.tls, .notSent, "no")), "failed tls: no"),
            (.refuse(WebError(.timeout, .notSent, "no")), "failed timeout: content 600"),
            (.refuse(WebError(.lost, .unanswered, "no")), "failed lost: content no"),
            (.silence(WebError(.timeout, .unanswered, "no")), "uncertain timeout: endOfData 600"),
            (.silence(WebError(.lost, .unanswered, "no")), "uncertain lost: endOfData no"),
            (.silence(WebError(.response, .unanswered, "no")), "uncertain protocol: no"),
            (.silence(WebError(.lost, .notSent, "no")), "failed lost: endOfData no"),
            (
                .answerEarly(.accepted, chunks: 1),
                "uncertain protocol: the message was accepted before it was complete"
            ),
            (.answerEarly(.refusal(413), chunks: 1), "failed service: 413"),
        ] as [(ScriptedTransport.Step, String)]
    )
    func lost(step: ScriptedTransport.Step, expected: String) async throws {
        let report = await Harness(try .test(), ScriptedTransport([step])).submit(try TestSource())
        #expect(describe(report.end) == expected)
    }

    @Test func `a refused token is renewed once, and the message sent again from its start`()
        async throws
    {
        let transport = ScriptedTransport([
            .answerEarly(.refusal(401, "InvalidAuthenticationToken"), chunks: 1),
            .answer(.accepted),
        ])
        let harness = Harness(try .test(), transport)
        let report = await harness.submit(try TestSource())
        #expect(describe(report.end).hasPrefix("accepted"))
        #expect(harness.tokens.requests == [false, true])
        #expect(
            transport.seen.map { $0.headers["authorization"] ?? "" }
                == ["Bearer token-1", "Bearer token-2"]
        )
        let mime = try #require(Data(base64Encoded: transport.seen[1].body))
        #expect(String(decoding: mime, as: UTF8.self) == "Subject: x\r\n\r\nHello.\r\n.\r\n")
    }

    @Test func `a second refusal ends the attempt with the token's claims`() async throws {
        let refusal = WebResponse.refusal(401, "InvalidAuthenticationToken", "Invalid audience.")
        let harness = Harness(
            try .test(),
            ScriptedTransport([.answer(refusal), .answer(refusal), .answer(.accepted)])
        )
        let report = await harness.submit(try TestSource())
        let expected =
            "failed token: 401 InvalidAuthenticationToken Invalid audience. [request-id r-1]"
            + " (A token for Graph.)"
        #expect(describe(report.end) == expected)
        #expect(harness.tokens.requests == [false, true])
    }

    @Test func `a content that can be had only once is not sent twice`() async throws {
        let refusal = WebResponse.refusal(401, "InvalidAuthenticationToken")
        let transport = ScriptedTransport([.answer(refusal), .answer(.accepted)])
        let report = await Harness(try .test(), transport).submit(try TestSource(rewinds: false))
        #expect(describe(report.end).hasPrefix("failed token: 401"))
        #expect(transport.seen.count == 1)
    }

    @Test func `no token, no request, and the file is not moved`() async throws {
        let source = try TestSource()
        let transport = ScriptedTransport([.answer(.accepted)])
        let error = CredentialError("The secret has expired.")
        let harness = Harness(try .test(), transport, tokens: KnownTokens(failure: error))
        let report = await harness.submit(source)
        #expect(report.end == .failed(.credentials(error)))
        #expect(transport.seen.isEmpty)
        #expect(source.announcements == 0)
        #expect(source.pulls == 0)
    }

    @Test func `a content that fails half-way ends the request without its last octets`()
        async throws
    {
        let source = try TestSource(failure: .changed("size"))
        let transport = ScriptedTransport([.answer(.accepted)])
        let report = await Harness(try .test(), transport).submit(source)
        #expect(report.end == .failed(.content(.changed("size"))))
        let seen = try #require(transport.seen.first)
        #expect(!seen.isWhole)
        #expect(seen.body.utf8.count < seen.length ?? 0)
    }

    @Test func `the last octets wait for the last chunk, even where that is only the dot`()
        async throws
    {
        let source = try TestSource(
            wire: ["Subject: x\r\n\r\nabcdef\r\n", ".", "\r\n"],
            failure: .missing
        )
        let transport = ScriptedTransport([.answer(.accepted)])
        let report = await Harness(try .test(), transport).submit(source)
        #expect(report.end == .failed(.content(.missing)))
        let seen = try #require(transport.seen.first)
        #expect(seen.body.utf8.count < seen.length ?? 0)
    }

    @Test(arguments: [10, 1000])
    func `a content of another length than announced is never complete`(octets: Int) async throws {
        let transport = ScriptedTransport([.answer(.accepted)])
        let report = await Harness(try .test(), transport).submit(try TestSource(octets: octets))
        #expect(report.end == .failed(.content(.changed("length"))))
        #expect(transport.seen.first?.isWhole == false)
    }

    @Test func `a message above the request limit is for another route`() async throws {
        let limit = (4 * 1024 * 1024 - 16 * 1024) / 4 * 3
        let transport = ScriptedTransport([])
        let harness = Harness(try .test(), transport)
        let report = await harness.submit(try TestSource(octets: limit + 1))
        guard case .failed(let failure) = report.end else { throw WaitError("\(report.end)") }
        #expect(
            failure
                == .unsuitable(
                    reason: "The message has \(limit + 1) octets; one request to Microsoft Graph"
                        + " takes at most \(limit).",
                    advice: "Use a route with SMTP for large messages, or set large = \"draft\" for"
                        + " this route, which needs the permission Mail.ReadWrite."
                )
        )
        #expect(transport.seen.isEmpty)
    }
}

@Suite("Stopping and probing a Graph route")
struct GraphLifeTests {
    @Test func `stopping aborts what is not handed over and leaves nothing of it running`()
        async throws
    {
        let source = try TestSource()
        let transport = ScriptedTransport([.wait(chunks: 1)])
        let harness = Harness(try .test(), transport)
        async let report = harness.submit(source)
        try await waitUntil("a request waits") { transport.waitingRequests == 1 }
        harness.stop()
        #expect(await report.end == .failed(.stopped))
        #expect(await harness.submit(source).end == .failed(.stopped))
        #expect(await harness.probe() == .stopped)
    }

    @Test func `stopping waits for the answer to what is handed over`() async throws {
        let transport = ScriptedTransport([.hold(.accepted)])
        let harness = Harness(try .test(), transport)
        let source = try TestSource()
        async let report = harness.submit(source)
        try await waitUntil("an answer is held") { transport.waitingRequests == 1 }
        await harness.stopped()
        transport.release()
        guard case .accepted = await report.end else { throw WaitError("not accepted") }
    }

    @Test(
        "a probe is content with any sign that the token is taken",
        arguments: [
            ([.answer(WebResponse(status: 200))], nil),
            ([.answer(.refusal(403, "Authorization_RequestDenied"))], nil),
            ([.answer(.refusal(401)), .answer(.refusal(403, "ErrorAccessDenied"))], nil),
            ([.answer(.refusal(401)), .answer(.refusal(401))], 401),
            ([.answer(WebResponse(status: 403))], 403),
            ([.answer(.refusal(404, "Request_ResourceNotFound"))], 404),
            ([.answer(.refusal(503))], 503),
        ] as [([ScriptedTransport.Step], Int?)]
    )
    func probing(steps: [ScriptedTransport.Step], status: Int?) async throws {
        let transport = ScriptedTransport(steps)
        let failure = await Harness(try .test(), transport).probe()
        let seen: Int? =
            switch failure {
            case nil: nil
            case .tokenRefused(let reply, _): reply.code.value
            case .serviceRefused(let refusal): refusal.status
            default: 0
            }
        #expect(seen == status)
        #expect(
            transport.seen[0].line
                == "GET https://graph.example.com/v1.0/users/erp@contoso.com?$select=id"
        )
    }

    @Test func `a probe says why there is no token or no service`() async throws {
        let error = CredentialError("The secret has expired.")
        let harness = Harness(
            try .test(),
            ScriptedTransport([]),
            tokens: KnownTokens(failure: error)
        )
        #expect(await harness.probe() == .credentials(error))
        let unreachable = ScriptedTransport([.refuse(WebError(.connect, .notSent, "no way"))])
        #expect(
            await Harness(try .test(), unreachable).probe() == .connect(attempts: ["no way"])
        )
    }
}
