/// A condition that somebody was told of and that still holds.
package struct OpenAlert: Hashable, Sendable, Codable {
    /// The condition and what it is about, such as `route-suspended/m365`: the same while it lasts.
    package var key: String
    /// Microseconds since 1970.
    package var since: Int64
    /// What is the matter, in one sentence.
    package var sentence: String
    /// What to do about it.
    package var advice: String
    package var severity: Severity

    /// Creates an alert.
    package init(
        key: String,
        since: Int64,
        sentence: String,
        advice: String,
        severity: Severity
    ) {
        (self.key, self.since, self.sentence) = (key, since, sentence)
        (self.advice, self.severity) = (advice, severity)
    }

    /// How much it matters.
    package enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
        /// Mail does not flow, or a message failed.
        case critical
        /// Mail flows, and will not for long or not well.
        case warning
    }
}

/// How full one file system is that Postchute writes to.
package struct DiskStatus: Hashable, Sendable, Codable {
    /// A folder on it, and what uses it in words, such as "spool of erp".
    package var path: String
    package var use: String
    package var freeOctets: Int64
    package var totalOctets: Int64
    /// `nil` on file systems that do not count them.
    package var freeInodes: Int64?
    package var totalInodes: Int64?
    /// Why nothing that writes data is started here, in a sentence; `nil` while there is room.
    package var isLow: String?

    /// Creates a status.
    package init(path: String, use: String, freeOctets: Int64, totalOctets: Int64) {
        (self.path, self.use) = (path, use)
        (self.freeOctets, self.totalOctets) = (freeOctets, totalOctets)
    }
}
