import Glibc
import TestSupport

/// Where a message can be.
enum Place: String, Sendable, CaseIterable {
    case drop = ""
    case queue
    case sending = "queue/sending"
    /// In the folder of whichever day.
    case sent
    case failed
    case held
}

extension RelayHarness {
    /// A message from `a@example.com` to `b@example.org`, with its Message-ID `<id@example.com>`.
    static func message(
        _ id: String,
        to recipient: String = "b@example.org",
        body: String = "Hello.\n"
    ) -> String {
        """
        From: a@example.com
        To: \(recipient)
        Subject: \(id)
        Date: Mon, 23 Nov 2026 10:15:30 +0000
        Message-ID: <\(id)@example.com>

        \(body)
        """
    }

    /// Drops a file as a careful writer does: under a name that is left alone, then renamed.
    func drop(_ name: String, _ text: String) throws {
        try drop(Array(name.utf8), Array(text.utf8))
    }

    /// Drops a file whose name need not be text.
    func drop(_ name: [UInt8], _ octets: [UInt8]) throws {
        let temporary = "\(drop)/.\(UInt64.random(in: 0 ... .max)).tmp"
        try writeFile(octets, to: temporary)
        let target = (Array("\(drop)/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
        guard rename(temporary, target) == 0 else { throw WaitError("rename: \(systemError())") }
    }

    /// The files of a place that were dropped under a name, as paths; reasons are left out.
    func files(_ place: Place, _ name: String) -> [String] {
        entries(place).filter { $0.name == Array(name.utf8) }.map(\.path)
    }

    /// Every file of a place: the name it was dropped under, and its path.
    func entries(_ place: Place) -> [(name: [UInt8], path: String)] {
        Self.entries(place, below: place == .drop ? drop : spool)
    }

    /// Every file of a place of the spool in a folder.
    static func entries(_ place: Place, below root: String) -> [(name: [UInt8], path: String)] {
        let folders: [String] =
            switch place {
            case .drop: [root]
            case .sent: folderNames("\(root)/sent").map { "\(root)/sent/\($0)" }
            case .queue, .sending, .failed, .held: ["\(root)/\(place.rawValue)"]
            }
        return folders.flatMap { folder in
            folderNameOctets(Array(folder.utf8)).compactMap { octets in
                let path = "\(folder)/\(String(decoding: octets, as: UTF8.self))"
                if place == .drop { return (octets, path) }
                // `<id>.<name>`; the id is 35 octets long.
                guard octets.count > 36, octets[35] == UInt8(ascii: ".") else { return nil }
                let isReason = place != .sent && octets.suffix(4).elementsEqual(".txt".utf8)
                return isReason ? nil : (Array(octets[36...]), path)
            }
        }
    }

    /// The places that have a file dropped under a name.
    func places(_ name: String) -> [Place] {
        Place.allCases.filter { !files($0, name).isEmpty }
    }

    /// Waits until a place has so many files that were dropped under a name; returns one's path.
    @discardableResult
    func waitFor(
        _ place: Place,
        _ name: String,
        count: Int = 1,
        limit: Duration = .seconds(60)
    ) async throws -> String {
        do {
            try await waitUntil(limit: limit) { files(place, name).count >= count }
        } catch {
            let seen = places(name).map { "\($0)" }.joined(separator: ", ")
            throw WaitError("\(name) is not in \(place) but in [\(seen)]; the log:\n\(log)")
        }
        guard let path = files(place, name).last else { throw WaitError("\(name) went away") }
        return path
    }

    /// The text beside a message in `failed/` or `held/`, without its CRs.
    func reason(_ name: String) throws -> String {
        for place in [Place.failed, .held] {
            if let path = files(place, name).first, access("\(path).txt", R_OK) == 0 {
                let text = String(decoding: try readFile("\(path).txt"), as: UTF8.self)
                return text.replacing("\r\n", with: "\n")
            }
        }
        throw WaitError("there is no reason beside \(name), which is in \(places(name))")
    }

    /// The lines of the log with an event, in order.
    func lines(_ event: String) -> [LoggedLine] {
        log.split(separator: "\n").map { LoggedLine(String($0)) }.filter { $0["event"] == event }
    }

    /// Waits for a line with an event that fulfils a condition.
    @discardableResult
    func waitForLine(
        _ event: String,
        limit: Duration = .seconds(60),
        where condition: (LoggedLine) -> Bool = { _ in true }
    ) async throws -> LoggedLine {
        var found: LoggedLine?
        try await waitUntil(limit: limit, "event=\(event); the log:\n\(log)") {
            found = lines(event).first(where: condition)
            return found != nil
        }
        guard let found else { throw WaitError("event=\(event) went away") }
        return found
    }
}

/// A line of the daemon's log.
struct LoggedLine: Sendable, CustomStringConvertible {
    let description: String
    private let values: [Substring: String]

    /// Reads `key=value` and `key="quoted value"`.
    init(_ line: String) {
        description = line
        var values: [Substring: String] = [:]
        var rest = line[...]
        while let equals = rest.firstIndex(of: "=") {
            let key = rest[..<equals]
            rest = rest[rest.index(after: equals)...]
            values[key] = Self.takeValue(&rest)
            rest = rest.drop { $0 == " " }
        }
        self.values = values
    }

    /// The value of a key.
    subscript(key: String) -> String? { values[key[...]] }

    private static func takeValue(_ rest: inout Substring) -> String {
        guard rest.first == "\"" else {
            defer { rest = rest.drop { $0 != " " } }
            return String(rest.prefix { $0 != " " })
        }
        var value = ""
        var isEscaped = false
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            if !isEscaped, character == "\"" { break }
            isEscaped = !isEscaped && character == "\\"
            if !isEscaped { value.append(character) }
        }
        return value
    }
}
