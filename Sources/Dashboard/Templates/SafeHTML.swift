internal import Mustache
internal import SafeText

/// Escapes what templates put into a page, scalar by scalar.
///
/// The package's own HTML content type goes by characters: a quotation mark that something combines
/// with is another character to it, and leaves the attribute it stands in.
struct SafeHTML: MustacheContentType {
    /// The name by which templates ask for it.
    static let name = "SAFE-HTML"

    func escapeText(_ text: String) -> String { SafeText.html(text) }
}
