internal import MailMessage
internal import Submission

/// An address of the settings, with or without a name before it, as a template.
///
/// The name and the address are told apart before anything is filled in, so that no value can become
/// part of the other: the folder `<eve@example.com>` is no address.
package struct MailboxTemplate: Hashable, Sendable {
    private let name: DocumentTemplate?
    private let address: DocumentTemplate

    /// Reads `scanner@example.com`, `Scanner <scanner@example.com>` or the like with places.
    package init(_ text: String) throws(DocumentTemplate.Problem) {
        guard text.last == ">", let open = text.firstIndex(of: "<") else {
            name = nil
            address = try DocumentTemplate(text)
            try checkAddress()
            return
        }
        var phrase = text[..<open]
        while phrase.last == " " { phrase.removeLast() }
        if phrase.count > 1, phrase.first == "\"", phrase.last == "\"" {
            phrase = phrase.dropFirst().dropLast()
        }
        name = phrase.isEmpty ? nil : try DocumentTemplate(String(phrase))
        address = try DocumentTemplate(String(text[text.index(after: open)...].dropLast()))
        try checkAddress()
    }

    /// An address in which nothing is filled in can be judged at once.
    private func checkAddress() throws(DocumentTemplate.Problem) {
        guard address.fields.isEmpty else { return }
        do throws(AddressProblem) {
            _ = try MailAddress(exactly: address.text)
        } catch {
            throw DocumentTemplate.Problem(
                sentence: "\"\(address.text)\" is not an address: it \(error.clause).",
                advice: "Write it as name@example.com."
            )
        }
    }

    /// What stands in braces, in the name or the address.
    package var fields: Set<DocumentTemplate.Field> {
        address.fields.union(name?.fields ?? [])
    }

    /// What stands in braces in the address.
    package var addressFields: Set<DocumentTemplate.Field> { address.fields }

    /// The mailbox for one document.
    func mailbox(
        for values: DocumentValues,
        in key: String
    ) throws(DocumentDefect) -> Mailbox {
        let text = try address.text(for: values, in: key)
        let shown = try name?.text(for: values, in: key)
        do throws(AddressProblem) {
            return Mailbox(name: shown, address: try MailAddress(exactly: text))
        } catch {
            throw .notAnAddress(setting: key, text: text, problem: error)
        }
    }
}

/// An address and the name before it.
struct Mailbox: Hashable, Sendable {
    let name: String?
    let address: MailAddress
}
