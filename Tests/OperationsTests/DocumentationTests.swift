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

    @Test func `every member of every document is explained`() throws {
        let relay = try TestRelay()
        let name = try relay.deferred()
        _ = try relay.claimed("no recipient.eml", "From: a@example.com\r\n\r\n")
        try relay.report { $0.pickups[0].suspendedSenders = ["a@example.com": "no"] }
        let documents = [
            StatusReport(relay.folders).json,
            try MessageList(relay.folders).json,
            try MessageDetails(relay.folders, name.id.text).json,
            try MessageDetails(relay.folders, "no recipient.eml").json,
            try Explanation("550 5.7.60").json,
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

    @Test func `the example of a reason is what the daemon writes`() {
        var text = ReasonText(
            happened: "The server refused the recipient.",
            advice: "Correct the address. \(ReasonText.howToRetry)"
        )
        text.recipients = [("shop@example.com", "refused (550 5.1.1 no such user)")]
        text.replies = [("to RCPT TO:<shop@example.com>", "550 5.1.1 no such user")]
        text.facts = [("File", "invoice.eml"), ("Pickup", "erp"), ("Route", "m365")]
        let lines = ReasonFile.lines(text.octets()).joined(separator: "\n")
        #expect(page.contains("```\n\(lines)\n```"))
    }
}
