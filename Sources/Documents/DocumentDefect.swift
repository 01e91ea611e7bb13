package import MailMessage

/// Why a document is refused, in words for the person who looks after the scanner.
package enum DocumentDefect: Error, Hashable, Sendable {
    /// The file holds nothing.
    case empty
    /// The ending is not among the pickup's types; empty for a name without one.
    case unlistedType(ending: String, types: [String])
    /// The content is not what the name says; `found` is what it looks like.
    case otherContent(ending: String, expected: String, found: String?)
    /// The name of the file is not UTF-8.
    case nameNotUTF8
    /// The name of the file holds a character nobody could see, by its number.
    case nameInvisible(String)
    /// A setting needs the subfolder, and the file lay in none.
    case noSubfolder(setting: String)
    /// The name of the subfolder is not UTF-8.
    case subfolderNotUTF8
    /// The name of the subfolder holds a character nobody could see, by its number.
    case subfolderInvisible(String)
    /// What a setting came to is no address.
    case notAnAddress(setting: String, text: String, problem: AddressProblem)
    /// What is refused of every message: a recipient, the sender, the size.
    case message(MessageDefect)
    /// A bundle without files.
    case noMembers
    /// More files than one message takes.
    case tooManyMembers(limit: Int)

    /// What is wrong, as a sentence.
    package var sentence: String {
        switch self {
        case .empty: "The file is empty."
        case .unlistedType(let ending, let types):
            ending.isEmpty
                ? "The file has no ending, and this pickup sends only: \(types.joined(separator: ", "))."
                : "The ending .\(ending) is not one this pickup sends: \(types.joined(separator: ", "))."
        case .otherContent(let ending, let expected, let found):
            "The file is named .\(ending) but is not \(expected)"
                + (found.map { ": its content is that of \($0)." } ?? ".")
        case .nameNotUTF8: "The name of the file is not UTF-8."
        case .nameInvisible(let number):
            "The name of the file contains the invisible character \(number)."
        case .noSubfolder(let setting):
            "The file lay in no subfolder, but \(setting) of this pickup is made from its name."
        case .subfolderNotUTF8: "The name of the subfolder is not UTF-8."
        case .subfolderInvisible(let number):
            "The name of the subfolder contains the invisible character \(number)."
        case .notAnAddress(let setting, let text, let problem):
            "The \(setting) of this document is not an address: “\(text)” \(problem.clause)."
        case .message(let defect): defect.sentence
        case .noMembers: "The folder of this message holds no file."
        case .tooManyMembers(let limit):
            "The folder of this message holds more than \(limit) files."
        }
    }

    /// What is wrong, without a word that the writer chose.
    package var unquotedSentence: String {
        switch self {
        case .unlistedType(_, let types):
            "The file is none of the types this pickup sends: \(types.joined(separator: ", "))."
        case .notAnAddress(let setting, _, _): "The \(setting) of this document is not an address."
        case .message(let defect): defect.unquotedSentence
        case .empty, .otherContent, .nameNotUTF8, .nameInvisible, .noSubfolder, .subfolderNotUTF8,
            .subfolderInvisible, .noMembers, .tooManyMembers:
            sentence
        }
    }

    /// What a person can do about it, as a sentence.
    package var advice: String {
        switch self {
        case .empty:
            "See why the scanner left an empty file: a full disk, or a broken connection."
        case .unlistedType:
            "Let the scanner save one of these types, or add the type to types of the pickup."
        case .otherContent:
            "See what the file is before you open it; name it as what it is, or save it anew."
        case .nameNotUTF8, .nameInvisible: "Rename the file."
        case .noSubfolder:
            "Put the file into the folder of its recipient, below the drop folder."
        case .subfolderNotUTF8, .subfolderInvisible: "Rename the folder."
        case .notAnAddress:
            "Name the folder like the address it stands for, or correct the setting."
        case .message(let defect): defect.advice
        case .noMembers: "Remove the folder."
        case .tooManyMembers: "Spread the files over several folders."
        }
    }
}
