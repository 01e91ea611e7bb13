extension MessageDefect {
    /// What is wrong with the file, without a word of it: for readers who may not see the message.
    package var unquotedSentence: String {
        switch self {
        case .notAField(let line, _):
            "Line \(line) is not a header field, and no empty line stands before it."
        case .fieldTooLarge(_, let limit): "A header field is longer than \(limit) octets."
        case .unreadableSender(let field, _, let problem):
            "The sender in \(field) cannot be read: it \(problem.unquotedClause)."
        case .unreadableRecipient(let field, _, let problem):
            "A recipient in \(field) cannot be read: it \(problem.unquotedClause). "
                + "Nobody was sent the message."
        case .badParameter(let field, _): "\(field) carries a parameter that cannot be read."
        case .senderNotAllowed(let field, _):
            "The sender in \(field) is not among those this pickup allows."
        case .recipientNotAllowed:
            "A recipient is not among those this pickup allows. Nobody was sent the message."
        case .longHeaderLine:
            "A header field has a line longer than 998 octets that cannot be folded."
        case .empty, .brokenUTF16, .severalMessages, .noHeader, .nulInHeader, .nulInBody,
            .headerTooLarge, .tooManyFields, .noSender, .severalFrom, .severalSenders,
            .noRecipients, .tooManyRecipients, .noReplayLines, .nullSender, .partHeaderTooLarge,
            .tooManyParts, .tooDeep, .longLines, .binaryPart, .tooLarge, .switchedOff:
            sentence
        }
    }
}

extension AddressProblem {
    /// What is wrong, without the characters that are.
    fileprivate var unquotedClause: String {
        switch self {
        case .strayCharacter: "has a character where it may not stand"
        case .invisible: "contains an invisible character"
        case .noAtSign, .missingPart, .notJoined, .unclosedQuote, .unclosedComment,
            .unclosedAngle, .unclosedGroup, .nestedGroup, .deepComment, .notUTF8, .notAllowed:
            clause
        }
    }
}

extension Completeness {
    /// What is missing, without a word of the file; `nil` when nothing is.
    package var unquotedSentence: String? {
        switch self {
        case .missingClosingBoundary: "The file ends before the line that ends its parts."
        case .complete, .noBlankLine, .missingEnd, .trailingNULs: sentence
        }
    }
}
