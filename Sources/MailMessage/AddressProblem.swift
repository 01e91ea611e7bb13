/// What makes one address unreadable.
package enum AddressProblem: Hashable, Sendable {
    /// A word without `@`, such as `bob` or the `Doe` of `Doe, Bob <bob@example.com>`.
    case noAtSign
    /// Nothing where the name or the domain belongs, such as `<>`, `@example.com` or `a..b@c`.
    case missingPart
    /// Words that nothing joins, such as `a@b c@d` or `<a@b> <c@d>`.
    case notJoined
    /// A character that has no place there.
    case strayCharacter(String)
    /// `"` without its partner.
    case unclosedQuote
    /// `(` without its partner.
    case unclosedComment
    /// `<` without its partner.
    case unclosedAngle
    /// A group without its final `;`.
    case unclosedGroup
    /// A group inside a group.
    case nestedGroup
    /// More comments inside each other than ``AddressLexer/maximumCommentDepth``.
    case deepComment
    /// A control character or an invisible one, by its number such as `U+00A0`.
    case invisible(String)
    /// Octets above 127 that are not UTF-8.
    case notUTF8
    /// Parts that no mail address can have, or that are too long (RFC 5321 §4.5.3.1).
    case notAllowed

    /// What is wrong, to follow the quoted address.
    package var clause: String {
        switch self {
        case .noAtSign: "has no @"
        case .missingPart: "lacks a part before or after the @ or between two dots"
        case .notJoined: "holds words that do not belong to one address"
        case .strayCharacter(let character): "has “\(character)” where it may not stand"
        case .unclosedQuote: "opens a quotation mark that is never closed"
        case .unclosedComment: "opens a parenthesis that is never closed"
        case .unclosedAngle: "opens “<” and never closes it"
        case .unclosedGroup: "begins a group that no semicolon ends"
        case .nestedGroup: "begins a group inside a group"
        case .deepComment: "has comments nested too deeply"
        case .invisible(let number): "contains the invisible character \(number)"
        case .notUTF8: "contains letters that are not UTF-8"
        case .notAllowed: "has characters or a length that no mail address can have"
        }
    }

    /// What a person can do about it, as a sentence.
    package var advice: String {
        switch self {
        case .noAtSign:
            "Write the whole address (name@example.com); put a display name that contains a comma "
                + "in quotation marks."
        case .missingPart, .strayCharacter, .notAllowed:
            "Write the address as name@example.com; put unusual display names in quotation marks."
        case .notJoined: "Put a comma between two addresses."
        case .unclosedQuote: "Close the quotation mark, or remove it."
        case .unclosedComment: "Close the parenthesis, or remove it."
        case .unclosedAngle: "Write the address as Name <name@example.com>."
        case .unclosedGroup, .nestedGroup:
            "Write the addresses with commas between them, without a group name and colon."
        case .deepComment: "Remove the comments in parentheses."
        case .invisible: "Type the address anew instead of pasting it."
        case .notUTF8: "Let the writing program save the file as UTF-8, or use ASCII addresses."
        }
    }
}
