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
            .brokenUTF16,
            "The file begins as UTF-16 but is not UTF-16 throughout.",
            "Let the writing program save as ASCII or as UTF-8 without byte order mark; in "
                + "PowerShell: Set-Content -Encoding ascii."
        ),
        Wording(
            .severalMessages,
            "The file holds more than one message.",
            "Let the writing program put each message into a file of its own."
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
        Wording(
            .noReplayLines,
            "No X-Receiver stands above all other header fields.",
            "Begin the file with X-Sender and X-Receiver, or set envelope = \"auto\" for the pickup."
        ),
        Wording(
            .nullSender,
            "The message has the null sender <>, which no route of this pickup can send.",
            "Write a real address into X-Sender; bounces of other systems cannot be sent from a "
                + "mailbox."
        ),
        Wording(
            .senderNotAllowed(field: "From", address: "boss@example.com"),
            "boss@example.com in From is not among the senders this pickup allows.",
            "Use an allowed sender, or add this one to allow_from of the pickup."
        ),
        Wording(
            .recipientNotAllowed(address: "press@example.net"),
            "press@example.net is not among the recipients this pickup allows. Nobody was sent "
                + "the message.",
            "Add the address or its domain to allow_to of the pickup."
        ),
        Wording(
            .partHeaderTooLarge(limit: 65_536),
            "The header of a part is longer than 65536 octets.",
            "Let the writing program shorten the names of attachments."
        ),
        Wording(
            .tooManyParts(limit: 250),
            "The message has more than 250 parts.",
            "Send fewer attachments, or put them into an archive."
        ),
        Wording(
            .tooDeep(limit: 30),
            "Parts and attached messages stand inside each other more than 30 deep.",
            "Attach the inner messages by themselves."
        ),
        Wording(
            .longHeaderLine(name: "X-Data"),
            "The header field X-Data has a line longer than 998 octets that cannot be folded.",
            "Put spaces or commas into the field, or shorten it."
        ),
        Wording(
            .longLines(.protected),
            "Lines are longer than 998 octets, and a signature or encryption forbids any change, so "
                + "they cannot be broken.",
            "Let the writing program use quoted-printable or base64 before it signs."
        ),
        Wording(
            .longLines(.encoding),
            "Lines are longer than 998 octets, and the encoding of the part is not known, so they "
                + "cannot be broken.",
            "Let the writing program use quoted-printable or base64 before it signs."
        ),
        Wording(
            .longLines(.structure),
            "Lines are longer than 998 octets, and they stand outside the parts of the message, so "
                + "they cannot be broken.",
            "Let the writing program use quoted-printable or base64 before it signs."
        ),
        Wording(
            .binaryPart(.protected),
            "A part is binary, and a signature or encryption forbids any change, so it cannot be "
                + "encoded.",
            "Let the writing program use quoted-printable or base64 before it signs."
        ),
        Wording(
            .tooLarge(octets: 40_000_000, limit: 36_700_160),
            "The message is 38.2 MB as it would be sent; this pickup takes 35 MB.",
            "Send less at a time, or raise max_size of the pickup if the mailbox takes more."
        ),
        Wording(
            .switchedOff(.utf16),
            "The file needs the repair “utf-16”, which is switched off for this pickup.",
            "Let the writing program write it right, or take “utf-16” out of no_repair."
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
                "utf-16: The file's UTF-16 became UTF-8.",
                "byte-order-mark: The UTF-8 byte order mark before the header was removed.",
                "mbox-line: The “From ” line of a mailbox file before the header was removed.",
                "dot-stuffing: Doubled dots at the start of lines became single again.",
                "line-ends: Bare LF or CR line ends became CRLF.",
                "blank-line: A line of white space in the header was removed or ended it.",
                "empty-line: The empty line that ends the header was added.",
                "date: The missing Date was filled in with the time of the claim.",
                "message-id: The missing Message-ID was made from the message's id.",
                "mime-version: The missing MIME-Version was added.",
                "content-type: The missing Content-Type was added, since the text is not ASCII.",
                "header-text: Letters outside ASCII in header fields became encoded words.",
                "header-fold: Header lines longer than 998 octets were folded.",
                "long-lines: Parts with lines longer than 998 octets were encoded.",
                "binary-part: Binary parts were encoded.",
                "8bit: Parts outside ASCII were encoded, since the server lacks 8BITMIME.",
                "domain: Addresses without a domain got default_domain.",
                "from: default_from became the sender.",
                "undisclosed: To: undisclosed-recipients:; was added, since no To or Cc was left.",
                "exchange-fields: X-MS-Exchange-Organization- or -CrossPremises- fields, which "
                    + "only Exchange itself may write, were removed.",
                "redirect: The message went to redirect_to and to nobody else.",
            ]
        )
    }
}
