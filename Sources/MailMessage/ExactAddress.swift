package import Submission

extension MailAddress {
    /// Reads a text that is one address and nothing else: no name, no comment, no second address.
    package init(exactly text: String) throws(AddressProblem) {
        let read: MailAddress?
        do throws(AddressError) {
            read = try AddressParser.path(Array(text.utf8))
        } catch {
            throw error.problem
        }
        guard let read else { throw .missingPart }
        // What the lenient parser drops or changes was not meant to be part of an address.
        guard read.text == text else { throw .notAllowed }
        self = read
    }
}
