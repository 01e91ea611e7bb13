import Submission
import Testing

@testable import Sandbox

/// Holds the refusals of the sandbox against the rows that Postchute judges them by.
@Suite("Fault catalogue")
struct FaultCatalogueTests {
    @Test(arguments: FaultCatalogue.entries)
    func `a refusal is classified by the row it was made for`(entry: FaultCatalogue.Entry) throws {
        let row = try #require(ReplyCatalogue.rows.first { $0.name == entry.row })
        let code = try #require(ReplyCode(entry.code))
        let reply = Reply(code, lines: [entry.line])
        #expect(ReplyCatalogue.row(for: reply, at: row.phase)?.name == row.name)
    }

    @Test(arguments: ReplyCatalogue.rows)
    func `every row can be asked for by its name`(row: CatalogueRow) throws {
        let entry = try #require(FaultCatalogue.entries.first { $0.localPart == row.name })
        #expect(entry.row == row.name)
        let address = try #require(FaultAddress(localPart: row.name, role: .sender))
        #expect(address.fault.effect == .reply(SandboxReply(entry.code, entry.line)))
    }
}
