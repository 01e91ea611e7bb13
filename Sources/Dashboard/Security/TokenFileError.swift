/// Why the file of tokens was not read or not changed.
package enum TokenFileError: Error, Hashable, Sendable {
    case notAName(String)
    case exists(String)
    case missing(String, known: [String])
    case tooMany
    case spoiled(path: String)
    /// The system refused, in a sentence.
    case unusable(String)

    /// What happened and what to do.
    package var sentence: String {
        switch self {
        case .notAName(let name):
            """
            "\(name)" is not a name for a token. Use up to 64 letters, digits, ".", "@", "-" and "_".
            """
        case .exists(let name):
            "There is a token \"\(name)\" already. Remove it first, or choose another name."
        case .missing(let name, let known):
            known.isEmpty
                ? "There is no token \"\(name)\"; there are none."
                : "There is no token \"\(name)\"; there are: \(known.joined(separator: ", "))."
        case .tooMany:
            "There are \(TokenFile.most) tokens, which is the most. Remove one first."
        case .spoiled(let path):
            "\(path) is spoiled. Remove it and make the tokens anew: postchute token add"
        case .unusable(let sentence): sentence
        }
    }
}
