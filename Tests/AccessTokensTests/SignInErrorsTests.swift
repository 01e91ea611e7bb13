import AccessTokens
import Glibc
import Submission
import TestSupport
import Testing
import WebClient

/// A response of an endpoint with a JSON body.
func response(_ status: Int, _ body: String, _ headers: [String: String] = [:]) -> WebResponse {
    WebResponse(
        status: status,
        headers: headers.map { WebResponse.Header(name: $0.key, value: $0.value) },
        body: Array(body.utf8)
    )
}

@Suite("Errors of the sign-in")
struct SignInErrorsTests {
    private func error(
        _ status: Int,
        _ body: String,
        _ headers: [String: String] = [:]
    ) throws -> CredentialError {
        let answer = TokenResponse.read(response(status, body, headers), now: 0)
        guard case .refusal(let refusal) = answer else { throw WaitError("\(answer)") }
        return SignInErrors.error(for: refusal, identity: "contoso")
    }

    @Test func `the page in docs is the table`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/docs/sign-in-errors.md"
        if getenv("POSTCHUTE_WRITE_DOCS") != nil {
            try writeFile(SignInErrors.renderCatalogue().utf8, to: path)
        }
        let page = String(decoding: try readFile(path), as: UTF8.self)
        #expect(
            page == SignInErrors.renderCatalogue(),
            "renew it: POSTCHUTE_WRITE_DOCS=1 scripts/test SignInErrorsTests"
        )
    }

    @Test func `every number and word stands in one row, with sentences`() {
        let codes = SignInErrors.rows.flatMap(\.codes)
        #expect(Set(codes).count == codes.count)
        let words = SignInErrors.rows.map(\.error).filter { !$0.isEmpty }
        #expect(Set(words).count == words.count)
        for row in SignInErrors.rows {
            #expect(row.codes.isEmpty != row.error.isEmpty)
            #expect(row.advice.hasSuffix("."), "\(row.advice)")
            #expect(!row.meaning.hasSuffix("."), "\(row.meaning)")
            #expect(!row.advice.contains("|") && !row.meaning.contains("|"))
        }
    }

    @Test(arguments: [
        7_000_215, 7_000_222, 700_016, 700_027, 700_025, 7_000_218, 7_000_112, 90_002, 90_038,
        900_382, 900_432, 50_126, 50_053, 50_055, 50_057, 50_034, 50_074, 50_076, 50_079, 53_003,
        530_035, 50_194, 50_196, 65_001, 500_011, 70_011, 70_043, 700_082, 50_173, 90_055, 90_024,
        50_033, 90_006, 700_211, 700_213, 700_024,
    ])
    func `every documented number has a row`(_ code: Int) throws {
        let error = try error(401, #"{"error":"invalid_client","error_codes":[\#(code)]}"#)
        #expect(error.sentence.hasSuffix(" (AADSTS\(code))"))
    }

    @Test func `numbers, ids and the time stand in the sentence`() throws {
        let body = """
            {"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret \
            keys for app '1' are expired.\\r\\nTrace ID: t\\r\\nCorrelation ID: c",
            "error_codes":[7000222],"timestamp":"2026-11-23 10:15:30Z","trace_id":"t-1",
            "correlation_id":"c-1","error_uri":"https://login.microsoftonline.com/error?code=1"}
            """
        let error = try error(401, body)
        #expect(
            error.sentence
                == "the sign-in of identity 'contoso' was refused: the client secret has expired "
                + "(AADSTS7000222, trace t-1, correlation c-1, 2026-11-23 10:15:30Z)"
        )
        #expect(
            error.advice == "Make a new secret in the app registration, put its Value into"
                + " client_secret_file, and set client_secret_expires."
        )
        #expect(error.category == .authentication)
        #expect(error.probing == .bySchedule)
    }

    @Test func `numbers and ids are found in the text where they stand nowhere else`() throws {
        let text =
            "AADSTS50126: Error validating credentials. Trace ID: a Correlation ID: b "
            + "Timestamp: 2026-11-23 10:15:30Z"
        let error = try error(400, #"{"error":"invalid_grant","error_description":"\#(text)"}"#)
        #expect(
            error.sentence
                == "the sign-in of identity 'contoso' was refused: user name or password is wrong "
                + "(AADSTS50126, trace a, correlation b, 2026-11-23 10:15:30Z)"
        )
        #expect(error.probing == .onSettingsChange)
    }

    @Test(arguments: [
        (
            400, #"{"error":"invalid_request","error_description":"AADSTS123: Odd.\nTrace ID: t"}"#,
            "AADSTS123: Odd. (AADSTS123, trace t)", ReplyCategory.configuration
        ),
        (503, "busy", "HTTP status 503", .temporary),
        (429, #"{"error":"slow"}"#, "slow", .temporary),
        (400, "<html>", "HTTP status 400", .configuration),
        (
            404, #"{"error":"not_found","error_description":"No identity"}"#,
            "No identity (not_found)",
            .configuration
        ),
        (410, "{}", "HTTP status 410", .temporary),
        (
            400, #"{"error":"temporarily_unavailable"}"#,
            "the sign-in service is not available for the moment", .temporary
        ),
        (400, #"{"statusCode":400,"message":"no MSI found"}"#, "no MSI found", .configuration),
        (
            400, #"{"error":"x","error_description":"a\u001b[31mb\u202ec"}"#,
            "a\\x1B[31mb\\u{202E}c (x)", .configuration
        ),
        (
            400,
            #"{"error":"invalid_client","error_description":"AADSTS99999999999999999999: x"}"#,
            "AADSTS99999999999999999999: x (invalid_client)", .configuration
        ),
        (
            400, #"{"error":5,"error_codes":["7000215"]}"#,
            "the client secret is wrong (AADSTS7000215)",
            .authentication
        ),
    ])
    func `what no row knows is quoted, shortened and harmless`(
        _ status: Int,
        _ body: String,
        _ expected: String,
        _ category: ReplyCategory
    ) throws {
        let error = try error(status, body)
        #expect(error.sentence == "the sign-in of identity 'contoso' was refused: \(expected)")
        #expect(error.category == category)
    }
}
