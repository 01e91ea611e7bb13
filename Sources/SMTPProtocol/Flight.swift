/// Octets that leave in one write: one command, or several in a pipelined group (RFC 2920 §3.1).
package struct Flight: Hashable, Sendable {
    /// What a trace may show of a flight.
    package enum Disclosure: Hashable, Sendable {
        /// The octets as they are.
        case whole
        /// This text instead: the octets are a secret or depend on one.
        case redacted(String)
    }

    /// The commands with their line ends.
    package private(set) var octets: [UInt8] = []
    package private(set) var disclosure: Disclosure = .whole

    /// Creates an empty flight.
    package init() {}

    /// Creates a flight of one line of our own words.
    init(words line: String) {
        octets = Array(line.utf8)
        endLine()
    }

    /// Creates a flight of one command.
    init(_ command: Command) {
        append(command)
    }

    /// Creates a flight of one line that no trace may show.
    init(secret line: [UInt8], shown: String) {
        octets = line
        disclosure = .redacted(shown)
        endLine()
    }

    mutating func append(_ command: Command) {
        command.encode(into: &octets)
        endLine()
    }

    private mutating func endLine() {
        octets.append(UInt8(ascii: "\r"))
        octets.append(UInt8(ascii: "\n"))
    }

    /// The lines a trace may show, without line ends.
    package var traceLines: [String] {
        switch disclosure {
        case .redacted(let text): [text]
        case .whole:
            String(decoding: octets, as: UTF8.self)
                .split(separator: "\r\n", omittingEmptySubsequences: false)
                .dropLast().map(String.init)
        }
    }
}
