import MailMessage
import Testing

@Suite("Repairs of the file")
struct FileRepairTests {
    private static let text =
        "From: a@b.c\r\nTo: d@e.f\r\nDate: x\r\nMessage-ID: <1@b>\r\n\r\nbody\r\n"

    /// UTF-16 as PowerShell's `Out-File` writes it.
    private static func utf16(
        _ text: String,
        bigEndian: Bool = false,
        hasMark: Bool = true
    ) -> [UInt8] {
        ((hasMark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit in
            let octets = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return bigEndian ? octets : octets.reversed()
        }
    }

    @Test(arguments: [false, true], [false, true])
    func `UTF-16 with a byte order mark or without becomes UTF-8`(
        bigEndian: Bool,
        hasMark: Bool
    ) throws {
        let file = Self.utf16(Self.text, bigEndian: bigEndian, hasMark: hasMark)
        let message = try outgoing(file)
        #expect(message.text == Self.text)
        #expect(message.words == ["utf-16"])
    }

    @Test(
        arguments: [
            [0x46, 0, 0, 0], [0, 0, 0x46, 0], [0x46, 0, 0x72, 0x6F], [0x46, 0, 1, 0],
            [0xFC, 0, 0xFC, 0], [0x46, 0, 0, 0x72],
        ] as [[UInt8]]
    )
    func `a NUL at the start of a file does not make it UTF-16`(start: [UInt8]) {
        #expect(throws: MessageDefect.nulInHeader(line: 1)) {
            try outgoing(start + Array(Self.text.utf8))
        }
    }

    @Test func `UTF-16 text outside ASCII is labelled as the UTF-8 it became`() throws {
        let header =
            "From: a@b.c\r\nTo: d@e.f\r\nDate: x\r\nMessage-ID: <1@b>\r\nMIME-Version: 1.0\r\n"
        let message = try outgoing(
            Self.utf16("\(header)Content-Type: text/html; charset=\"utf-16\"; x=y\r\n\r\n😀 für\r\n")
        )
        #expect(
            message.text
                == "\(header)Content-Type: text/html; charset=utf-8; x=y\r\n\r\n😀 für\r\n"
        )
        #expect(message.message.has8Bit)
    }

    @Test(
        arguments: [
            [0xFF, 0xFE, 0x46], [0xFF, 0xFE, 0x3D, 0xD8], [0xFF, 0xFE, 0x3D, 0xD8, 0x41, 0x00],
        ] as [[UInt8]]
    )
    func `half a character of UTF-16 refuses the file`(end: [UInt8]) {
        let file = Self.utf16(Self.text) + end.dropFirst(2)
        #expect(throws: MessageDefect.brokenUTF16) { try outgoing(file) }
    }

    @Test func `a UTF-8 byte order mark goes`() throws {
        let message = try outgoing(Array("\u{FEFF}X-Receiver: r@e.f\r\n\(Self.text)".utf8))
        #expect(message.text == Self.text)
        #expect(message.words == ["byte-order-mark"])
        #expect(message.inspected.recipients == ["r@e.f"])
    }

    @Test func `a mailbox's line goes, and X-Receiver below it still stands at the top`() throws {
        let line = "From a@b.c Mon Nov 23 10:15:30 2026\r\n"
        let message = try outgoing(Array("\(line)X-Receiver: r@e.f\r\n\(Self.text)".utf8))
        #expect(message.text == Self.text)
        #expect(message.words == ["mbox-line"])
        #expect(message.inspected.recipients == ["r@e.f"])
        #expect(try outgoing(Array("\u{FEFF}\(line)\(Self.text)".utf8)).text == Self.text)
    }

    @Test(arguments: [1, 7, 1000])
    func `a second message in a mailbox refuses the file`(length: Int) {
        let next = "\r\n\r\nFrom a@b.c Mon Nov 23 10:15:30 2026\r\nFrom: a@b.c\r\n\r\nx"
        let file = Array("From a@b.c Mon Nov 23 10:15:30 2026\r\n\(Self.text)\(next)".utf8)
        #expect(throws: MessageDefect.severalMessages) {
            try outgoing(file) { body in
                stride(from: 0, to: body.count, by: length).map {
                    Array(body[$0..<min($0 + length, body.count)])
                }
            }
        }
    }

    @Test(arguments: [
        "From here on it is easy: 10:15 is the time we said we would all meet\r\n",
        "\r\nFrom now on: yes\r\n", "x\r\nFrom a@b.c Mon Nov 23 10:15:30 2026\r\n",
    ])
    func `text that begins with From is text`(text: String) throws {
        let line = "From a@b.c Mon Nov 23 10:15:30 2026\r\n"
        #expect(try outgoing(Array("\(line)\(Self.text)\(text)".utf8)).words == ["mbox-line"])
        // Without a mailbox's line the file is none.
        let file = "\(Self.text)\r\nFrom a@b.c Mon Nov 23 10:15:30 2026\r\n"
        #expect(try outgoing(Array(file.utf8)).words == [])
    }

    @Test func `doubled dots become single where the pickup says so`() throws {
        var rules = MessageRules()
        rules.isDotStuffed = true
        let file = Array("\(Self.text)..\r\n...x\r\na.b\r\n.".utf8)
        let message = try outgoing(file + "y\r\n.\r\n \r\n".utf8, rules: rules)
        #expect(message.text == "\(Self.text).\r\n..x\r\na.b\r\ny\r\n")
        #expect(message.words == ["dot-stuffing"])
        #expect(try outgoing(Array(Self.text.utf8), rules: rules).words == [])
        #expect(throws: MessageDefect.severalMessages) {
            try outgoing(Array("\(Self.text).\r\nMAIL FROM:<x@y.z>\r\n".utf8), rules: rules)
        }
    }

    @Test(arguments: [" \r\nHello, Bob\r\n", "\t \nHello\n", " \r\n\u{FC}ber: x\r\n"])
    func `a line of white space ends the header where nothing of it can follow`(
        rest: String
    ) throws {
        let header = "From: a@b.c\r\nTo: d@e.f\r\nDate: x\r\nMessage-ID: <1@b>\r\n"
        let message = try outgoing(Array("\(header)\(rest)".utf8))
        #expect(message.text.hasPrefix("\(header)"))
        #expect(message.text.contains("\r\n\r\n"))
        #expect(message.words.contains("blank-line"))
    }

    @Test func `a line of white space among fields is a fold, and does not go out`() throws {
        let message = try outgoing(
            Array("From: a@b.c\r\n \r\nTo: d@e.f,\r\n\t\r\n g@h.i\r\nDate: x\r\n".utf8)
                + "Message-ID: <1@b>\r\n\r\n".utf8
        )
        #expect(
            message.text
                == "From: a@b.c\r\nTo: d@e.f,\r\n g@h.i\r\nDate: x\r\nMessage-ID: <1@b>\r\n\r\n"
        )
        #expect(message.words == ["blank-line"])
        #expect(message.inspected.recipients == ["d@e.f", "g@h.i"])
    }

    @Test(arguments: Repair.allCases.filter(\.canBeSwitchedOff))
    func `a repair that is switched off is not made`(repair: Repair) throws {
        var rules = MessageRules()
        rules.withheld = [repair]
        let file = try #require(Self.needing[repair])
        #expect(try outgoing(file).words.contains(repair.rawValue) || repair == .eightBit)
        do throws(MessageDefect) {
            let message = try outgoing(file, rules: rules)
            #expect(!message.words.contains(repair.rawValue))
            #expect(Self.left.contains(repair) || message.sevenBitText == nil)
        } catch {
            #expect(error == .switchedOff(repair))
            #expect(!Self.left.contains(repair))
        }
    }

    private static let left: Set<Repair> = [
        .date, .messageID, .mimeVersion, .contentType, .headerText, .headerFold,
    ]

    /// A file that needs the repair.
    private static let needing: [Repair: [UInt8]] = {
        let header = "From: a@b.c\r\nTo: d@e.f\r\n"
        let long = String(repeating: "word ", count: 300)
        let binary = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n"
        let files: [Repair: String] = [
            .byteOrderMark: "\u{FEFF}\(text)", .lineEnds: "\(header)\r\nx\n",
            .mailboxLine: "From a@b.c Mon Nov 23 10:15:30 2026\r\n\(text)",
            .blankLine: "\(header) \r\nHello\r\n", .emptyLine: header, .date: "\(header)\r\n",
            .messageID: "\(header)\r\n", .mimeVersion: "Content-Type: text/plain\r\n\(text)",
            .contentType: "\(header)\r\nfür\r\n", .headerText: "Subject: für\r\n\(text)",
            .headerFold: "Subject: \(long)\r\n\(text)", .longLines: "\(text)\(long)\r\n",
            .binaryPart: "\(binary)\(text)", .eightBit: "\(text)für\r\n",
        ]
        return files.mapValues { Array($0.utf8) }.merging([.utf16: utf16(text)]) { $1 }
    }()
}
