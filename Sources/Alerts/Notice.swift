package import Delivery

/// What a channel tells at once: everything that is new to it.
package struct Notice: Hashable, Sendable, Codable {
    /// When it was put together, microseconds since 1970.
    package var at: Int64
    /// Conditions that hold and that the channel has not been told of.
    package var opened: [Item] = []
    /// What happened since the last notice.
    package var incidents: [Incident] = []
    /// Conditions it was told of and that hold still.
    package var lasting: [Item] = []
    /// Conditions it was told of and that are over.
    package var recovered: [Item] = []
    /// Conditions that came and went without its being told.
    package var over: [Item] = []
    /// Whether it only tries the channel.
    package var isTest = false

    /// Creates an empty notice.
    package init(at: Int64) { self.at = at }

    /// A condition and its time.
    package struct Item: Hashable, Sendable, Codable, Comparable {
        package var alert: Alert
        /// Microseconds since 1970.
        package var since: Int64
        /// `nil` while it holds.
        package var ended: Int64?

        /// Creates an item.
        package init(alert: Alert, since: Int64, ended: Int64? = nil) {
            (self.alert, self.since, self.ended) = (alert, since, ended)
        }

        /// Orders by severity, then by time.
        package static func < (left: Self, right: Self) -> Bool {
            (left.rank, left.since, left.alert.key) < (right.rank, right.since, right.alert.key)
        }

        private var rank: Int { alert.condition.severity == .critical ? 0 : 1 }
    }

    /// Whether there is nothing to tell.
    package var isEmpty: Bool {
        opened.isEmpty && incidents.isEmpty && lasting.isEmpty && recovered.isEmpty && over.isEmpty
    }

    /// How much it matters; `nil` when all that it tells is over.
    package var severity: OpenAlert.Severity? {
        let severities =
            (opened + lasting).map(\.alert.condition.severity)
            + incidents.map(\.alert.condition.severity)
        return severities.contains(.critical) ? .critical : severities.first
    }

    /// Puts what matters most first.
    mutating func sort() {
        opened.sort()
        lasting.sort()
        recovered.sort()
        over.sort()
        incidents.sort {
            ($0.alert.condition.severity == .critical ? 0 : 1, $0.alert.key)
                < ($1.alert.condition.severity == .critical ? 0 : 1, $1.alert.key)
        }
    }

    /// A notice that tries a channel.
    package static func test(at now: Int64) -> Notice {
        var notice = Notice(at: now)
        notice.isTest = true
        return notice
    }
}
