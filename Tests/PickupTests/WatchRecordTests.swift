import Testing

@testable import Pickup

@Suite("Watch record")
struct WatchRecordTests {
    struct Case: CustomTestStringConvertible {
        var text: String
        var record: WatchRecord
        var testDescription: String { text.debugDescription }
    }

    static let cases = [
        Case(text: "R", record: .ready),
        Case(text: "O", record: .overflow),
        Case(text: "G\t/srv/a", record: .folderGone(Array("/srv/a".utf8))),
        Case(text: "B\t/srv/a\tb\n", record: .folderBack(Array("/srv/a\tb\n".utf8))),
        Case(text: "F\t28\t/srv/a", record: .unwatched(Array("/srv/a".utf8), number: 28)),
        Case(
            text: "E\tCREATE,ISDIR\t/srv/a/new",
            record: .event(
                [.created, .isFolder],
                folder: Array("/srv/a".utf8),
                name: Array("new".utf8)
            )
        ),
        Case(
            text: "E\tCLOSE_WRITE,CLOSE\t/srv/a/t\tab\nx.eml",
            record: .event(
                .closedAfterWriting,
                folder: Array("/srv/a".utf8),
                name: Array("t\tab\nx.eml".utf8)
            )
        ),
        Case(
            text: "E\tATTRIB\t/srv/a/",
            record: .event(.attributes, folder: Array("/srv/a".utf8), name: [])
        ),
        Case(
            text: "E\tMOVED_TO,MOVE\t/x.eml",
            record: .event(.movedIn, folder: [], name: Array("x.eml".utf8))
        ),
    ]

    @Test(arguments: cases)
    func `every kind is read`(_ example: Case) throws {
        #expect(try records(Array(example.text.utf8) + [0]) == [example.record])
    }

    @Test func `records are cut anywhere`() throws {
        let stream = Self.cases.flatMap { (example) -> [UInt8] in Array(example.text.utf8) + [0] }
        var parser = WatchRecordParser()
        var found: [WatchRecord] = []
        for octet in stream { try parser.read([octet]) { found.append($0) } }
        #expect(found == Self.cases.map(\.record))
        #expect(try records(stream) == found)
    }

    @Test func `an unfinished record is not reported`() throws {
        #expect(try records(Array("O\0G\t/srv".utf8)) == [.overflow])
    }

    @Test func `names need not be text`() throws {
        let octets: [UInt8] = Array("E\tCREATE\t/a/".utf8) + [0xFF, 0x09, 0x0A] + [0]
        let expected = WatchRecord.event(
            .created,
            folder: Array("/a".utf8),
            name: [0xFF, 0x09, 0x0A]
        )
        #expect(try records(octets) == [expected])
    }

    @Test(arguments: [
        "", "X", "R\t", "G", "E", "E\tCREATE", "E\tCREATE\tnoslash", "F\tx\t/a", "RR",
    ])
    func `anything else is garbage`(_ text: String) {
        #expect(throws: WatchRecordParser.Garbage.self) { try records(Array(text.utf8) + [0]) }
    }

    @Test func `a record without end is garbage and does not grow`() {
        var parser = WatchRecordParser()
        let endless = repeatElement(UInt8(ascii: "E"), count: WatchRecordParser.maximumOctets + 1)
        #expect(throws: WatchRecordParser.Garbage.self) { try parser.read(endless) { _ in } }
    }

    private func records(_ octets: [UInt8]) throws -> [WatchRecord] {
        var parser = WatchRecordParser()
        var found: [WatchRecord] = []
        try parser.read(octets) { found.append($0) }
        return found
    }
}
