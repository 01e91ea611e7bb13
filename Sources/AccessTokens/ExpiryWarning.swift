internal import TLSEngine

/// A word ahead of time that a credential ends.
package struct ExpiryWarning: Hashable, Sendable {
    /// What ends.
    package enum Subject: Hashable, Sendable {
        /// A certificate of an identity, by its file.
        case certificate(String)
        /// The certificate that a route shows to its server, by its file.
        case clientCertificate(String)
        /// The client secret of an identity.
        case clientSecret(identity: String)
    }

    /// The days before the end from which on a word is due: 30, 14, 7, 1, or 0 once it has ended.
    package let threshold: Int
    /// What ends when, and what to do.
    package let sentence: String

    private static let thresholds = [30, 14, 7, 1, 0]
    private static let day: Int64 = 86_400

    /// The warning that is due now, or `nil` while there is time; times in seconds since 1970.
    ///
    /// A caller that remembers the last threshold it warned of warns once for each.
    package static func due(for subject: Subject, ends: Int64, now: Int64) -> ExpiryWarning? {
        let (left, isTooFar) = ends.subtractingReportingOverflow(now)
        guard !isTooFar, let threshold = thresholds.last(where: { left <= Int64($0) * day }) else {
            return nil
        }
        return ExpiryWarning(threshold: threshold, sentence: sentence(subject, ends, left))
    }

    /// When the next warning is due; `nil` after the last.
    package static func next(ends: Int64, after now: Int64) -> Int64? {
        thresholds.lazy.map { ends &- Int64($0) * day }.first { $0 > now }
    }

    private static func sentence(_ subject: Subject, _ ends: Int64, _ left: Int64) -> String {
        let (name, cure) = words(subject)
        guard left > 0 else { return "\(name) has expired at \(UTCTime.text(ends)); \(cure)." }
        let days = (left + day - 1) / day
        let span = days == 1 ? "within one day" : "in \(days) days"
        return "\(name) expires \(span), at \(UTCTime.text(ends)); \(cure)."
    }

    private static func words(_ subject: Subject) -> (name: String, cure: String) {
        switch subject {
        case .certificate(let path):
            (
                "The certificate '\(path)'",
                "make a new one, register it beside the old one, and add it to the identity"
            )
        case .clientCertificate(let path):
            (
                "The client certificate '\(path)'",
                "have a new one made out to the same name, and put it into its file"
            )
        case .clientSecret(let identity):
            (
                "The client secret of identity '\(identity)'",
                "make a new one, put it into its file, and set client_secret_expires"
            )
        }
    }
}
