internal import HTTPTypes
internal import Hummingbird

/// Stands before the pages: lets nobody through who has not signed in, and no form that did not
/// come from our own page and from somebody who may change things.
struct SignedIn: RouterMiddleware {
    typealias Context = DashboardContext

    /// Who may send a form.
    let role: DashboardRole
    let report: @Sendable (DashboardEvent) -> Void

    /// Passes the request on, or says why not.
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let visitor = context.visitor else {
            let wantsPage = request.headers[.accept]?.contains("text/html") == true
            guard wantsPage, request.method != .post else { throw WebProblem.signInNeeded }
            return .seeOther("/login?next=\(QueryText.encode(request.head.path ?? "/"))")
        }
        guard request.method == .post else { return try await next(request, context) }
        guard visitor.isOperator || role == .viewer else { throw WebProblem.operatorNeeded }
        var (request, context) = (request, context)
        context.form = try await FormReading.form(of: &request)
        guard isGenuine(request, context.form, visitor) else {
            report(.blocked(rule: "form", client: context.client))
            throw WebProblem.foreignForm
        }
        return try await next(request, context)
    }

    /// Two proofs, each enough by itself against a browser that is led astray.
    private func isGenuine(_ request: Request, _ form: FormFields, _ visitor: Visitor) -> Bool {
        guard RequestOrigin(request).isOurs else { return false }
        // A script brought its token in a field that no foreign page can make a browser send.
        if visitor.formToken.isEmpty { return true }
        return Secret.isEqual(
            Secret.digest(form[Visitor.tokenField] ?? ""),
            Secret.digest(visitor.formToken)
        )
    }
}

/// Reads the body of a form.
enum FormReading {
    /// The fields of a form.
    static func form(of request: inout Request) async throws -> FormFields {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        guard type.prefix(while: { $0 != ";" }) == "application/x-www-form-urlencoded" else {
            throw WebProblem(415, "This is not a form.", "Send the fields as a browser does.")
        }
        let body = try await request.collectBody(upTo: RequestRule.longestForm)
        guard let text = String(validating: body.readableBytesView, as: UTF8.self),
            let form = FormFields(text)
        else {
            throw WebProblem(400, "The form cannot be read.", "Load the page again and repeat it.")
        }
        return form
    }
}

/// Text as a part of an address.
enum QueryText {
    /// Encodes everything but unreserved characters and slashes (RFC 3986 §2.3).
    static func encode(_ text: some StringProtocol) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                result += octet < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
