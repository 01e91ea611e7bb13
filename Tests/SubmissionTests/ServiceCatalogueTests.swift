import Glibc
import Submission
import TestSupport
import Testing

@Suite("Service catalogue")
struct ServiceCatalogueTests {
    @Test(arguments: ServiceCatalogue.rows)
    func `a row is reached by its own example`(row: ServiceRow) {
        #expect(ServiceCatalogue.row(for: row.example).pattern == row.pattern)
    }

    @Test(arguments: ServiceCatalogue.rows)
    func `an advice is one sentence, and only the message's own fault rejects it`(row: ServiceRow) {
        #expect(row.advice.hasSuffix("."))
        #expect(!row.advice.contains("n't"))
        #expect(
            (row.category == .permanent) == (row.judgement(on: row.example).verdict == .rejected)
        )
        if row.category == .permanent { #expect(row.concern == .message) }
    }

    @Test(
        "a refusal is judged by its status and code",
        arguments: [
            (401, "InvalidAuthenticationToken", "x", .authentication, .route, .retryLater),
            (403, "ErrorAccessDenied", "x", .configuration, .route, .retryLater),
            (403, "errorsendasdenied", "x", .configuration, .sender, .retryLater),
            (403, "", "<html>", .configuration, .route, .retryLater),
            (400, "", "", .configuration, .route, .retryLater),
            (400, "ErrorInvalidRecipients", "x", .permanent, .message, .rejected),
            (400, "NeverHeardOf", "x", .permanent, .message, .rejected),
            (404, "ErrorInvalidUser", "x", .configuration, .route, .retryLater),
            (413, "", "", .permanent, .message, .rejected),
            (429, "", "", .rate, .route, .retryLater),
            (500, "ErrorInternalServerError", "x", .temporary, .message, .retryLater),
            (500, "", "", .temporary, .route, .retryLater),
            (503, "NeverHeardOf", "x", .temporary, .route, .retryLater),
            (200, "", "", .permanent, .message, .rejected),
            (302, "", "", .configuration, .route, .retryLater),
            (999, "", "", .configuration, .route, .retryLater),
            (-1, "", "", .configuration, .route, .retryLater),
        ] as [(Int, String, String, ReplyCategory, Scope, Verdict)]
    )
    func judged(
        status: Int,
        code: String,
        message: String,
        category: ReplyCategory,
        scope: Scope,
        verdict: Verdict
    ) {
        let refusal = ServiceRefusal(status: status, code: code, message: message)
        let judgement = Judgement.of(.serviceRefused(refusal))
        #expect(judgement.category == category)
        #expect(judgement.scope == scope)
        #expect(judgement.verdict == verdict)
    }

    @Test func `a mailbox that is the message's own concerns its sender only`() {
        let codes = ["ErrorAccessDenied", "ErrorInvalidUser", "MailboxNotEnabledForRESTAPI"]
        for code in codes {
            var refusal = ServiceRefusal(status: 403, code: code)
            #expect(Judgement.of(refusal).scope == .route)
            refusal.mailbox = "bob@contoso.com"
            #expect(Judgement.of(refusal).scope == .sender)
        }
    }

    @Test func `the wait is the service's where it names one`() {
        #expect(Judgement.of(ServiceRefusal(status: 429)).wait == .usual)
        let asked = ServiceRefusal(status: 503, retryAfter: .seconds(120))
        #expect(Judgement.of(asked).wait == .atLeast(.seconds(120)))
        var day = ServiceRefusal(status: 403, code: "ErrorExceededMessageLimit")
        #expect(Judgement.of(day).wait == .recipientsOfDay)
        day.retryAfter = .seconds(60)
        #expect(Judgement.of(day).wait == .atLeast(.seconds(60)))
    }

    @Test func `a token that Graph refuses waits for a person, one that SMTP defers does not`()
        throws
    {
        let refused = Reply(try #require(ReplyCode(401)), lines: ["Invalid audience."])
        let judgement = Judgement.of(.tokenRefused(refused, claims: ""))
        #expect(judgement.category == .configuration)
        #expect(judgement.scope == .route)
        let deferred = Reply(try #require(ReplyCode(454)), lines: ["4.7.0 Temporary failure"])
        #expect(Judgement.of(.tokenRefused(deferred, claims: "")).category == .temporary)
    }

    @Test func `the page in docs is the catalogue`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/docs/graph-errors.md"
        if getenv("POSTCHUTE_WRITE_DOCS") != nil {
            try writeFile(ServiceCatalogue.renderCatalogue().utf8, to: path)
        }
        let page = String(decoding: try readFile(path), as: UTF8.self)
        #expect(
            page == ServiceCatalogue.renderCatalogue(),
            "renew it: POSTCHUTE_WRITE_DOCS=1 scripts/test ServiceCatalogueTests"
        )
    }
}
