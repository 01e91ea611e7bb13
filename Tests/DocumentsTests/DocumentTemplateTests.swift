import Documents
import Testing

@Suite("Templates")
struct DocumentTemplateTests {
    @Test func `places are filled in, and double braces stand for single ones`() throws {
        let template = try DocumentTemplate("{{Scan}} {stem} of {count}: {pickup} {date} {time}")
        let text = try template.text(for: .example(), in: "subject")
        #expect(text == "{Scan} invoice of 1: scans 2026-11-23 11:15")
        #expect(template.fields == [.stem, .count, .pickup, .date, .time])
    }

    /// What is wrong with a template, in words that follow its setting.
    static let problems = [
        (
            "Scan {file}",
            "has {file}, which stands for nothing.",
            "The places that are filled in are {name}, {stem}, {date}, {time}, {pickup}, "
                + "{subfolder}, {count}."
        ),
        (
            "Scan {name",
            "has a \"{\" without its \"}\".",
            "Write {{ for a brace that is meant as such."
        ),
        (
            "Scan name}",
            "has a \"}\" without its \"{\".",
            "Write }} for a brace that is meant as such."
        ),
    ]

    @Test(arguments: problems)
    func `a template that cannot be filled in says why`(
        _ text: String,
        _ sentence: String,
        _ advice: String
    ) throws {
        let problem = #expect(throws: DocumentTemplate.Problem.self) {
            try DocumentTemplate(text)
        }
        #expect(problem?.sentence == sentence)
        #expect(problem?.advice == advice)
    }

    @Test func `the subfolder is the one right below the drop folder`() throws {
        let template = try DocumentTemplate("{subfolder}")
        let values = DocumentValues.example(folder: "anna@example.com/2026-11")
        #expect(try template.text(for: values, in: "to") == "anna@example.com")
    }

    @Test func `a file in no subfolder has none to fill in`() throws {
        let template = try DocumentTemplate("{subfolder}")
        #expect(throws: DocumentDefect.noSubfolder(setting: "to")) {
            try template.text(for: .example(), in: "to")
        }
    }

    @Test func `a subfolder that nobody could read is refused`() throws {
        let template = try DocumentTemplate("{subfolder}")
        var values = DocumentValues.example()
        values.folder = [0x61, 0xFF]
        #expect(throws: DocumentDefect.subfolderNotUTF8) {
            try template.text(for: values, in: "subject")
        }
        values.folder = Array("a\r\nBcc: eve@example.com".utf8)
        #expect(throws: DocumentDefect.subfolderInvisible("U+000D")) {
            try template.text(for: values, in: "subject")
        }
    }

    /// Names of files that are refused.
    static let badNames: [([UInt8], DocumentDefect)] = [
        (Array("a\nb.pdf".utf8), .nameInvisible("U+000A")),
        (Array("invoice\u{202E}fdp.exe".utf8), .nameInvisible("U+202E")),
        (Array("a\u{FEFF}.pdf".utf8), .nameInvisible("U+FEFF")),
        (Array("a\u{7F}.pdf".utf8), .nameInvisible("U+007F")),
        ([0xE4, 0x2E, 0x70, 0x64, 0x66], .nameNotUTF8),
    ]

    @Test(arguments: badNames)
    func `a name that nobody could read is refused`(_ octets: [UInt8], _ defect: DocumentDefect) {
        #expect(throws: defect) { try DocumentName(octets: octets) }
    }

    /// Names with what stands before and after their last dot.
    @Test(arguments: [
        ("invoice.pdf", "invoice", "pdf"), ("a.b.PDF", "a.b", "PDF"), ("scan", "scan", ""),
        (".pdf", ".pdf", ""), ("Übersicht 3.pdf", "Übersicht 3", "pdf"),
    ])
    func `a name is taken apart at its last dot`(
        _ name: String,
        _ stem: String,
        _ end: String
    )
        throws
    {
        let name = try DocumentName(octets: name.utf8)
        #expect(name.stem == stem)
        #expect(name.fileExtension == end)
    }
}

extension DocumentValues {
    /// Values of one document.
    static func example(folder: String = "") -> Self {
        guard let name = try? DocumentName(octets: "invoice.pdf".utf8) else {
            preconditionFailure()
        }
        return DocumentValues(
            name: name,
            date: "2026-11-23",
            time: "11:15",
            pickup: "scans",
            folder: Array(folder.utf8),
            count: 1
        )
    }
}
