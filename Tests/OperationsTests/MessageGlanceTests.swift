import Spool
import Testing

@testable import Operations

@Suite("A message at a glance")
struct MessageGlanceTests {
    @Test func `a failed message shows its header and what can be done`() throws {
        let relay = try TestRelay()
        let name = try relay.failed("d.eml")
        let glance = try MessageGlance(relay.folders, id: name.id.text, pickup: "erp")
        #expect(glance.folder == "failed")
        #expect(glance.verbs == [.retry, .hold, .remove])
        #expect(glance.fields.first == .init(name: "From", value: "ERP <erp@example.com>"))
        #expect(!glance.isCut && !glance.isDocument && glance.complaints.isEmpty)
    }

    @Test(
        "any header is read, however broken",
        arguments: [
            ("A: b\r\n c\r\n\r\nbody", ["A=b c"], false),
            ("no field\nB:x\n\n", ["–=no field", "B=x"], false),
            (" folded first\n\n", ["–=folded first"], false),
            ("", [], false),
            ("A:", ["A="], false),
        ]
    )
    func header(text: String, fields: [String], isCut: Bool) {
        let header = HeaderFields(Array(text.utf8))
        #expect(header.fields.map { "\($0.name)=\($0.value)" } == fields)
        #expect(header.isCut == isCut)
    }

    @Test func `a header without an end and one of too many fields are cut`() {
        let many = HeaderFields(Array(String(repeating: "A: b\n", count: 5000).utf8))
        #expect(many.fields.count == HeaderFields.maximumFields && many.isCut)
        let endless = HeaderFields([UInt8](repeating: 0x41, count: HeaderFields.maximumOctets))
        #expect(endless.fields.count == 1 && endless.isCut)
        #expect((endless.fields.first?.value.utf8.count ?? 0) < 3000)
    }
}
