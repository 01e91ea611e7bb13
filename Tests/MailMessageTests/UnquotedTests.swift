import MailMessage
import Testing

@Suite("Defects without a word of the message")
struct UnquotedTests {
    @Test(arguments: [
        (
            MessageDefect.notAField(line: 3, text: "secret"),
            "Line 3 is not a header field, and no empty line stands before it."
        ),
        (
            .fieldTooLarge(name: "X-Secret", limit: 131_072),
            "A header field is longer than 131072 octets."
        ),
        (
            .unreadableSender(field: "From", text: "secret", problem: .noAtSign),
            "The sender in From cannot be read: it has no @."
        ),
        (
            .unreadableRecipient(field: "To", text: "secret", problem: .strayCharacter("secret")),
            "A recipient in To cannot be read: it has a character where it may not stand. Nobody "
                + "was sent the message."
        ),
        (
            .unreadableRecipient(field: "Cc", text: "secret", problem: .invisible("secret")),
            "A recipient in Cc cannot be read: it contains an invisible character. Nobody was sent "
                + "the message."
        ),
        (
            .badParameter(field: "X-Receiver", text: "secret"),
            "X-Receiver carries a parameter that cannot be read."
        ),
        (
            .senderNotAllowed(field: "From", address: "secret@example.com"),
            "The sender in From is not among those this pickup allows."
        ),
        (
            .recipientNotAllowed(address: "secret@example.com"),
            "A recipient is not among those this pickup allows. Nobody was sent the message."
        ),
        (
            .longHeaderLine(name: "X-Secret"),
            "A header field has a line longer than 998 octets that cannot be folded."
        ),
    ])
    func `what a sentence would quote is left out`(defect: MessageDefect, sentence: String) {
        #expect(defect.unquotedSentence == sentence)
        #expect(!defect.advice.lowercased().contains("secret"))
    }

    @Test(arguments: MessageDefectTests.wordings)
    func `a sentence that quotes nothing stays as it is`(wording: MessageDefectTests.Wording) {
        let unquoted = wording.defect.unquotedSentence
        #expect(!unquoted.contains("“") || unquoted == wording.sentence)
    }

    @Test func `a boundary is not quoted`() {
        #expect(
            Completeness.missingClosingBoundary("secret").unquotedSentence
                == "The file ends before the line that ends its parts."
        )
        #expect(Completeness.noBlankLine.unquotedSentence == Completeness.noBlankLine.sentence)
        #expect(Completeness.complete.unquotedSentence == nil)
    }
}
