package import Documents
package import MailMessage

/// Why a claimed file can never be sent as it is, in words for a person.
package struct ContentRefusal: Error, Hashable, Sendable {
    /// What is wrong, as a sentence.
    package let sentence: String
    /// The same without a word that the writer chose.
    package let unquotedSentence: String
    /// What a person can do about it, as a sentence.
    package let advice: String

    /// The words for a message.
    package init(_ defect: MessageDefect) {
        (sentence, advice) = (defect.sentence, defect.advice)
        unquotedSentence = defect.unquotedSentence
    }
}

extension ContentRefusal {
    /// The words for a document.
    package init(_ defect: DocumentDefect) {
        (sentence, advice) = (defect.sentence, defect.advice)
        unquotedSentence = defect.unquotedSentence
    }
}
