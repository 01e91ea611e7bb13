import MailMessage
import Testing

@Suite("Defects in words")
struct MessageDefectTests {
    /// One defect with all that a person gets to read.
    struct Wording: Sendable, CustomTestStringConvertible {
        let defect: MessageDefect
        let sentence: String
        let advice: String

        init(_ defect: MessageDefect, _ sentence: String, _ advice: String) {
            self.defect = defect
            self.sentence = sentence
            self.advice = advice
        }

        var testDescription: String { sentence }
    }

    /// An example of each defect, word for word.
    static let wordings = [
        Wording(
            .empty,
            "The file is empty.",
            "See why the writing program left an empty file: a full disk, or a crash."
        ),
        Wording(
            .utf16,
            "The file is written in UTF-16, which mail cannot be.",
            "Let the writing program save as ASCII or as UTF-8 without byte order mark; in "
                + "PowerShell: Set-Content -Encoding ascii."
        ),
        Wording(
            .byteOrderMark,
            "The file begins with a UTF-8 byte order mark instead of a header.",
            "Let the writing program save as UTF-8 without byte order mark."
        ),
        Wording(
            .mboxLine,
            "The file begins with a “From ” line, as in a mailbox file (mbox).",
            "Remove the first line; one file holds one message."
        ),
        Wording(
            .noHeader,
            "The file begins with an empty line, so it has no header.",
            "Let the file begin with its header fields (From:, To:, Subject:) in the first line."
        ),
        Wording(
            .notAField(line: 3, text: "Dear Bob,"),
            "Line 3 is not a header field, and no empty line stands before it: “Dear Bob,”.",
            "Put an empty line between the header and the text, and begin every continuation of a "
                + "header field with a space."
        ),
        Wording(
            .nulInHeader(line: 2),
            "Line 2 of the header contains a NUL octet.",
            "The file was damaged or only partly written; let the writing program write it again."
        ),
        Wording(
            .nulInBody,
            "The body contains a NUL octet.",
            "The file was damaged or only partly written; let the writing program write it again."
        ),
        Wording(
            .headerTooLarge(limit: 262_144),
            "No empty line ends the header within the first 262144 octets.",
            "Put an empty line between the header and the text, or shorten the header."
        ),
        Wording(
            .tooManyFields(limit: 2000),
            "The header has more than 2000 fields.",
            "Remove header fields that the message does not need."
        ),
        Wording(
            .fieldTooLarge(name: "To", limit: 131_072),
            "The header field To is longer than 131072 octets.",
            "Shorten the field, or spread its recipients over several messages."
        ),
        Wording(
            .noSender,
            "Neither From nor Sender names an address.",
            "Add a line such as “From: erp@example.com” to the header."
        ),
        Wording(
            .severalFrom(count: 2),
            "From names 2 addresses, and no Sender says which of them sends.",
            "Leave one address in From, or add a Sender field with one address."
        ),
        Wording(
            .severalSenders(field: "X-Sender", count: 2),
            "X-Sender names 2 addresses, but a message has one sender.",
            "Leave one X-Sender field with one address."
        ),
        Wording(
            .unreadableSender(field: "From", text: "boss", problem: .noAtSign),
            "The sender in From cannot be read: “boss” has no @.",
            "Write the whole address (name@example.com); put a display name that contains a comma "
                + "in quotation marks."
        ),
        Wording(
            .noRecipients,
            "No recipient is named in To, Cc, Bcc or X-Receiver.",
            "Add a line such as “To: office@example.com” to the header."
        ),
        Wording(
            .unreadableRecipient(field: "Cc", text: "a@b c@d", problem: .notJoined),
            "A recipient in Cc cannot be read: “a@b c@d” holds words that do not belong to one "
                + "address. Nobody was sent the message.",
            "Put a comma between two addresses."
        ),
        Wording(
            .tooManyRecipients(limit: 1000),
            "The message has more than 1000 recipients.",
            "Spread the recipients over several messages."
        ),
        Wording(
            .badParameter(field: "X-Receiver", text: "NOTIFY=SOMETIMES"),
            "X-Receiver carries a parameter that cannot be read: “NOTIFY=SOMETIMES”.",
            "Leave only the address in X-Receiver, or correct the parameter (RET=FULL, RET=HDRS, "
                + "ENVID=…, NOTIFY=SUCCESS,FAILURE,DELAY or NEVER, ORCPT=…)."
        ),
    ]

    @Test(arguments: wordings)
    func `each defect says what is wrong and what to do`(wording: Wording) {
        #expect(wording.defect.sentence == wording.sentence)
        #expect(wording.defect.advice == wording.advice)
    }

    @Test(
        arguments: [
            (
                .missingPart, "lacks a part before or after the @ or between two dots",
                "Write the address as name@example.com; put unusual display names in quotation marks."
            ),
            (
                .strayCharacter("<"), "has “<” where it may not stand",
                "Write the address as name@example.com; put unusual display names in quotation marks."
            ),
            (
                .notAllowed, "has characters or a length that no mail address can have",
                "Write the address as name@example.com; put unusual display names in quotation marks."
            ),
            (
                .unclosedQuote, "opens a quotation mark that is never closed",
                "Close the quotation mark, or remove it."
            ),
            (
                .unclosedComment, "opens a parenthesis that is never closed",
                "Close the parenthesis, or remove it."
            ),
            (
                .unclosedAngle, "opens “<” and never closes it",
                "Write the address as Name <name@example.com>."
            ),
            (
                .unclosedGroup, "begins a group that no semicolon ends",
                "Write the addresses with commas between them, without a group name and colon."
            ),
            (
                .nestedGroup, "begins a group inside a group",
                "Write the addresses with commas between them, without a group name and colon."
            ),
            (
                .deepComment, "has comments nested too deeply",
                "Remove the comments in parentheses."
            ),
            (
                .invisible("U+00A0"), "contains the invisible character U+00A0",
                "Type the address anew instead of pasting it."
            ),
            (
                .notUTF8, "contains letters that are not UTF-8",
                "Let the writing program save the file as UTF-8, or use ASCII addresses."
            ),
        ] as [(AddressProblem, String, String)]
    )
    func `each problem of an address finishes the sentence`(
        problem: AddressProblem,
        clause: String,
        advice: String
    ) {
        let defect = MessageDefect.unreadableRecipient(field: "To", text: "x", problem: problem)
        #expect(
            defect.sentence
                == "A recipient in To cannot be read: “x” \(clause). Nobody was sent the message."
        )
        #expect(defect.advice == advice)
    }

    @Test func `each repair is one word with its sentence`() {
        let rows = Repair.allCases.map { "\($0.rawValue): \($0.sentence)" }
        #expect(
            rows == [
                "line-ends: Bare LF or CR line ends became CRLF.",
                "empty-line: The empty line that ends the header was added.",
                "date: The missing Date was filled in with the time of the claim.",
                "message-id: The missing Message-ID was made from the message's id.",
                "undisclosed: To: undisclosed-recipients:; was added, since no To or Cc was left.",
                "exchange-fields: X-MS-Exchange-Organization- or -CrossPremises- fields, which "
                    + "only Exchange itself may write, were removed.",
            ]
        )
    }
}
