import Glibc
import Spool
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

/// Holds docs/operations.md against what the commands really print.
@Suite("Operations page")
struct DocumentationTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private let page: String

    init() throws {
        page = String(decoding: try readFile("/\(Self.root)/docs/operations.md"), as: UTF8.self)
    }

    @Test(arguments: Operations.ExitStatus.allCases)
    func `every exit code has its row`(status: Operations.ExitStatus) {
        #expect(page.contains("\n| \(status.rawValue) | "))
    }

    @Test(arguments: MessageVerb.allCases)
    func `every verb has its row`(verb: MessageVerb) {
        #expect(page.contains("\n| `\(verb.rawValue) ID…`"))
    }

    @Test(arguments: VerifyStep.Subject.allCases)
    func `every step of verify has its row and its word`(subject: VerifyStep.Subject) {
        #expect(page.contains("\n| \(subject.label) | "))
        #expect(page.contains("`\(subject.word)`"))
    }

    @Test func `every member of every document is explained`() throws {
        let relay = try TestRelay()
        let name = try relay.deferred()
        _ = try relay.claimed("no recipient.eml", "From: a@example.com\r\n\r\n")
        try relay.report {
            $0.pickups[0].suspendedSenders = ["a@example.com": "no"]
            $0.backlog = .about(seconds: 60)
            let day = RelaySnapshot.Gauge(used: 1, limit: 2, seconds: 86_400)
            $0.accounts = [RelaySnapshot.AccountStatus(name: "erp@example.com", recipients: day)]
        }
        let documents = [
            StatusReport(relay.folders).json,
            try MessageList(relay.folders).json,
            try MessageDetails(relay.folders, name.id.text).json,
            try MessageDetails(relay.folders, "no recipient.eml").json,
            try Explanation("550 5.7.60").json,
            VerifyReport([
                .init(name: "m365", target: "mx", steps: [.init(.names, .passed, "x")])
            ]).json,
        ]
        let members = documents.flatMap(\.output).compactMap { line -> String? in
            let words = line.split(separator: "\"", maxSplits: 2)
            guard words.count == 3, words[2].hasPrefix(":") else { return nil }
            return String(words[1])
        }
        #expect(Set(members).count > 40)
        for member in Set(members) {
            #expect(page.contains("`\(member)`"), "`\(member)` is not explained")
        }
    }

    @Test func `the example of accounts and backlog is what status prints`() throws {
        let relay = try TestRelay()
        try relay.report { $0 = AccountStatusTests.busy($0) }
        let lines = StatusReport(relay.folders).text.output
        let start = try #require(lines.firstIndex { $0.hasPrefix("ACCOUNT") })
        let end = try #require(lines.lastIndex { $0.hasPrefix("  pickup erp: 412") })
        #expect(page.contains(lines[start...end].joined(separator: "\n")))
    }

    @Test func `every event of the log has its row`() throws {
        var events: Set<String> = []
        for folder in ["Delivery", "EventLog", "postchute"] {
            let path = "/\(Self.root)/Sources/\(folder)"
            for file in folderNames(path) where file.hasSuffix(".swift") {
                let text = String(decoding: try readFile("\(path)/\(file)"), as: UTF8.self)
                for match in text.matches(of: /(?:LogLine|base|line)\(\.[a-z]+, "([a-z-]+)"/) {
                    events.insert(String(match.1))
                }
            }
        }
        #expect(events.count > 25)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
        for event in events {
            let isExplained = rows.contains {
                $0.split(separator: "|").first?.contains("`\(event)`") == true
            }
            #expect(isExplained, "the event `\(event)` has no row")
        }
    }

    @Test func `the example of a reason is what the daemon writes`() throws {
        func text(_ path: String) throws -> [UInt8] { try readFile("/\(Self.root)/\(path)") }
        let page = String(decoding: try text("docs/failed-folder.md"), as: UTF8.self)
        let lines = ReasonFile.lines(try text("Tests/DeliveryTests/Texts/one-of-three.txt"))
        #expect(page.contains("```text\n\(lines.joined(separator: "\n"))\n```"))
    }
}
