/// One type of document: how its files are named, what they begin with, how mail labels them.
package struct DocumentType: Hashable, Sendable {
    /// The word for it in the setting `types`.
    package let name: String
    /// The endings of its files, lower case, without the dot.
    package let extensions: [String]
    /// The media type of its part (RFC 2046).
    package let mediaType: String
    /// What it is called in sentences, with its article.
    package let title: String
    let signature: Signature
    let ending: Ending
    /// Whether a pickup takes it without being told to.
    package let isStandard: Bool

    /// The type a file's name announces, or `nil` when it is none of ``all``.
    package init?(fileExtension: String) {
        let lowered = fileExtension.lowercased()
        guard let found = Self.all.first(where: { $0.extensions.contains(lowered) }) else {
            return nil
        }
        self = found
    }

    /// The type with a name or an ending, as settings give it.
    package init?(word: String) { self.init(fileExtension: word) }

    /// The types a pickup takes unless its settings say otherwise.
    package static let standard = all.filter(\.isStandard)

    private init(
        _ extensions: [String],
        _ mediaType: String,
        _ title: String,
        _ signature: Signature,
        ending: Ending = .any,
        isStandard: Bool = true
    ) {
        name = extensions[0]
        self.extensions = extensions
        self.mediaType = mediaType
        self.title = title
        self.signature = signature
        self.ending = ending
        self.isStandard = isStandard
    }

    private static let office = "application/vnd.openxmlformats-officedocument."
    private static let oasis = "application/vnd.oasis.opendocument."

    /// Every type there is.
    ///
    /// Text has no signature, so text is taken only where settings name it.
    package static let all = [
        DocumentType(
            ["pdf"],
            "application/pdf",
            "a PDF document",
            .pdf,
            ending: .last(Array("%%EOF".utf8), within: 2048)
        ),
        DocumentType(
            ["tiff", "tif"],
            "image/tiff",
            "a TIFF image",
            .starts([
                [0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A],
                [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B],
            ]),
            ending: .tiff
        ),
        DocumentType(
            ["jpeg", "jpg", "jpe"],
            "image/jpeg",
            "a JPEG image",
            .starts([[0xFF, 0xD8, 0xFF]]),
            ending: .last([0xFF, 0xD9], within: 2048)
        ),
        DocumentType(
            ["png"],
            "image/png",
            "a PNG image",
            .starts([[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]),
            ending: .last(Array("IEND".utf8), within: 2048)
        ),
        DocumentType(
            ["gif"],
            "image/gif",
            "a GIF image",
            .starts([Array("GIF87a".utf8), Array("GIF89a".utf8)]),
            ending: .last([0x3B], within: 1)
        ),
        DocumentType(["bmp"], "image/bmp", "a BMP image", .bitmap, ending: .bitmap),
        DocumentType(
            ["docx"],
            "\(office)wordprocessingml.document",
            "a Word document",
            .zip,
            ending: .zip
        ),
        DocumentType(
            ["xlsx"],
            "\(office)spreadsheetml.sheet",
            "an Excel workbook",
            .zip,
            ending: .zip
        ),
        DocumentType(
            ["pptx"],
            "\(office)presentationml.presentation",
            "a PowerPoint presentation",
            .zip,
            ending: .zip
        ),
        DocumentType(
            ["odt"],
            "\(oasis)text",
            "an OpenDocument text",
            .openDocument("\(oasis)text"),
            ending: .zip
        ),
        DocumentType(
            ["ods"],
            "\(oasis)spreadsheet",
            "an OpenDocument spreadsheet",
            .openDocument("\(oasis)spreadsheet"),
            ending: .zip
        ),
        DocumentType(["zip"], "application/zip", "a ZIP archive", .zip, ending: .zip),
        DocumentType(["txt"], "text/plain", "a text", .text, ending: .text, isStandard: false),
        DocumentType(["csv"], "text/csv", "a CSV table", .text, ending: .text, isStandard: false),
        DocumentType(
            ["xml"],
            "application/xml",
            "an XML file",
            .xml,
            ending: .text,
            isStandard: false
        ),
    ]
}
