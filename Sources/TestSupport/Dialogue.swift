import Testing

/// An SMTP dialogue as the RFCs print it, from a file: `C:` client, `S:` server, `=` outcome.
///
/// Suites play it against the machines and over a socket and compare the whole text. `#` starts a
/// comment, `route:` and `message:` set what the client is to do, `!` is an event from outside.
package struct Dialogue: Sendable, CustomTestStringConvertible {
    /// One line.
    package enum Line: Hashable, Sendable {
        case client(String)
        case server(String)
        case outcome(String)
        /// A message to send from here on: its settings.
        case message([String: String])
        /// Something that neither side says, such as `stop`.
        case event(String)
    }

    /// The file's name without its ending.
    package let name: String
    /// The settings of the route.
    package let route: [String: String]
    package let lines: [Line]

    package var testDescription: String { name }

    /// Reads a dialogue.
    package init(name: String, text: String) throws {
        var route: [String: String] = [:]
        var lines: [Line] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let mark = line.firstIndex(of: " ") else {
                throw WaitError("\(name): cannot read '\(line)'")
            }
            let rest = String(line[line.index(after: mark)...])
            switch line[..<mark] {
            case "C:": lines.append(.client(rest))
            case "S:": lines.append(.server(rest))
            case "=": lines.append(.outcome(rest))
            case "!": lines.append(.event(rest))
            case "route:": route = Self.settings(rest)
            case "message:": lines.append(.message(Self.settings(rest)))
            default: throw WaitError("\(name): cannot read '\(line)'")
            }
        }
        self.name = name
        self.route = route
        self.lines = lines
    }

    /// Every dialogue of a folder, by name.
    package static func all(in folder: String) throws -> [Dialogue] {
        try folderNames(folder).filter { $0.hasSuffix(".smtp") }.sorted().map { file in
            let text = String(decoding: try readFile("\(folder)/\(file)"), as: UTF8.self)
            return try Dialogue(name: String(file.dropLast(5)), text: text)
        }
    }

    private static func settings(_ text: String) -> [String: String] {
        var settings: [String: String] = [:]
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            settings[String(parts[0])] = parts.count > 1 ? String(parts[1]) : "yes"
        }
        return settings
    }

    /// Everything said and done, line by line, for comparison with what was played.
    package var transcript: String { Self.text(lines) }

    /// Lines as text.
    package static func text(_ lines: some Sequence<Line>) -> String {
        lines.compactMap { line in
            switch line {
            case .client(let text): "C: \(text)"
            case .server(let text): "S: \(text)"
            case .outcome(let text): "= \(text)"
            case .event(let text): "! \(text)"
            case .message: nil
            }
        }.joined(separator: "\n")
    }
}
