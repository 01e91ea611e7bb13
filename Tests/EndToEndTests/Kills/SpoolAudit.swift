import Glibc
import TestSupport
import Testing

/// What must hold when every message has come to its end, whatever happened before.
struct SpoolAudit {
    /// A message that was dropped.
    struct Expectation: Sendable {
        var end = MessageEnd.sent
        var recipients: Set<String> = ["b@example.org"]
    }

    let relay: RelayHarness
    /// Every message, by its subject.
    let expected: [String: Expectation]
    /// Ids whose history may still be there without their message.
    var mayHaveHistory: Set<String> = []

    /// Audits messages without anything that may be left.
    init(_ relay: RelayHarness, _ expected: [String: Expectation]) {
        self.relay = relay
        self.expected = expected
    }

    /// Records an issue for each promise that is broken; `what` tells which run it was.
    func check(_ what: String) throws {
        try checkFolders(what)
        try checkReceived(what)
    }

    private func checkFolders(_ what: String) throws {
        var places: [String: [String]] = [:]
        var others: [String] = []
        for path in Self.files(below: relay.drop)
            + (relay.spool == relay.drop ? [] : Self.files(below: relay.spool))
        {
            let name = path.split(separator: "/").last ?? ""
            if path.contains("/state/") || name.hasSuffix(".txt") || name.hasPrefix(".") {
                others.append(path)
            } else if let subject = subject(of: try readFile(path)) {
                places[subject, default: []].append(path)
            } else {
                others.append(path)
            }
        }
        for (subject, expectation) in expected {
            let paths = places[subject, default: []]
            let isRight =
                paths.count == (expectation.end == .gone ? 0 : 1)
                && paths.allSatisfy { $0.hasPrefix("\(relay.spool)/\(expectation.end)/") }
            #expect(isRight, "\(what): \(subject) must be \(expectation.end) and is in \(paths)")
        }
        #expect(Set(places.keys).subtracting(expected.keys) == [], "\(what)")
        let messages = places.values.flatMap { $0 }
        let left = others.filter { !isExplained($0, by: messages) }
        #expect(left == [], "\(what): nobody needs these")
    }

    /// The lock, the reason beside a message and the history of one that was not sent.
    private func isExplained(_ path: String, by messages: [String]) -> Bool {
        let name = String(path.split(separator: "/").last ?? "")
        if path == "\(relay.spool)/state/lock" || mayHaveHistory.contains(name) { return true }
        if path.hasPrefix("\(relay.spool)/state/") {
            return messages.contains { $0.contains("/\(name).") && !$0.contains("/sent/") }
        }
        return name.hasSuffix(".txt") && messages.contains(String(path.dropLast(4)))
    }

    private func checkReceived(_ what: String) throws {
        let announced = relay.announcedIDs
        let copies = Dictionary(grouping: try relay.received()) { subject(of: $0.octets) ?? "" }
        #expect(Set(copies.keys).subtracting(expected.keys) == [], "\(what)")
        for (subject, expectation) in expected {
            let copies = copies[subject, default: []]
            let wanted = expectation.end == .sent ? expectation.recipients : []
            let recipients = copies.flatMap(\.recipients)
            #expect(Set(recipients) == wanted, "\(what): \(subject)")
            #expect(
                Set(copies.map(\.octets)).count <= 1,
                "\(what): copies of \(subject) differ, or their Message-ID or Date"
            )
            let id = copies.first.map { String($0.envelope.messageID.dropFirst().prefix(35)) }
            #expect(
                recipients.count == wanted.count || announced.contains(id ?? ""),
                "\(what): \(subject) came to \(recipients) without a word"
            )
        }
    }

    private static func files(below folder: String) -> [String] {
        folderNames(folder).flatMap { name -> [String] in
            var facts = stat()
            let path = "\(folder)/\(name)"
            guard lstat(path, &facts) == 0 else { return [] }
            return facts.st_mode & S_IFMT == S_IFDIR ? files(below: path) : [path]
        }
    }
}
