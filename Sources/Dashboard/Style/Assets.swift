internal import HTTPTypes
internal import Hummingbird

/// A file that pages need, which is part of the program.
struct Asset: Sendable {
    let name: String
    let type: String
    let text: String
    /// Changes with the text; for browsers that have it already (RFC 9110 §8.8.3).
    let tag: String

    /// Creates a file.
    init(_ name: String, _ type: String, _ text: String) {
        (self.name, self.type, self.text) = (name, type, text)
        // FNV-1a: it only has to tell one release's text from another's.
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        tag = String(hash, radix: 16)
    }

    /// Its address, another one for another text.
    var path: String { "/\(name)?\(tag)" }

    /// The answer to who may have it already.
    func response(to request: Request) -> Response {
        let quoted = "\"\(tag)\""
        let isKnown = request.headers[.ifNoneMatch]?.contains(quoted) == true
        var response =
            isKnown ? Response(status: .notModified) : Response.text(text, as: type)
        response.headers[.eTag] = quoted
        response.headers[.cacheControl] = "private, max-age=86400"
        return response
    }
}

/// Everything that pages load.
enum Assets {
    static let style = Asset("style.css", "text/css; charset=utf-8", StyleSheet.text)
    static let script = Asset("live.js", "text/javascript; charset=utf-8", LiveScript.text)
    static let icon = Asset("icon.svg", "image/svg+xml", Icon.text)

    static let all = [style, script, icon]
}
