import Documents
import Testing

@Suite("Document types")
struct DocumentTypeTests {
    private static let zip: [UInt8] = [0x50, 0x4B, 3, 4]

    /// What the files of each type begin with.
    static let beginnings: [(type: String, octets: [UInt8])] = [
        ("pdf", Array("%PDF-1.7\n".utf8)),
        ("tif", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]),
        ("tiff", [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8]),
        ("jpg", [0xFF, 0xD8, 0xFF, 0xE0]),
        ("jpeg", [0xFF, 0xD8, 0xFF, 0xE1]),
        ("png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ("gif", Array("GIF89a".utf8)),
        ("bmp", Array("BM".utf8) + [26, 0, 0, 0, 0, 0, 0, 0] + Array(repeating: 1, count: 16)),
        ("docx", zip), ("xlsx", zip), ("pptx", zip), ("zip", zip),
        (
            "odt",
            zip + Array(repeating: 0, count: 26)
                + Array("mimetypeapplication/vnd.oasis.opendocument.text".utf8)
        ),
        ("txt", Array("Dear Bob".utf8)),
        ("csv", Array("a;b;c\r\n".utf8)),
        ("xml", Array("\u{FEFF}<?xml version=\"1.0\"?>".utf8)),
    ]

    @Test(arguments: beginnings)
    func `a file that begins like its type is one`(_ type: String, _ octets: [UInt8]) throws {
        let type = try #require(DocumentType(fileExtension: type))
        #expect(octets.withUnsafeBytes { type.matches(head: $0) })
        #expect(DocumentType(fileExtension: type.name.uppercased()) == type)
    }

    @Test(arguments: beginnings)
    func `no other beginning passes for a PDF document`(_ type: String, _ octets: [UInt8]) throws {
        let pdf = try #require(DocumentType(fileExtension: "pdf"))
        #expect(octets.withUnsafeBytes { pdf.matches(head: $0) } == (type == "pdf"))
    }

    @Test func `a program passes for nothing`() {
        let program = Array("MZ".utf8) + [0x90, 0, 3, 0] + [UInt8](repeating: 0, count: 200)
        for type in DocumentType.all {
            #expect(!program.withUnsafeBytes { type.matches(head: $0) }, "\(type.name)")
        }
        #expect(program.withUnsafeBytes { DocumentType.found(in: $0) } == nil)
    }

    @Test func `nothing at all passes for nothing but text`() {
        let none: [UInt8] = []
        for type in DocumentType.all where type.isStandard {
            #expect(!none.withUnsafeBytes { type.matches(head: $0) }, "\(type.name)")
        }
    }

    @Test func `scripts and programs are no types`() {
        for ending in ["exe", "js", "docm", "eml", "html", "", "pdf.exe"] {
            #expect(DocumentType(fileExtension: ending) == nil)
        }
    }

    @Test func `text is taken only where settings name it`() {
        let names = DocumentType.standard.map(\.name)
        #expect(
            names == [
                "pdf", "tiff", "jpeg", "png", "gif", "bmp", "docx", "xlsx", "pptx", "odt", "ods",
                "zip",
            ]
        )
    }

    /// The end of a file, and whether it is there.
    static let endings: [(type: String, tail: [UInt8], isThere: Bool)] = [
        ("pdf", Array("startxref\n116\n%%EOF\n".utf8), true),
        ("pdf", Array("%%EOF\n".utf8) + [UInt8](repeating: 0, count: 4000), true),
        ("pdf", Array("stream\n".utf8) + [UInt8](repeating: 0, count: 4000), false),
        ("jpg", [1, 2, 0xFF, 0xD9], true),
        ("jpg", [0xFF, 0xD9] + [UInt8](repeating: 0, count: 4000), true),
        ("jpg", [0xFF, 0xD9] + [UInt8](repeating: 7, count: 4000), false),
        ("png", Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82], true),
        ("png", [1, 2, 3], false),
        ("gif", [0, 0x3B], true),
        ("gif", [0x3B, 1], false),
        ("docx", [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18), true),
        ("docx", [UInt8](repeating: 0, count: 40), false),
        ("txt", Array("end".utf8), true),
        ("txt", Array("end".utf8) + [0, 0], false),
    ]

    @Test(arguments: endings)
    func `a file whose end is missing looks cut off`(
        _ type: String,
        _ tail: [UInt8],
        _ isThere: Bool
    ) throws {
        let type = try #require(DocumentType(fileExtension: type))
        let found = tail.withUnsafeBytes {
            type.hasEnd(head: $0, tail: $0, size: Int64(tail.count))
        }
        #expect(found == isThere)
    }

    /// A TIFF file in one byte order: where its directory is, how long it is, entries of it.
    @Test(arguments: [false, true])
    func `a TIFF image without its directory looks cut off`(_ isBigEndian: Bool) throws {
        let type = try #require(DocumentType(fileExtension: "tif"))
        func hasEnd(directoryAt place: UInt8, entries: UInt8, size: Int) -> Bool {
            var file: [UInt8] =
                isBigEndian
                ? [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, place] : [0x49, 0x49, 0x2A, 0, place, 0, 0, 0]
            file += [UInt8](repeating: 0, count: max(size - 8, 0))
            if Int(place) + 1 < file.count { file[Int(place) + (isBigEndian ? 1 : 0)] = entries }
            return file.withUnsafeBytes {
                type.hasEnd(head: $0, tail: $0, size: Int64(file.count))
            }
        }
        #expect(hasEnd(directoryAt: 20, entries: 12, size: 60))
        // Black paper: NULs at the end are pixels.
        #expect(hasEnd(directoryAt: 8, entries: 12, size: 60))
        #expect(!hasEnd(directoryAt: 80, entries: 12, size: 60))
        #expect(!hasEnd(directoryAt: 40, entries: 0, size: 60))
        #expect(!hasEnd(directoryAt: 0, entries: 0, size: 60))
    }

    @Test func `ends of any length are read without a trap`() {
        let octets = (0..<70).map { UInt8($0 % 7 == 0 ? 0x49 : 0xFF) }
        for type in DocumentType.all {
            for length in 0..<octets.count {
                octets[..<length].withUnsafeBytes {
                    _ = type.hasEnd(head: $0, tail: $0, size: Int64(length))
                    _ = type.matches(head: $0)
                }
            }
        }
    }
}
