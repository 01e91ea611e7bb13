internal import SafeText

/// A page of the sandbox: no scripts, nothing from elsewhere, every text encoded.
struct HTMLPage {
    private let title: String
    private var content = ""

    /// Begins a page.
    init(title: String) { self.title = title }

    /// A text that can stand in elements and in quoted attributes.
    static func text(_ text: some StringProtocol) -> String { SafeText.html(text) }

    /// Adds a paragraph of text.
    mutating func paragraph(_ text: String) { content += "<p>\(Self.text(text))</p>\n" }

    /// Adds mark-up, whose texts the caller has encoded.
    mutating func raw(_ markup: String) { content += markup }

    /// Adds a table; each cell is mark-up, whose texts the caller has encoded.
    mutating func table(_ heads: [String], _ rows: [[String]]) {
        content += "<table><thead><tr>"
        for head in heads { content += "<th>\(Self.text(head))</th>" }
        content += "</tr></thead><tbody>\n"
        for row in rows {
            content += "<tr>\(row.map { "<td>\($0)</td>" }.joined())</tr>\n"
        }
        content += "</tbody></table>\n"
    }

    /// The page as a response.
    func answer(_ status: Int) -> WebAnswer {
        let page = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(Self.text(title)) – Postchute sandbox</title>
            <style>\(Self.style)</style></head>
            <body><nav><a href="/">Inbox</a> <a href="/counters">Counters</a></nav>
            <h1>\(Self.text(title))</h1>
            \(content)</body></html>

            """
        return WebAnswer(
            status,
            [("Content-Type", "text/html; charset=utf-8")] + Self.protection,
            body: Array(page.utf8)
        )
    }

    /// Lets a page show itself and its own style, and send its forms home: nothing else.
    static let protection = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'sha256-\(styleDigest)'; form-action 'self';"
                + " base-uri 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ]

    private static let styleDigest = WebBase64.encode(StableIdentifier.digest(style))

    private static let style = """
        body{font:16px/1.4 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em}\
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em .6em;\
        border-bottom:1px solid #ccc;vertical-align:top;overflow-wrap:anywhere}\
        pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:1em}\
        nav a{margin-right:1em}
        """
}
