/// The refusals of Exchange Online that an address at `fault.test` can ask for by their codes.
package enum FaultCatalogue {
    /// One refusal.
    package struct Entry: Hashable, Sendable {
        package let code: Int
        /// The enhanced status; `nil` for a reply without.
        package let status: String?
        /// What tells it from the first entry with the same codes.
        package let variant: String?
        package let text: String
        /// The row of the reply catalogue that means this refusal.
        package let row: String

        init(
            _ code: Int,
            _ status: String?,
            _ text: String,
            variant: String? = nil,
            row: String? = nil
        ) {
            self.code = code
            self.status = status
            self.variant = variant
            self.text = text
            self.row = row ?? Self.localPart(code, status, variant)
        }

        /// The local part that asks for this refusal at `RCPT`.
        package var localPart: String { Self.localPart(code, status, variant) }

        /// What the server says after the code.
        var line: String { [status, text].compactMap(\.self).joined(separator: " ") }

        private static func localPart(_ code: Int, _ status: String?, _ variant: String?) -> String
        {
            ["\(code)", status, variant].compactMap(\.self).joined(separator: "-")
        }
    }

    /// The reply with these codes; codes without an entry get a text of the sandbox's own.
    static func reply(code: Int, status: String?, variant: String?) -> SandboxReply {
        let entry =
            entries.first { $0.code == code && $0.status == status && $0.variant == variant }
            ?? Entry(code, status, "Reply requested by the address")
        return SandboxReply(code, entry.line)
    }

    /// Whether there is an entry of its own for this variant.
    static func has(code: Int, status: String?, variant: String?) -> Bool {
        entries.contains { $0.code == code && $0.status == status && $0.variant == variant }
    }

    /// Whether a text is an enhanced status code (RFC 3463 §2).
    static func isStatus(_ text: String) -> Bool {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && ["2", "4", "5"].contains(numbers[0])
            && numbers.allSatisfy { number in
                (1...3).contains(number.utf8.count)
                    && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
    }

    /// Every refusal, in the order of the reply catalogue.
    package static let entries: [Entry] =
        signIn + access + sender + blocked + throttling + connection + recipient + message
}
