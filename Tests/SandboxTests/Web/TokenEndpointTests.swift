import TestSupport
import Testing

@testable import Sandbox

@Suite("Token endpoint")
struct TokenEndpointTests {
    /// A request that is refused, and how.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let path: String
        let changes: [String: String?]
        let status: Int
        let error: String
        let code: Int

        init(
            _ name: String,
            _ status: Int,
            _ error: String,
            _ code: Int,
            path: String = WebFixture.tokenPath,
            _ changes: [String: String?]
        ) {
            self.name = name
            self.path = path
            self.changes = changes
            self.status = status
            self.error = error
            self.code = code
        }

        var testDescription: String { name }

        static let all = [
            Case("wrong secret", 401, "invalid_client", 7_000_215, ["client_secret": "x"]),
            Case("expired secret", 401, "invalid_client", 7_000_222, ["client_secret": "old"]),
            Case("no credentials", 401, "invalid_client", 7_000_218, ["client_secret": nil]),
            Case("no client", 400, "invalid_request", 900_144, ["client_id": nil]),
            Case("no grant", 400, "invalid_request", 900_144, ["grant_type": nil]),
            Case("grant", 400, "unsupported_grant_type", 70003, ["grant_type": "magic"]),
            Case("unknown client", 400, "unauthorized_client", 700_016, ["client_id": "x"]),
            Case(
                "client of another tenant",
                400,
                "unauthorized_client",
                700_016,
                path: "/fabrikam.com/oauth2/v2.0/token",
                [:]
            ),
            Case(
                "disabled client",
                400,
                "unauthorized_client",
                7_000_112,
                ["client_id": "disabled"]
            ),
            Case(
                "unknown tenant",
                400,
                "invalid_request",
                90002,
                path: "/nobody.example/oauth2/v2.0/token",
                [:]
            ),
            Case(
                "common",
                400,
                "invalid_request",
                50194,
                path: "/common/oauth2/v2.0/token",
                [:]
            ),
            Case("no scope", 400, "invalid_request", 900_144, ["scope": nil]),
            Case("empty scope", 400, "invalid_scope", 70011, ["scope": " "]),
            Case(
                "two services",
                400,
                "invalid_scope",
                70011,
                ["scope": "https://graph.microsoft.com/.default https://outlook.office.com/a"]
            ),
            Case(
                "delegated scope",
                400,
                "invalid_scope",
                1_002_012,
                ["scope": "https://graph.microsoft.com/Mail.Send"]
            ),
            Case(
                "unknown service",
                400,
                "invalid_resource",
                500_011,
                ["scope": "https://nowhere.example/.default"]
            ),
            Case(
                "wrong password",
                400,
                "invalid_grant",
                50126,
                ["grant_type": "password", "username": "erp@contoso.com", "password": "x"]
            ),
            Case(
                "unknown user",
                400,
                "invalid_grant",
                50034,
                ["grant_type": "password", "username": "x@contoso.com", "password": "x"]
            ),
            Case(
                "unknown refresh token",
                400,
                "invalid_grant",
                70000,
                ["grant_type": "refresh_token", "refresh_token": "x"]
            ),
            Case(
                "assertion that is none",
                401,
                "invalid_client",
                50027,
                [
                    "client_secret": nil, "client_assertion": "x",
                    "client_assertion_type": TokenEndpoint.assertionType,
                ]
            ),
            Case(
                "conditional access, as asked for",
                400,
                "invalid_grant",
                53003,
                ["client_secret": "fault-53003"]
            ),
        ]
    }

    private static let good = [
        "grant_type": "client_credentials", "client_id": WebFixture.clientID,
        "client_secret": "secret", "scope": "https://graph.microsoft.com/.default",
    ]

    @Test(arguments: Case.all)
    func `a request is refused in the words of Microsoft Entra`(_ test: Case) async throws {
        let fixture = try WebFixture {
            var disabled = Rehearsal.Application(
                name: "disabled",
                tenant: "contoso",
                clientID: "disabled"
            )
            disabled.isEnabled = false
            $0.applications.append(disabled)
        }
        var form = Self.good
        for (name, value) in test.changes { form[name] = value }
        let answer = try await fixture.post(
            test.path,
            form,
            ["client-request-id": "11111111-2222-4333-8444-555555555555"]
        )
        #expect(answer.status == test.status)
        #expect(answer.value["error"]?.text == test.error)
        #expect(answer.value["error_codes"] == .array([.integer(test.code)]))
        let description = answer.value["error_description"]?.text ?? ""
        let trace = answer.value["trace_id"]?.text ?? ""
        #expect(description.hasPrefix("AADSTS\(test.code): "))
        #expect(
            description.hasSuffix(
                " Trace ID: \(trace) Correlation ID: 11111111-2222-4333-8444-555555555555"
                    + " Timestamp: 2026-11-27 10:00:00Z"
            )
        )
    }

    @Test func `a token says whom it is for and until when`() async throws {
        let fixture = try WebFixture()
        let answer = try await fixture.post(WebFixture.tokenPath, Self.good)
        #expect(answer.status == 200)
        #expect(answer.field("Cache-Control") == "no-store")
        #expect(answer.value["token_type"] == "Bearer")
        #expect(answer.value["expires_in"] == 3600)
        let token = try #require(answer.value["access_token"]?.text.flatMap { WebToken($0) })
        #expect(fixture.core.key.hasSigned(token))
        let now = Int(StandingClock.start / 1000)
        #expect(token.text("aud") == "https://graph.microsoft.com")
        #expect(token.text("iss") == "https://sts.windows.net/\(WebFixture.tenantID)/")
        #expect(token.text("tid") == WebFixture.tenantID)
        #expect(token.text("appid") == WebFixture.clientID)
        #expect(token.claims["roles"] == ["Mail.Send", "Mail.ReadWrite"])
        #expect(token.claims["iat"] == .integer(now))
        #expect(token.claims["exp"] == .integer(now + 3600))
    }

    @Test func `an application without consent gets a token without roles`() async throws {
        let fixture = try WebFixture { $0.applications[0].isConsented = false }
        let token = try await fixture.token()
        #expect(try #require(WebToken(token)).claims["roles"] == nil)
    }

    @Test func `the older form names the resource and the end`() async throws {
        let fixture = try WebFixture()
        var form = Self.good
        form["scope"] = nil
        form["resource"] = "https://outlook.office365.com/"
        let answer = try await fixture.post("/\(WebFixture.tenantID)/oauth2/token", form)
        #expect(answer.value["resource"] == "https://outlook.office365.com/")
        #expect(answer.value["expires_on"] == .string("\(StandingClock.start / 1000 + 3600)"))
    }

    @Test func `a client that asks again and again is told that it loops`() async throws {
        var options = WebOptions()
        options.tokensInFiveMinutes = 2
        let fixture = try WebFixture(options: options)
        var codes: [Int] = []
        for _ in 0..<3 {
            let answer = try await fixture.post(WebFixture.tokenPath, Self.good)
            codes.append(answer.value["error_codes"]?.elements?.first?.number ?? 0)
        }
        fixture.clock.advance(seconds: 301)
        let answer = try await fixture.post(WebFixture.tokenPath, Self.good)
        #expect(codes == [0, 0, 50196])
        #expect(answer.status == 200)
    }

    @Test func `a refresh token is renewed by use, and dies unused, too old or revoked`()
        async throws
    {
        var options = WebOptions()
        options.refreshMaximumAge = .seconds(200 * 86_400)
        let fixture = try WebFixture(options: options)
        var form = Self.good
        form["grant_type"] = "password"
        form["username"] = "erp@contoso.com"
        form["password"] = "password"
        form["scope"] = "https://outlook.office.com/SMTP.Send offline_access"
        func refresh(_ token: String?) async throws -> WebAnswer {
            try await fixture.post(
                WebFixture.tokenPath,
                [
                    "grant_type": "refresh_token", "client_id": WebFixture.clientID,
                    "refresh_token": token ?? "none",
                ]
            )
        }
        func code(_ answer: WebAnswer) -> Int? {
            answer.value["error_codes"]?.elements?.first?.number
        }
        let first = try await fixture.post(WebFixture.tokenPath, form).value["refresh_token"]?.text
        fixture.clock.advance(seconds: 89 * 86_400)
        let second = try await refresh(first).value["refresh_token"]?.text
        #expect(second != nil && second != first)
        #expect(code(try await refresh(first)) == nil, "the old one is not revoked")
        fixture.clock.advance(seconds: 2 * 86_400)
        #expect(code(try await refresh(first)) == 700_082)
        let third = try await refresh(second).value["refresh_token"]?.text
        #expect(
            try await fixture.post("/sandbox/revoke", ["mailbox": "ERP@contoso.com"]).status == 204
        )
        #expect(code(try await refresh(third)) == 50173)
        fixture.clock.advance(seconds: 1)
        let again = try await fixture.post(WebFixture.tokenPath, form).value["refresh_token"]?.text
        fixture.clock.advance(seconds: 89 * 86_400)
        let last = try await refresh(again).value["refresh_token"]?.text
        fixture.clock.advance(seconds: 89 * 86_400)
        let newest = try await refresh(last).value["refresh_token"]?.text
        fixture.clock.advance(seconds: 30 * 86_400)
        #expect(code(try await refresh(newest)) == 70043)
    }

    @Test func `a script has the next requests refused`() async throws {
        let fixture = try WebFixture()
        let asked = try await fixture.post(
            "/sandbox/faults",
            ["at": "token", "fault": "503-retry-7", "times": "1"]
        )
        #expect(asked.status == 204)
        _ = try await fixture.post("/sandbox/faults", ["at": "token", "fault": "AADSTS90055"])
        let first = try await fixture.post(WebFixture.tokenPath, Self.good)
        #expect(first.status == 503)
        #expect(first.field("Retry-After") == "7")
        let second = try await fixture.post(WebFixture.tokenPath, Self.good)
        #expect(second.value["error_codes"] == [90055])
        #expect(try await fixture.post(WebFixture.tokenPath, Self.good).status == 200)
        let wrong = try await fixture.post("/sandbox/faults", ["at": "token", "fault": "what"])
        #expect(wrong.status == 400)
        #expect(
            wrong.text
                == "The field \"fault\" is a fault such as 429, 503-retry-7, timeout or AADSTS53003."
        )
    }
}
