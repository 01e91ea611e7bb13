import Documents
import MailMessage
import Testing

@Suite("Defects of documents in words")
struct DocumentDefectTests {
    /// An example of each defect, with all that a person gets to read.
    static let wordings: [(DocumentDefect, sentence: String, advice: String)] = [
        (
            .empty,
            "The file is empty.",
            "See why the scanner left an empty file: a full disk, or a broken connection."
        ),
        (
            .unlistedType(ending: "exe", types: ["pdf", "tiff"]),
            "The ending .exe is not one this pickup sends: pdf, tiff.",
            "Let the scanner save one of these types, or add the type to types of the pickup."
        ),
        (
            .unlistedType(ending: "", types: ["pdf"]),
            "The file has no ending, and this pickup sends only: pdf.",
            "Let the scanner save one of these types, or add the type to types of the pickup."
        ),
        (
            .otherContent(ending: "pdf", expected: "a PDF document", found: nil),
            "The file is named .pdf but is not a PDF document.",
            "See what the file is before you open it; name it as what it is, or save it anew."
        ),
        (
            .otherContent(ending: "pdf", expected: "a PDF document", found: "a ZIP archive"),
            "The file is named .pdf but is not a PDF document: its content is that of a ZIP archive.",
            "See what the file is before you open it; name it as what it is, or save it anew."
        ),
        (.nameNotUTF8, "The name of the file is not UTF-8.", "Rename the file."),
        (
            .nameInvisible("U+202E"),
            "The name of the file contains the invisible character U+202E.",
            "Rename the file."
        ),
        (
            .noSubfolder(setting: "to"),
            "The file lay in no subfolder, but to of this pickup is made from its name.",
            "Put the file into the folder of its recipient, below the drop folder."
        ),
        (.subfolderNotUTF8, "The name of the subfolder is not UTF-8.", "Rename the folder."),
        (
            .subfolderInvisible("U+000A"),
            "The name of the subfolder contains the invisible character U+000A.",
            "Rename the folder."
        ),
        (
            .notAnAddress(setting: "to", text: "anna", problem: .noAtSign),
            "The to of this document is not an address: “anna” has no @.",
            "Name the folder like the address it stands for, or correct the setting."
        ),
        (
            .message(.recipientNotAllowed(address: "eve@example.org")),
            "eve@example.org is not among the recipients this pickup allows. Nobody was sent the "
                + "message.",
            "Add the address or its domain to allow_to of the pickup."
        ),
        (.noMembers, "The folder of this message holds no file.", "Remove the folder."),
        (
            .tooManyMembers(limit: 250),
            "The folder of this message holds more than 250 files.",
            "Spread the files over several folders."
        ),
    ]

    @Test func `what a stranger gets to read has no word of the writer's`() {
        #expect(
            DocumentDefect.unlistedType(ending: "exe", types: ["pdf"]).unquotedSentence
                == "The file is none of the types this pickup sends: pdf."
        )
        #expect(
            DocumentDefect.notAnAddress(setting: "to", text: "eve", problem: .noAtSign)
                .unquotedSentence == "The to of this document is not an address."
        )
        #expect(DocumentDefect.noMembers.unquotedSentence == DocumentDefect.noMembers.sentence)
    }

    @Test(arguments: wordings)
    func `each says what is wrong and what to do`(
        _ defect: DocumentDefect,
        _ sentence: String,
        _ advice: String
    ) {
        #expect(defect.sentence == sentence)
        #expect(defect.advice == advice)
    }
}
