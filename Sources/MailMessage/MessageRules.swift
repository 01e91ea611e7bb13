/// What a message may ask of us before it is refused.
package struct MessageRules: Hashable, Sendable {
    /// The largest header in octets, line ends included.
    package var maximumHeaderOctets = 262_144
    /// The largest number of header fields.
    package var maximumFields = 2000
    /// The largest header field in octets, folded lines included.
    package var maximumFieldOctets = 131_072
    /// The largest number of different recipients.
    package var maximumRecipients = 1000

    /// Creates the default rules.
    package init() {}
}
