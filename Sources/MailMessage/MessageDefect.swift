/// Why a message is refused, in words for the person who looks after the writing system.
package enum MessageDefect: Error, Hashable, Sendable {
    /// The file holds nothing.
    case empty
    /// The file begins with a UTF-16 byte order mark.
    case utf16
    /// The file begins with a UTF-8 byte order mark.
    case byteOrderMark
    /// The file begins with the `From ` line of a mailbox file.
    case mboxLine
    /// The file begins with an empty line.
    case noHeader
    /// A header line is neither a field nor the continuation of one.
    case notAField(line: Int, text: String)
    /// A NUL octet stands in the header.
    case nulInHeader(line: Int)
    /// A NUL octet stands in the body; found by ``BodySurvey``.
    case nulInBody
    /// No empty line within the limit.
    case headerTooLarge(limit: Int)
    /// More fields than the limit.
    case tooManyFields(limit: Int)
    /// One field, with its folds, above the limit.
    case fieldTooLarge(name: String, limit: Int)
    /// Neither From nor Sender names an address.
    case noSender
    /// Several authors, and no Sender to say who sends.
    case severalFrom(count: Int)
    /// The field that names the one sender names several, or stands several times.
    case severalSenders(field: String, count: Int)
    /// An address that would have become the envelope sender cannot be read.
    case unreadableSender(field: String, text: String, problem: AddressProblem)
    /// No field names a recipient.
    case noRecipients
    /// An address that would have become a recipient cannot be read.
    case unreadableRecipient(field: String, text: String, problem: AddressProblem)
    /// More different recipients than the limit.
    case tooManyRecipients(limit: Int)
    /// A parameter on X-Sender or X-Receiver cannot be read.
    case badParameter(field: String, text: String)
}

extension MessageDefect {
    /// What is wrong with the file, as a sentence.
    package var sentence: String {
        switch self {
        case .empty: "The file is empty."
        case .utf16: "The file is written in UTF-16, which mail cannot be."
        case .byteOrderMark: "The file begins with a UTF-8 byte order mark instead of a header."
        case .mboxLine: "The file begins with a “From ” line, as in a mailbox file (mbox)."
        case .noHeader: "The file begins with an empty line, so it has no header."
        case .notAField(let line, let text):
            "Line \(line) is not a header field, and no empty line stands before it: “\(text)”."
        case .nulInHeader(let line): "Line \(line) of the header contains a NUL octet."
        case .nulInBody: "The body contains a NUL octet."
        case .headerTooLarge(let limit):
            "No empty line ends the header within the first \(limit) octets."
        case .tooManyFields(let limit): "The header has more than \(limit) fields."
        case .fieldTooLarge(let name, let limit):
            "The header field \(name) is longer than \(limit) octets."
        case .noSender: "Neither From nor Sender names an address."
        case .severalFrom(let count):
            "From names \(count) addresses, and no Sender says which of them sends."
        case .severalSenders(let field, let count):
            "\(field) names \(count) addresses, but a message has one sender."
        case .unreadableSender(let field, let text, let problem):
            "The sender in \(field) cannot be read: “\(text)” \(problem.clause)."
        case .noRecipients: "No recipient is named in To, Cc, Bcc or X-Receiver."
        case .unreadableRecipient(let field, let text, let problem):
            "A recipient in \(field) cannot be read: “\(text)” \(problem.clause). "
                + "Nobody was sent the message."
        case .tooManyRecipients(let limit): "The message has more than \(limit) recipients."
        case .badParameter(let field, let text):
            "\(field) carries a parameter that cannot be read: “\(text)”."
        }
    }

    /// What a person can do about it, as a sentence.
    package var advice: String {
        switch self {
        case .empty:
            "See why the writing program left an empty file: a full disk, or a crash."
        case .utf16:
            "Let the writing program save as ASCII or as UTF-8 without byte order mark; "
                + "in PowerShell: Set-Content -Encoding ascii."
        case .byteOrderMark: "Let the writing program save as UTF-8 without byte order mark."
        case .mboxLine: "Remove the first line; one file holds one message."
        case .noHeader:
            "Let the file begin with its header fields (From:, To:, Subject:) in the first line."
        case .notAField:
            "Put an empty line between the header and the text, and begin every continuation "
                + "of a header field with a space."
        case .nulInHeader, .nulInBody:
            "The file was damaged or only partly written; let the writing program write it again."
        case .headerTooLarge:
            "Put an empty line between the header and the text, or shorten the header."
        case .tooManyFields: "Remove header fields that the message does not need."
        case .fieldTooLarge: "Shorten the field, or spread its recipients over several messages."
        case .noSender: "Add a line such as “From: erp@example.com” to the header."
        case .severalFrom: "Leave one address in From, or add a Sender field with one address."
        case .severalSenders(let field, _): "Leave one \(field) field with one address."
        case .unreadableSender(_, _, let problem), .unreadableRecipient(_, _, let problem):
            problem.advice
        case .noRecipients: "Add a line such as “To: office@example.com” to the header."
        case .tooManyRecipients: "Spread the recipients over several messages."
        case .badParameter(let field, _):
            "Leave only the address in \(field), or correct the parameter "
                + "(RET=FULL, RET=HDRS, ENVID=…, NOTIFY=SUCCESS,FAILURE,DELAY or NEVER, ORCPT=…)."
        }
    }
}
