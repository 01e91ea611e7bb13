import TestSupport
import Testing

@testable import Sandbox

@Suite("Graph")
struct GraphTests {
    private static let message = """
        From: erp@contoso.com\r
        To: A <a@example.com>, "B, b" <b@example.com>\r
        Cc: Group: c@contoso.com;\r
        Bcc: hidden@example.com\r
         , a@example.com\r
        Subject: Test\r
        Message-ID: <1@contoso.com>\r
        \r
        .Text\r

        """

    private func mime(_ text: String = message) -> [UInt8] {
        MIMEText.base64(Array(text.utf8))
    }

    private func headers(_ token: String, _ type: String = "text/plain") -> [String: String] {
        ["authorization": "Bearer \(token)", "content-type": type]
    }

    private func to(_ recipient: String) -> String {
        "From: erp@contoso.com\r\nTo: \(recipient)\r\nMessage-ID: <1@a.example>\r\n\r\nText\r\n"
    }

    @Test func `a message in MIME is accepted with 202, and kept without its Bcc field`()
        async throws
    {
        try await withScratchFolder("graph") { folder in
            let fixture = try WebFixture(folder: folder.path)
            let token = try await fixture.token()
            let answer = try await fixture.send(
                "POST",
                "/v1.0/users/erp%40contoso.com/sendMail",
                headers(token),
                mime()
            )
            #expect(answer.status == 202)
            #expect(answer.body.isEmpty)
            #expect(answer.field("request-id")?.utf8.count == 36)
            let kept = try folder.text("000001-1@contoso.com.eml")
            #expect(
                kept
                    == Self.message.replacing(
                        "Bcc: hidden@example.com\r\n , a@example.com\r\n",
                        with: ""
                    )
            )
            let envelope = try #require(
                JSONReader.value(of: folder.read("000001-1@contoso.com.json"))
            )
            #expect(envelope["mechanism"] == "Graph")
            #expect(envelope["mailbox"] == "erp@contoso.com")
            #expect(envelope["sender"] == "erp@contoso.com")
            #expect(envelope["notes"] == [])
            #expect(
                envelope["recipients"]?.elements?.compactMap { $0["address"]?.text } == [
                    "a@example.com", "b@example.com", "c@contoso.com", "hidden@example.com",
                ]
            )
        }
    }

    @Test func `a message in JSON becomes one in MIME`() async throws {
        try await withScratchFolder("graph") { folder in
            let fixture = try WebFixture(folder: folder.path)
            let body = """
                {"message": {"subject": "Gr\\u00fc\\u00dfe", "internetMessageId": "<j@contoso.com>",
                "body": {"contentType": "Text", "content": "Hello"},
                "toRecipients": [{"emailAddress": {"name": "A \\"a\\"", "address": "a@example.com"}}],
                "bccRecipients": [{"emailAddress": {"address": "b@example.com"}}],
                "internetMessageHeaders": [{"name": "x-a", "value": "b"}],
                "attachments": [{"@odata.type": "#microsoft.graph.fileAttachment",
                "name": "a.txt", "contentType": "text/plain", "contentBytes": "YQ=="}]},
                "saveToSentItems": false}
                """
            let answer = try await fixture.send(
                "POST",
                "/v1.0/users/erp@contoso.com/sendMail",
                headers(try await fixture.token(), "application/json; charset=utf-8"),
                Array(body.utf8)
            )
            #expect(answer.status == 202, "\(answer.text)")
            let kept = try folder.text("000001-j@contoso.com.eml")
            #expect(kept.contains("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"))
            #expect(kept.contains("To: \"A \\\"a\\\"\" <a@example.com>\r\n"))
            #expect(kept.contains("x-a: b\r\n"))
            #expect(kept.contains("Content-Type: multipart/mixed; boundary="))
            #expect(kept.contains("\r\n\r\nSGVsbG8=\r\n"))
            #expect(kept.contains("filename=\"a.txt\""))
            #expect(!kept.contains("b@example.com"))
            let envelope = JSONReader.value(of: try folder.read("000001-j@contoso.com.json"))
            #expect(envelope?["recipients"]?.elements?.count == 2)
        }
    }

    /// A request that is refused, and how.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var status: Int
        var code: String
        var user = "erp@contoso.com"
        var method = "POST"
        var token = "(good)"
        var scope = "https://graph.microsoft.com/.default"
        var type = "text/plain"
        var body: String?
        var raw: [UInt8]?

        var testDescription: String { name }

        static let all = [
            Case(name: "no token", status: 401, code: "InvalidAuthenticationToken", token: ""),
            Case(name: "no JWT", status: 401, code: "InvalidAuthenticationToken", token: "x"),
            Case(
                name: "wrong audience",
                status: 401,
                code: "InvalidAuthenticationToken",
                scope: "https://outlook.office365.com/.default"
            ),
            Case(
                name: "unknown user",
                status: 404,
                code: "ErrorInvalidUser",
                user: "x@contoso.com"
            ),
            Case(name: "alias", status: 404, code: "ErrorInvalidUser", user: "alias@contoso.com"),
            Case(
                name: "another tenant's user",
                status: 404,
                code: "ErrorInvalidUser",
                user: "robot@fabrikam.com"
            ),
            Case(
                name: "no mailbox",
                status: 404,
                code: "MailboxNotEnabledForRESTAPI",
                user: "hve@contoso.com"
            ),
            Case(name: "wrong method", status: 405, code: "MethodNotAllowed", method: "PUT"),
            Case(
                name: "no base64",
                status: 400,
                code: "ErrorMimeContentInvalidBase64String",
                raw: Array("From: a@b\r\n".utf8)
            ),
            Case(name: "no header", status: 400, code: "ErrorMimeContentInvalid", body: "text"),
            Case(
                name: "no recipient",
                status: 400,
                code: "ErrorInvalidRecipients",
                body: "From: erp@contoso.com\r\n\r\n"
            ),
            Case(
                name: "bad recipient",
                status: 400,
                code: "ErrorInvalidRecipients",
                body: "From: erp@contoso.com\r\nTo: nobody\r\n\r\n"
            ),
            Case(
                name: "foreign sender",
                status: 403,
                code: "ErrorSendAsDenied",
                body: "From: other@contoso.com\r\nTo: a@example.com\r\n\r\n"
            ),
            Case(
                name: "other type",
                status: 400,
                code: "BadRequest",
                type: "message/rfc822"
            ),
            Case(name: "no JSON", status: 400, code: "BadRequest", type: "application/json"),
        ]
    }

    @Test(arguments: Case.all)
    func `a request is refused in the words of Graph`(_ test: Case) async throws {
        let fixture = try WebFixture()
        let good = try await fixture.token(test.scope)
        let token = test.token == "(good)" ? good : test.token
        let answer = try await fixture.send(
            test.method,
            "/v1.0/users/\(test.user)/sendMail",
            token.isEmpty ? [:] : headers(token, test.type),
            test.raw ?? mime(test.body ?? Self.message)
        )
        #expect(answer.status == test.status)
        #expect(answer.errorCode == test.code, "\(answer.text)")
        #expect(answer.value["error"]?["message"]?.text?.isEmpty == false)
        #expect(
            answer.value["error"]?["innerError"]?["request-id"]?.text == answer.field("request-id")
        )
        #expect(fixture.core.tally.counters.accepted == 0)
    }

    @Test func `a token that expired or was revoked is refused`() async throws {
        let fixture = try WebFixture()
        let path = "/v1.0/users/erp@contoso.com/sendMail"
        let old = try await fixture.token()
        fixture.clock.advance(seconds: 3601)
        #expect(try await fixture.send("POST", path, headers(old), mime()).status == 401)
        let new = try await fixture.token()
        #expect(try await fixture.send("POST", path, headers(new), mime()).status == 202)
        _ = try await fixture.post("/sandbox/revoke", [:])
        #expect(try await fixture.send("POST", path, headers(new), mime()).status == 401)
    }

    @Test func `rights by RBAC reach the mailboxes of their scope and no others`() async throws {
        let fixture = try WebFixture {
            $0.applications[0].rights = Rehearsal.Rights()
            $0.applications[0].rights.mailSendScope = ["other@contoso.com"]
        }
        let token = try await fixture.token()
        let body = mime("From: other@contoso.com\r\nTo: a@example.com\r\n\r\n")
        func status(_ user: String) async throws -> WebAnswer {
            try await fixture.send("POST", "/v1.0/users/\(user)/sendMail", headers(token), body)
        }
        #expect(try await status("other@contoso.com").status == 202)
        let refused = try await status("erp@contoso.com")
        #expect(refused.status == 403)
        #expect(refused.text.contains("Access to OData is disabled"))
        let me = try await fixture.send("POST", "/v1.0/me/sendMail", headers(token), body)
        #expect(me.errorCode == "BadRequest")
        let draft = try await fixture.send(
            "POST",
            "/v1.0/users/other@contoso.com/messages",
            headers(token),
            body
        )
        #expect(draft.errorCode == "ErrorAccessDenied")
    }

    @Test func `a person sends as me`() async throws {
        let fixture = try WebFixture()
        let answer = try await fixture.post(
            WebFixture.tokenPath,
            [
                "grant_type": "password", "client_id": WebFixture.clientID,
                "username": "erp@contoso.com", "password": "password",
                "scope": "https://graph.microsoft.com/Mail.Send",
            ]
        )
        let token = try #require(answer.value["access_token"]?.text)
        let sent = try await fixture.send("POST", "/v1.0/me/sendMail", headers(token), mime())
        #expect(sent.status == 202)
        let other = try await fixture.send(
            "POST",
            "/v1.0/users/other@contoso.com/sendMail",
            headers(token),
            mime()
        )
        #expect(other.errorCode == "ErrorAccessDenied")
    }

    @Test(arguments: [
        ("graph.429", 429, "ApplicationThrottled", nil),
        ("graph.503-retry-7", 503, "ErrorServerBusy", "7"),
        ("graph.504", 504, "UnknownError", nil),
        ("graph.403", 403, "ErrorAccessDenied", nil),
        ("graph.ErrorQuotaExceeded", 507, "ErrorQuotaExceeded", nil),
        ("graph.413", 413, "BadRequest", nil),
        ("graph.500", 500, "ErrorInternalServerError", nil),
    ])
    func `a recipient asks for a refusal`(
        _ local: String,
        _ status: Int,
        _ code: String,
        _ wait: String?
    ) async throws {
        let fixture = try WebFixture()
        let answer = try await fixture.send(
            "POST",
            "/v1.0/users/erp@contoso.com/sendMail",
            headers(try await fixture.token()),
            mime(to("\(local)@fault.test"))
        )
        #expect(answer.status == status)
        #expect(answer.errorCode == code)
        #expect(answer.field("Retry-After") == wait)
        #expect(fixture.core.tally.counters.accepted == 0)
    }

    @Test func `a recipient asks for 200, for silence, for a cut, and for a fault once`()
        async throws
    {
        let fixture = try WebFixture()
        let token = try await fixture.token()
        func send(_ local: String) async throws -> WebAnswer {
            try await fixture.send(
                "POST",
                "/v1.0/users/erp@contoso.com/sendMail",
                headers(token),
                mime(to("\(local)@fault.test"))
            )
        }
        #expect(try await send("graph.200").status == 200)
        #expect(try await send("graph.timeout").ending == .silent)
        #expect(try await send("graph.close").ending == .cut)
        #expect(fixture.core.tally.counters.accepted == 0)
        #expect(try await send("graph.kept-timeout").ending == .silent)
        #expect(try await send("graph.kept-close").ending == .cut)
        #expect(fixture.core.tally.counters.accepted == 2)
        #expect(try await send("graph.once.503").status == 503)
        #expect(try await send("graph.once.503").status == 202)
    }

    @Test func `limits of the mailbox hold for Graph as for SMTP`() async throws {
        let fixture = try WebFixture {
            $0.limits.messagesPerMinute = 2
            $0.limits.recipientsPerDay = 3
            $0.mailboxes[0].maximumOctets = 2000
        }
        let path = "/v1.0/users/erp@contoso.com/sendMail"
        let token = try await fixture.token()
        func send(_ text: String) async throws -> WebAnswer {
            try await fixture.send("POST", path, headers(token), mime(text))
        }
        let large = try await send(to("a@example.com") + String(repeating: "x\r\n", count: 1000))
        #expect(large.errorCode == "ErrorMessageSizeExceeded")
        #expect(try await send(to("a@example.com")).status == 202)
        #expect(try await send(to("a@example.com")).status == 202)
        let fast = try await send(to("a@example.com"))
        #expect(fast.status == 429)
        #expect(fast.field("Retry-After") == "10")
        fixture.clock.advance(seconds: 61)
        #expect(try await send(to("a@example.com")).status == 202)
        #expect(try await send(to("a@example.com")).errorCode == "ErrorExceededMessageLimit")
        #expect(fixture.core.tenant.counts.violations[.messageRate] == 1)
        #expect(fixture.core.tenant.counts.violations[.recipientsPerDay] == 1)
    }

    @Test func `requests beyond 4 MB or too many in ten minutes are refused`() async throws {
        var options = WebOptions()
        options.sendsRetryAfter = false
        let fixture = try WebFixture(options: options) { $0.limits.graph.requests = 3 }
        let path = "/v1.0/users/erp@contoso.com/sendMail"
        let token = try await fixture.token()
        let large = [UInt8](repeating: UInt8(ascii: "A"), count: 4 << 20 + 1)
        #expect(try await fixture.send("POST", path, headers(token), large).status == 413)
        var announced = headers(token)
        announced["content-length"] = "4194305"
        #expect(try await fixture.send("POST", path, announced, []).status == 413)
        #expect(try await fixture.send("POST", path, headers(token), mime()).status == 202)
        let fourth = try await fixture.send("POST", path, headers(token), mime())
        #expect(fourth.errorCode == "ApplicationThrottled")
        #expect(fourth.field("Retry-After") == nil)
        fixture.clock.advance(seconds: 601)
        #expect(try await fixture.send("POST", path, headers(token), mime()).status == 202)
    }

    @Test func `a fifth request at once is refused before its body is read`() async throws {
        let fixture = try WebFixture()
        let token = try await fixture.token()
        let ask = WebAsk(
            method: "POST",
            path: ["v1.0", "users", "erp@contoso.com", "sendMail"],
            query: try #require(FormFields("")),
            headers: headers(token).merging(["host": "localhost"]) { $1 },
            body: [],
            isSecure: true
        )
        let body = mime()
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await fixture.core.answer(ask) {
                        begin.yield()
                        for await _ in gate { break }
                        return body
                    }.status
                }
            }
            var waiting = 0
            for await _ in begun {
                waiting += 1
                if waiting == 4 { break }
            }
            let fifth = try await fixture.core.answer(ask) {
                Issue.record("the body was read")
                return body
            }
            #expect(fifth.status == 429)
            #expect(fifth.text.contains("MailboxConcurrency"))
            opener.finish()
            for try await status in group { #expect(status == 202) }
        }
        let after = try await fixture.core.answer(ask) { body }
        #expect(after.status == 202)
        #expect(fixture.core.tenant.counts.violations[.graphRequestsAtOnce] == 1)
    }
}
