import SafeText

/// How much an event matters, with the priorities of syslog (RFC 5424 §6.2.1).
package enum LogLevel: Int, Hashable, Sendable, CaseIterable {
    /// Something the daemon needs is gone: a disk, a folder, a permission.
    case error = 3
    /// A message, a server or a setting is wrong.
    case warning = 4
    /// Normal, and worth an operator's eye: started, suspended, resumed.
    case notice = 5
    /// One step of one delivery.
    case info = 6
    /// For finding faults.
    case debug = 7

    /// The level as log lines and settings spell it.
    package var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .notice: "notice"
        case .info: "info"
        case .debug: "debug"
        }
    }

    /// The level of a name, as settings spell it.
    package init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }
}

/// One event in the log's one line shape: `id=… event=… key=value …`.
///
/// Every value is neutralised on its way in, so that nothing a file or server contains can forge a
/// second line or a second key.
package struct LogLine: Sendable, Hashable {
    /// How much the event matters.
    package let level: LogLevel
    /// The line without priority, time and line feed.
    package private(set) var text: String

    /// The longest value; what is beyond is cut and counted.
    package static let maximumValueOctets = 4096
    /// A last word longer than this is cut where the value is.
    private static let maximumWordOctets = 400

    /// Starts a line; `id` names the message and stands first, where the event concerns one.
    package init(_ level: LogLevel, _ event: String, id: String? = nil) {
        self.level = level
        text = ""
        // A line about a message has some 300 octets, and would be moved a few times as it grows.
        if let id {
            text.reserveCapacity(400)
            append("id", id)
            text += " "
        }
        append("event", event)
    }

    /// Appends `key=value`; keys are our own words, values may come from anywhere.
    package mutating func add(_ key: String, _ value: some StringProtocol) {
        add(key, String(value))
    }

    /// Appends `key=value`; keys are our own words, values may come from anywhere.
    package mutating func add(_ key: String, _ value: String) {
        text += " "
        append(key, Self.shortened(value))
    }

    private mutating func append(_ key: String, _ value: String) {
        text += key
        text += "="
        text += SafeText.logfmtValue(value)
    }

    /// Appends `key=value` for a value that describes itself, such as a number.
    package mutating func add(_ key: String, _ value: some CustomStringConvertible) {
        add(key, value.description)
    }

    /// Returns the line with one more `key=value`, for lines built in one expression.
    package func adding(_ key: String, _ value: some CustomStringConvertible) -> LogLine {
        var line = self
        line.add(key, value.description)
        return line
    }

    /// The line with a text that a filter made of its own.
    func filtered(by filter: (String) -> String) -> LogLine {
        var line = self
        line.text = filter(text)
        return line
    }

    private static func shortened(_ value: String) -> String {
        let octets = value.utf8.count
        guard octets > maximumValueOctets else { return value }
        var kept = value.utf8.prefix(maximumValueOctets)
        // Half an address would not be known for one by whoever hides addresses.
        if let space = kept.suffix(maximumWordOctets).lastIndex(of: UInt8(ascii: " ")) {
            kept = kept[..<space]
        }
        return "\(String(decoding: kept, as: UTF8.self))… (\(octets - kept.count) more octets)"
    }
}
