import FoundationEssentials
import TestSupport
import Testing

@testable import Sandbox

/// Compares the tables of `docs/sandbox.md` with the code.
@Suite("Sandbox documentation")
struct DocumentationTests {
    /// A file of the repository.
    static func path(_ name: String) -> String {
        var path = String(#filePath).split(separator: "/")
        path.removeLast(3)
        return "/" + path.joined(separator: "/") + "/\(name)"
    }

    private static func page() throws -> String {
        String(decoding: try readFile(path("docs/sandbox.md")), as: UTF8.self)
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let rule = head.map { _ in "---" }
        return ([head, rule] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }

    @Test func `the refusals by address are those of the catalogue`() throws {
        let rows = FaultCatalogue.entries.map {
            ["`\($0.localPart)`", "\($0.code) \($0.line)"]
        }
        let table = Self.table(["local part", "reply"], rows)
        #expect(try Self.page().contains(table), "\(table)")
    }

    @Test func `the moments are those of the code`() throws {
        let rows = FaultPoint.allCases.map { ["`\($0.rawValue)`", $0.meaning] }
        let table = Self.table(["moment", "when"], rows)
        #expect(try Self.page().contains(table), "\(table)")
    }

    @Test func `the notes are those of the code`() throws {
        let rows = SandboxMessage.Note.allCases.map { ["`\($0.rawValue)`", $0.meaning] }
        let table = Self.table(["note", "what was seen"], rows)
        #expect(try Self.page().contains(table), "\(table)")
    }

    @Test func `every member of the JSON file is explained`() throws {
        var options = SandboxOptions()
        DialogueTests.open(&options)
        var server = try MemorySandbox(options)
        server.send("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n\r\n.\r\n")
        let json = try #require(server.kept.first).json
        let page = try Self.page()
        for line in json.split(separator: "\n") where line.hasPrefix("  \"") {
            let name = line.dropFirst(3).prefix { $0 != "\"" }
            #expect(page.contains("| `\(name)` |"), "\(name)")
        }
    }

    /// `POSTCHUTE_WRITE_DOCS=1` writes the tables instead of comparing: read the difference then.
    @Test func `the keys of a tenant file and the counts are those of the code`() throws {
        let page = try Self.page()
        var written = page
        for table in TenantTable.allCases {
            written = MarkdownTable.replaced(
                in: written,
                after: "| `\(table.head)` | value | without it | what it says |",
                by: table.keys.map { key, declaration in
                    "| `\(key)` | \(declaration.form) | \(declaration.absence)"
                        + " | \(declaration.sentence) |"
                }
            )
        }
        written = MarkdownTable.replaced(
            in: written,
            after: "| member of an account | what it counts |",
            by: RehearsalCounts.Account().members.map { "| `\($0.name)` | \($0.meaning) |" }
        )
        written = MarkdownTable.replaced(
            in: written,
            after: "| member of `violations` | which limit |",
            by: RehearsalCounts.Limit.allCases.map { "| `\($0.rawValue)` | \($0.meaning) |" }
        )
        if ProcessInfo.processInfo.environment["POSTCHUTE_WRITE_DOCS"] != nil {
            try writeFile(written.utf8, to: Self.path("docs/sandbox.md"))
        }
        #expect(written == page, "renew it: POSTCHUTE_WRITE_DOCS=1 scripts/test DocumentationTests")
    }

    @Test func `every line of a script on the page can be read`() throws {
        let blocks = try Self.page().split(separator: "```", omittingEmptySubsequences: false)
        let scripts = blocks.filter { $0.hasPrefix("faults\n") }.map { $0.dropFirst(7) }
        #expect(scripts.count == 2)
        for script in scripts { #expect(try !FaultScript(script).rules.isEmpty) }
    }

    @Test func `every fault address on the page is one`() throws {
        let page = try Self.page()
        let words = page.split { " `\n|<>,()".contains($0) }
        let addresses = words.filter { $0.hasSuffix("@fault.test") }
        #expect(addresses.count >= 10)
        // Those of Graph are tested beside it.
        for address in addresses where !address.hasPrefix("graph.") {
            let local = String(address.dropLast("@fault.test".count))
            let isFault = [FaultAddress.Role.recipient, .sender].contains {
                FaultAddress(localPart: local, role: $0) != nil
            }
            #expect(isFault, "\(address)")
        }
    }
}
