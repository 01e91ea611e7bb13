/// One entry of a list of allowed addresses: an address, a domain, or all names below a domain.
package struct AddressPattern: Hashable, Sendable {
    private enum Form: Hashable {
        case address(String)
        case domain(String)
        case below(String)
    }

    private let form: Form
    /// The entry as it was written.
    package let text: String

    /// Reads `bob@example.com`, `example.com`, `@example.com` or `*.example.com`; `nil` for
    /// anything else.
    package init?(_ text: String) {
        self.text = text
        let lower = text.lowercased()
        if lower.hasPrefix("*.") {
            guard let domain = Self.domain(lower.dropFirst(2)) else { return nil }
            form = .below("." + domain)
        } else if let at = lower.lastIndex(of: "@"), at != lower.startIndex {
            let local = String(lower[..<at])
            guard !local.contains("*"),
                let domain = Self.domain(lower[lower.index(after: at)...]),
                let address = MailAddress(localPart: local, domain: domain),
                address.localPart == local
            else { return nil }
            form = .address(address.text)
        } else {
            guard let domain = Self.domain(lower.drop { $0 == "@" }) else { return nil }
            form = .domain(domain)
        }
    }

    /// Whether an address is meant.
    ///
    /// Case makes no difference, in local parts neither: Exchange knows none.
    package func matches(_ address: MailAddress) -> Bool {
        switch form {
        case .address(let text): address.text.lowercased() == text
        case .domain(let domain): address.domain.lowercased() == domain
        case .below(let suffix): address.domain.lowercased().hasSuffix(suffix)
        }
    }

    private static func domain(_ text: Substring) -> String? {
        text.contains("*") ? nil : MailAddress(localPart: "x", domain: String(text))?.domain
    }
}
