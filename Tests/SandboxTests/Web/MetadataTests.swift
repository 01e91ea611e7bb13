import TestSupport
import Testing

@testable import Sandbox

@Suite("Metadata services")
struct MetadataTests {
    private static let path = "/metadata/identity/oauth2/token"
    private static let query = "?api-version=2018-02-01&resource=https://outlook.office365.com"
    private static let metadata = ["metadata": "true"]

    @Test func `a managed identity gets a token, with numbers as strings`() async throws {
        let fixture = try WebFixture()
        for identity in [
            "", "&client_id=\(WebFixture.clientID)", "&msi_res_id=/subscriptions/1/ERP",
            "&object_id=\(StableIdentifier.of("principal \(WebFixture.clientID)"))",
        ] {
            let answer = try await fixture.send(
                "GET",
                Self.path + Self.query + identity,
                Self.metadata
            )
            #expect(answer.status == 200, "\(identity)")
            #expect(answer.value["expires_in"] == "3600")
            #expect(answer.value["expires_on"] == .string("\(StandingClock.start / 1000 + 3600)"))
            #expect(answer.value["resource"] == "https://outlook.office365.com")
            #expect(answer.value["token_type"] == "Bearer")
            let token = try #require(answer.value["access_token"]?.text)
            #expect(WebToken(token)?.text("appid") == WebFixture.clientID)
            #expect(fixture.core.tenant.grant(of: token, at: fixture.clock.now) != nil)
        }
    }

    @Test(arguments: [
        ("?api-version=2018-02-01&resource=https://graph.microsoft.com", [:], 400),
        (query, ["metadata": "true", "x-forwarded-for": "1.2.3.4"], 400),
        ("?resource=https://graph.microsoft.com", metadata, 400),
        ("?api-version=2018-02-01", metadata, 400),
        (query + "&client_id=x", metadata, 400),
        ("?api-version=2018-02-01&resource=https://nowhere.example", metadata, 400),
    ])
    func `a request without what the service wants is refused`(
        _ query: String,
        _ headers: [String: String],
        _ status: Int
    ) async throws {
        let fixture = try WebFixture()
        let answer = try await fixture.send("GET", Self.path + query, headers)
        #expect(answer.status == status)
        #expect(answer.value["error"]?.text != nil)
    }

    @Test func `a script has the service throttle, vanish and break`() async throws {
        let fixture = try WebFixture()
        for fault in ["404", "410", "429", "500"] {
            _ = try await fixture.post("/sandbox/faults", ["at": "metadata", "fault": fault])
            let answer = try await fixture.send("GET", Self.path + Self.query, Self.metadata)
            #expect("\(answer.status)" == fault)
        }
        let answer = try await fixture.send("GET", Self.path + Self.query, Self.metadata)
        #expect(answer.status == 200)
    }

    @Test func `the form of App Service wants its header`() async throws {
        let fixture = try WebFixture()
        let path = "/msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com"
        #expect(try await fixture.send("GET", path).status == 401)
        let answer = try await fixture.send(
            "GET",
            path,
            ["x-identity-header": "sandbox-identity"]
        )
        #expect(answer.status == 200)
        #expect(answer.value["expires_on"]?.text != nil)
        #expect(answer.value["expires_in"] == nil)
    }

    @Test func `the form of Arc challenges with a key file that serves once`() async throws {
        try await withScratchFolder("arc") { folder in
            let fixture = try WebFixture(folder: folder.path)
            let path =
                "\(Self.path)?api-version=2020-06-01&resource=https://outlook.office365.com"
            let challenge = try await fixture.send("GET", path, Self.metadata)
            #expect(challenge.status == 401)
            let field = try #require(challenge.field("WWW-Authenticate"))
            #expect(field.hasPrefix("Basic realm=\(folder.path)/arc/"))
            #expect(field.hasSuffix(".key"))
            let key = try readFile(String(field.dropFirst("Basic realm=".count)))
            let authorized = Self.metadata.merging([
                "authorization": "Basic \(String(decoding: key, as: UTF8.self))"
            ]) { $1 }
            let answer = try await fixture.send("GET", path, authorized)
            #expect(answer.status == 200)
            #expect(folder.names("arc") == [])
            #expect(try await fixture.send("GET", path, authorized).status == 403)
            let prefixed = try await fixture.send(
                "GET",
                "/arc\(Self.path)\(Self.query)",
                Self.metadata
            )
            #expect(prefixed.status == 401)
        }
    }
}

@Suite("Device codes")
struct DeviceTests {
    private func begin(_ fixture: WebFixture) async throws -> JSONValue {
        let answer = try await fixture.post(
            "/contoso.com/oauth2/v2.0/devicecode",
            [
                "client_id": WebFixture.clientID,
                "scope": "https://outlook.office.com/SMTP.Send offline_access",
            ]
        )
        #expect(answer.status == 200)
        return answer.value
    }

    private func poll(_ fixture: WebFixture, _ flow: JSONValue) async throws -> WebAnswer {
        try await fixture.post(
            WebFixture.tokenPath,
            [
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                "client_id": WebFixture.clientID, "device_code": flow["device_code"]?.text ?? "",
            ]
        )
    }

    private func decide(
        _ fixture: WebFixture,
        _ flow: JSONValue,
        _ fields: [String: String]
    ) async throws -> WebAnswer {
        let code = ["user_code": flow["user_code"]?.text ?? ""]
        return try await fixture.post("/devicelogin", code.merging(fields) { $1 })
    }

    @Test func `a device waits, is told to slow down, and gets its tokens once`() async throws {
        let fixture = try WebFixture()
        let flow = try await begin(fixture)
        #expect(flow["verification_uri"] == "https://localhost:8443/devicelogin")
        #expect(flow["interval"] == 5)
        #expect(try await poll(fixture, flow).value["error"] == "authorization_pending")
        fixture.clock.advance(seconds: 1)
        #expect(try await poll(fixture, flow).value["error"] == "slow_down")
        fixture.clock.advance(seconds: 10)
        #expect(try await poll(fixture, flow).value["error"] == "authorization_pending")
        let done = try await decide(fixture, flow, ["decision": "approve"])
        #expect(done.status == 200)
        #expect(done.text.contains("You have signed in. You can close this page."))
        let answer = try await poll(fixture, flow)
        #expect(answer.value["refresh_token"]?.text != nil)
        #expect(answer.value["scope"] == "https://outlook.office.com/SMTP.Send")
        #expect(try await poll(fixture, flow).value["error"] == "invalid_grant")
        let again = try await decide(fixture, flow, ["decision": "approve"])
        #expect(again.status == 404)
    }

    @Test func `a device is told that the person declined, or that the code expired`()
        async throws
    {
        let fixture = try WebFixture()
        let declined = try await begin(fixture)
        _ = try await decide(fixture, declined, ["decision": "decline"])
        #expect(try await poll(fixture, declined).value["error"] == "authorization_declined")
        let expired = try await begin(fixture)
        fixture.clock.advance(seconds: 901)
        #expect(try await decide(fixture, expired, ["decision": "approve"]).status == 400)
        #expect(try await poll(fixture, expired).value["error"] == "expired_token")
    }

    @Test func `nobody signs in for another organisation, from another site, or without consent`()
        async throws
    {
        let fixture = try WebFixture()
        let flow = try await begin(fixture)
        let foreign = try await decide(fixture, flow, ["user": "robot@fabrikam.com"])
        #expect(foreign.status == 400)
        let other = try await fixture.post(
            "/devicelogin",
            ["user_code": flow["user_code"]?.text ?? "", "decision": "approve"],
            ["origin": "https://evil.example"]
        )
        #expect(other.status == 403)
        #expect(try await poll(fixture, flow).value["error"] == "authorization_pending")
        let strict = try WebFixture { $0.applications[0].isConsented = false }
        let answer = try await strict.post(
            "/contoso.com/oauth2/v2.0/devicecode",
            [
                "client_id": WebFixture.clientID,
                "scope": "https://outlook.office.com/SMTP.Send",
            ]
        )
        #expect(answer.value["error_codes"] == [65001])
    }

    @Test func `an application for which nobody may sign in has public clients refused`()
        async throws
    {
        let fixture = try WebFixture { $0.applications[0].deviceLogin = nil }
        let flow = try await begin(fixture)
        #expect(try await poll(fixture, flow).value["error_codes"] == [7_000_218])
    }
}
