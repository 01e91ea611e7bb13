package import Submission

/// What a pickup allows, repairs and adds; the limits are what a message may ask of us before it is
/// refused.
package struct MessageRules: Hashable, Sendable {
    /// The largest header in octets, line ends included.
    package var maximumHeaderOctets = 262_144
    /// The largest number of header fields.
    package var maximumFields = 2000
    /// The largest header field in octets, folded lines included.
    package var maximumFieldOctets = 131_072
    /// The largest number of different recipients.
    package var maximumRecipients = 1000
    /// The largest number of parts; Exchange Online refuses more.
    package var maximumParts = 250
    /// How deeply parts and messages may stand inside each other; Exchange Online refuses more.
    package var maximumDepth = 30
    /// The largest content in octets as it goes out; 35 MB is what Exchange Online takes by default.
    package var maximumOctets = 36_700_160
    /// What header text and bodies are written in when they are no UTF-8: an 8-bit set's MIME name.
    package var charset = "windows-1252"
    /// Whether files have a dot too many at the start of lines.
    package var isDotStuffed = false
    /// Repairs that are not made.
    package var withheld: Set<Repair> = []
    /// Who sends and who receives.
    package var envelope = EnvelopeRules()

    /// Creates the default rules.
    package init() {}
}

/// How sender and recipients are found, completed and checked.
package struct EnvelopeRules: Hashable, Sendable {
    /// Where the envelope stands in a file.
    package enum Origin: String, Hashable, Sendable, CaseIterable {
        /// X-Sender and X-Receiver where they stand at the top, else the header.
        case auto
        /// The header, whatever stands at the top.
        case headers
        /// X-Sender and X-Receiver at the top; anything else is refused.
        case replay
    }

    /// What the Resent- fields are for.
    package enum Resent: String, Hashable, Sendable, CaseIterable {
        /// They go out as they are and drive nothing.
        case ignore
        /// The topmost block of them says who sends and who receives (RFC 5322 §3.6.6).
        case use
    }

    /// What becomes of the header's From.
    package enum From: String, Hashable, Sendable, CaseIterable {
        case keep
        /// ``EnvelopeRules/defaultFrom`` takes its place and it becomes Reply-To.
        case replace
    }

    package var origin = Origin.auto
    package var resent = Resent.ignore
    package var from = From.keep
    /// Sends when the message names nobody.
    package var defaultFrom: MailAddress?
    /// Receive when the message names nobody.
    package var defaultTo: [MailAddress] = []
    /// Completes addresses without a domain.
    package var defaultDomain: String?
    /// Receive every message besides the others.
    package var alwaysBcc: [MailAddress] = []
    /// Receives everything in place of the others.
    package var redirectTo: MailAddress?
    /// Which addresses may send; empty allows all.
    package var allowFrom: [AddressPattern] = []
    /// Which addresses may receive; empty allows all.
    package var allowTo: [AddressPattern] = []
    /// Whether a route of the pickup takes messages of the null sender.
    package var allowsNullSender = true

    /// Creates rules that take messages as they are.
    package init() {}
}
