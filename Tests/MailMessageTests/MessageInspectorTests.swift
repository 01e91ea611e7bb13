import MailMessage
import Testing

@Suite("Message inspector")
struct MessageInspectorTests {
    private let good = "From: a@b.c\nTo: d@e.f\n"

    @Test(arguments: [
        ("", MessageDefect.empty),
        ("\nFrom: a@b.c\n\n", .noHeader),
        ("\r\nFrom: a@b.c\n\n", .noHeader),
        ("\u{FEFF}\nFrom: a@b.c\n\n", .noHeader),
        ("From a@b.c Mon Nov 23 10:15:30 2026\n", .noHeader),
        ("From a@b.c Mon Nov 23 10:15:30 2026\nHello\n", .notAField(line: 2, text: "Hello")),
        ("Hello Bob,\nhow are you?\n", .notAField(line: 1, text: "Hello Bob,")),
        (" From: a@b.c\n\n", .notAField(line: 1, text: " From: a@b.c")),
        (": a@b.c\n\n", .notAField(line: 1, text: ": a@b.c")),
        ("Fröm: a@b.c\n\n", .notAField(line: 1, text: "Fröm: a@b.c")),
        ("From: a@b.c\n>From d\nTo: d@e.f\n\n", .notAField(line: 2, text: ">From d")),
        ("From: a@b.c\nTo: d\u{0}@e.f\n\n", .nulInHeader(line: 2)),
    ])
    func `a file that does not begin with a header is refused`(
        file: String,
        expected: MessageDefect
    ) {
        #expect(defect(file) == expected)
    }

    @Test func `a NUL in the body is not the header's business`() throws {
        #expect(try inspect("\(good)\n\u{0}").bodyOffset == good.utf8.count + 1)
    }

    @Test func `the header may be as large as its limit`() throws {
        var rules = MessageRules()
        let file = "\(good)\n"
        rules.maximumHeaderOctets = file.utf8.count
        #expect(try inspect(file + "body", rules: rules).bodyOffset == file.utf8.count)
        rules.maximumHeaderOctets -= 1
        #expect(defect(file + "body", rules: rules) == .headerTooLarge(limit: file.utf8.count - 1))
    }

    @Test func `a head without empty line is too large unless it is the whole file`() {
        let inspector = MessageInspector()
        Array(good.utf8).withUnsafeBytes { head in
            #expect(throws: MessageDefect.headerTooLarge(limit: 262_144)) {
                try inspector.inspect(head, isWholeFile: false, identity: claim)
            }
            #expect(throws: Never.self) {
                try inspector.inspect(head, isWholeFile: true, identity: claim)
            }
        }
    }

    @Test func `the inspector asks for the limit and a line end more`() {
        #expect(MessageInspector().headOctets == 262_148)
    }

    @Test func `fields are limited in number and length`() throws {
        var rules = MessageRules()
        rules.maximumFields = 3
        rules.maximumFieldOctets = 40
        let third = "Subject: " + String(repeating: "x", count: 29)
        #expect(try inspect("\(good)\(third)\n\n", rules: rules).recipients == ["d@e.f"])
        #expect(
            defect("\(good)\(third)x\n\n", rules: rules)
                == .fieldTooLarge(name: "Subject", limit: 40)
        )
        #expect(
            defect("\(good)Subject: x\n \(third)\n\n", rules: rules)
                == .fieldTooLarge(name: "Subject", limit: 40)
        )
        #expect(defect("\(good)A: 1\nB: 2\n\n", rules: rules) == .tooManyFields(limit: 3))
    }

    @Test func `subject and author are decoded for people`() throws {
        let message = try inspect(
            "From: =?iso-8859-1?Q?M=FCller?= <a@b.c>\nTo: d@e.f\nSubject: =?utf-8?B?4oKsIDU=?=\n\n"
        )
        #expect(message.from == "Müller <a@b.c>")
        #expect(message.subject == "€ 5")
        #expect(try inspect("\(good)\n").subject == nil)
    }
}
