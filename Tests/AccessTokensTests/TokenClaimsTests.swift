import AccessTokens
import FoundationEssentials
import Testing

/// An unsigned token with a payload.
func jwt(_ payload: String) -> String {
    let text = Data(payload.utf8).base64EncodedString().replacing("+", with: "-")
        .replacing("/", with: "_").replacing("=", with: "")
    return "e30.\(text).sig"
}

@Suite("Claims")
struct TokenClaimsTests {
    @Test func `claims become one sentence`() {
        let application = """
            {"aud":"https://outlook.office365.com","appid":"app-1","tid":"tenant-1",
            "roles":["SMTP.SendAsApp","Mail.Send"],"exp":1795428930,"unknown":{"a":[1]}}
            """
        #expect(
            TokenClaims(jwt(application))?.sentence
                == "token for https://outlook.office365.com, application app-1, tenant tenant-1, "
                + "roles SMTP.SendAsApp Mail.Send, valid until 2026-11-23 10:15 UTC"
        )
        let person = """
            {"aud":["a","b"],"azp":"app-2","upn":"erp@contoso.com","scp":"SMTP.Send Mail.Send",
            "exp":"1795428930"}
            """
        #expect(
            TokenClaims(jwt(person))?.sentence
                == "token for a, application app-2, user erp@contoso.com, "
                + "scopes SMTP.Send Mail.Send, valid until 2026-11-23 10:15 UTC"
        )
        #expect(TokenClaims(jwt("{}"))?.sentence == "token for an unknown resource")
        #expect(
            TokenClaims(jwt(#"{"aud":"a\nb"}"#))?.sentence == "token for a\\nb"
        )
    }

    @Test(arguments: ["opaque", "a.b", "a.b.c.d", "e30.e30!.x", "e30.W10.x", "..", ""])
    func `a token of another form has none`(_ token: String) {
        #expect(TokenClaims(token) == nil)
    }

    @Test(
        arguments: [
            (TokenPurpose.smtp, Cloud.worldwide, #"{"aud":"https://outlook.office365.com"}"#, nil),
            (.smtp, .worldwide, #"{"aud":"https://outlook.office.com/"}"#, nil),
            (.smtp, .worldwide, #"{"aud":"00000002-0000-0ff1-ce00-000000000000"}"#, nil),
            (
                .smtp, .worldwide, #"{"aud":"https://graph.microsoft.com"}"#,
                "The token is for https://graph.microsoft.com, not for https://outlook.office365.com."
            ),
            (
                .hve, .worldwide, #"{"aud":"https://graph.microsoft.com"}"#,
                "The token is for https://graph.microsoft.com, not for https://outlook.office365.com."
            ),
            (.graph, .worldwide, #"{"aud":"00000003-0000-0000-c000-000000000000"}"#, nil),
            (
                .graph, .gccHigh, #"{"aud":"https://graph.microsoft.com"}"#,
                "The token is for https://graph.microsoft.com, not for https://graph.microsoft.us."
            ),
            (
                .acs, .worldwide, #"{"aud":"https://outlook.office365.com"}"#,
                "The token is for https://outlook.office365.com, not for https://communication.azure.com."
            ),
            (.acs, .worldwide, #"{"aud":"https://communication.azure.com","scp":"x"}"#, nil),
            (.smtp, .worldwide, #"{"exp":1795428930}"#, "The token ended at 2026-11-23 10:15 UTC."),
            (.smtp, .worldwide, #"{"exp":1795428931}"#, nil),
            (
                .smtp, .worldwide, #"{"scp":"Mail.Send User.Read"}"#,
                "The token allows Mail.Send User.Read, but not SMTP.Send."
            ),
            (
                .graph, .worldwide, #"{"scp":"SMTP.Send"}"#,
                "The token allows SMTP.Send, but not Mail.Send."
            ),
            (.hve, .worldwide, #"{"scp":"Mail.Send"}"#, nil),
            (.smtp, .worldwide, #"{"roles":[]}"#, nil), (.smtp, .worldwide, "{}", nil),
        ] as [(TokenPurpose, Cloud, String, String?)]
    )
    func `what speaks against a purpose is one sentence`(
        _ purpose: TokenPurpose,
        _ cloud: Cloud,
        _ payload: String,
        _ expected: String?
    ) {
        let claims = TokenClaims(jwt(payload))
        #expect(claims?.problem(for: purpose, in: cloud, now: 1_795_428_930) == expected)
    }
}
