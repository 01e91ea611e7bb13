internal import HTTPTypes
package import Hummingbird

/// A page, whose text is complete and escaped.
package struct HTMLResponse: ResponseGenerator {
    package var status: Int
    package var html: String

    /// Creates a page.
    package init(_ html: String, status: Int = 200) { (self.html, self.status) = (html, status) }

    /// Makes the response; what protects the visitor is added to every response later.
    package func response(
        from request: Request,
        context: some RequestContext
    ) -> Response {
        .text(html, as: "text/html; charset=utf-8", status)
    }
}

extension Response {
    /// A response of text of some media type.
    package static func text(_ text: String, as type: String, _ status: Int = 200) -> Response {
        Response(
            status: HTTPResponse.Status(code: status),
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// Sends the browser to another page after a form (RFC 9110 §15.4.4); `path` is one of ours.
    package static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }
}

/// Why a request is not answered as it was meant, shown as a page in plain words.
package struct WebProblem: Error, Hashable, Sendable {
    package var status: Int
    /// What happened, in one sentence.
    package var sentence: String
    /// What to do.
    package var advice: String

    /// Creates a problem, which handlers of pages may throw.
    package init(_ status: Int, _ sentence: String, _ advice: String) {
        (self.status, self.sentence, self.advice) = (status, sentence, advice)
    }
}
