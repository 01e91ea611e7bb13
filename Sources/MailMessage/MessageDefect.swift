/// Why a message is refused, in words for the person who looks after the writing system.
package enum MessageDefect: Error, Hashable, Sendable {
    /// The file holds nothing.
    case empty
    /// The file is UTF-16 that cannot be read to its end.
    case brokenUTF16
    /// A second message follows in the same file.
    case severalMessages
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
    /// `envelope = "replay"`, and no X-Receiver stands at the top.
    case noReplayLines
    /// The null sender, and no route takes it.
    case nullSender
    /// An address that `allow_from` does not name.
    case senderNotAllowed(field: String, address: String)
    /// A recipient that `allow_to` does not name.
    case recipientNotAllowed(address: String)
    /// A part's header above the limit.
    case partHeaderTooLarge(limit: Int)
    /// More parts than the limit.
    case tooManyParts(limit: Int)
    /// Parts inside each other beyond the limit.
    case tooDeep(limit: Int)
    /// A header line that is too long and cannot be folded.
    case longHeaderLine(name: String)
    /// Lines too long in a part that must not or cannot be encoded anew.
    case longLines(PartObstacle)
    /// A binary part that must not or cannot be encoded anew.
    case binaryPart(PartObstacle)
    /// The content is larger than the pickup allows.
    case tooLarge(octets: Int, limit: Int)
    /// The message needs a repair that is switched off.
    case switchedOff(Repair)
}

/// Why a part cannot be encoded anew.
package enum PartObstacle: Hashable, Sendable {
    /// A signature or a cipher covers it.
    case protected
    /// Its encoding is not known, or its octets break it.
    case encoding
    /// It is not a part but what stands between parts, or a part's header.
    case structure

    /// The reason, to stand between commas.
    var clause: String {
        switch self {
        case .protected: "a signature or encryption forbids any change"
        case .encoding: "the encoding of the part is not known"
        case .structure: "they stand outside the parts of the message"
        }
    }
}

extension MessageDefect {
    /// What is wrong with the file, as a sentence.
    package var sentence: String {
        switch self {
        case .empty: "The file is empty."
        case .brokenUTF16: "The file begins as UTF-16 but is not UTF-16 throughout."
        case .severalMessages: "The file holds more than one message."
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
        case .noReplayLines: "No X-Receiver stands above all other header fields."
        case .nullSender:
            "The message has the null sender <>, which no route of this pickup can send."
        case .senderNotAllowed(let field, let address):
            "\(address) in \(field) is not among the senders this pickup allows."
        case .recipientNotAllowed(let address):
            "\(address) is not among the recipients this pickup allows. Nobody was sent the "
                + "message."
        case .partHeaderTooLarge(let limit):
            "The header of a part is longer than \(limit) octets."
        case .tooManyParts(let limit): "The message has more than \(limit) parts."
        case .tooDeep(let limit):
            "Parts and attached messages stand inside each other more than \(limit) deep."
        case .longHeaderLine(let name):
            "The header field \(name) has a line longer than 998 octets that cannot be folded."
        case .longLines(let obstacle):
            "Lines are longer than 998 octets, and \(obstacle.clause), so they cannot be broken."
        case .binaryPart(let obstacle):
            "A part is binary, and \(obstacle.clause), so it cannot be encoded."
        case .tooLarge(let octets, let limit):
            "The message is \(size(octets)) as it would be sent; this pickup takes \(size(limit))."
        case .switchedOff(let repair):
            "The file needs the repair “\(repair.rawValue)”, which is switched off for this pickup."
        }
    }

    /// What a person can do about it, as a sentence.
    package var advice: String {
        switch self {
        case .empty:
            "See why the writing program left an empty file: a full disk, or a crash."
        case .brokenUTF16:
            "Let the writing program save as ASCII or as UTF-8 without byte order mark; "
                + "in PowerShell: Set-Content -Encoding ascii."
        case .severalMessages: "Let the writing program put each message into a file of its own."
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
        case .noReplayLines:
            "Begin the file with X-Sender and X-Receiver, or set envelope = \"auto\" for the pickup."
        case .nullSender:
            "Write a real address into X-Sender; bounces of other systems cannot be sent from a "
                + "mailbox."
        case .senderNotAllowed:
            "Use an allowed sender, or add this one to allow_from of the pickup."
        case .recipientNotAllowed: "Add the address or its domain to allow_to of the pickup."
        case .partHeaderTooLarge: "Let the writing program shorten the names of attachments."
        case .tooManyParts: "Send fewer attachments, or put them into an archive."
        case .tooDeep: "Attach the inner messages by themselves."
        case .longHeaderLine: "Put spaces or commas into the field, or shorten it."
        case .longLines, .binaryPart:
            "Let the writing program use quoted-printable or base64 before it signs."
        case .tooLarge:
            "Send less at a time, or raise max_size of the pickup if the mailbox takes more."
        case .switchedOff(let repair):
            "Let the writing program write it right, or take “\(repair.rawValue)” out of no_repair."
        }
    }
}

/// Octets as people write them, such as `35 MB`.
private func size(_ octets: Int) -> String {
    guard octets >= 1_048_576 else { return "\((octets + 1023) / 1024) KB" }
    let tenths = (octets * 10 + 1_048_575) / 1_048_576
    return tenths % 10 == 0 ? "\(tenths / 10) MB" : "\(tenths / 10).\(tenths % 10) MB"
}
