import MailMessage
import Testing

@Suite("Part reader")
struct PartReaderTests {
    private static let mixed = """
        From: a@example.com
        Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
        Content-Type: multipart/mixed; boundary="out"

        preamble
        --out
        Content-Type: multipart/alternative; boundary=in

        --in

        plain
        text
        --in
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        <p>Gr=C3=BC=
        sse</p>  
        --in--
        --out
        Content-Type: application/pdf; name="x.pdf"
        Content-Transfer-Encoding: base64
        Content-Disposition: attachment; filename*=utf-8''%C3%BC%20x.pdf

        SGVsbG8s
        IHdvcmxkIQ==
        --out
        Content-Type: image/png
        Content-ID: <pic@x>
        Content-Transfer-Encoding: base64

        AAEC
        --out
        Content-Type: message/rfc822

        Subject: inner

        --in
        inner text
        --out--
        epilogue

        """

    @Test func `parts come with their names and their decoded octets`() throws {
        let read = Self.read(Self.mixed)
        #expect(
            read.leaves.map(\.part.type) == [
                "text/plain", "text/html", "application/pdf", "image/png", "message/rfc822",
            ]
        )
        #expect(
            read.leaves.map(\.text) == [
                "plain\r\ntext", "<p>Grüsse</p>", "Hello, world!", "\u{0}\u{1}\u{2}",
                "Subject: inner\r\n\r\n--in\r\ninner text",
            ]
        )
        #expect(read.leaves.map(\.part.name) == ["", "", "ü x.pdf", "", ""])
        #expect(read.leaves.map(\.part.isAttachment) == [false, false, true, false, false])
        #expect(read.leaves.map(\.part.isInline) == [false, false, false, true, false])
        #expect(read.leaves[3].part.contentID == "pic@x")
        #expect(read.leaves[0].part.alternative == read.leaves[1].part.alternative)
        #expect(read.leaves[0].part.alternative != nil)
        #expect(read.leaves[2].part.alternative == nil)
        #expect(read.fields.first { $0.key == "subject" }?.text == "Grüße")
    }

    @Test func `where chunks end makes no difference`() {
        var generator = SeededGenerator(seed: 9)
        let whole = Self.read(Self.mixed)
        let octets = Array(Self.mixed.replacing("\n", with: "\r\n").utf8)
        for _ in 0..<200 {
            #expect(Self.read(randomChunks(octets, &generator)) == whole)
        }
    }

    @Test(arguments: [
        ("From: a\n\nbody", ["body\r\n"]),
        ("From: a\n\n", [""]),
        ("From: a", [""]),
        ("Content-Transfer-Encoding: base64\n\nAA\n==AA\n", ["\u{0}"]),
        ("Content-Transfer-Encoding: quoted-printable\n\na=\n=3Db=\n", ["a=b"]),
        ("Content-Transfer-Encoding: quoted-printable\n\na=ZZ=4\n", ["a=ZZ=4\r\n"]),
        ("Content-Type: multipart/mixed; boundary=x\n\nnothing\n", []),
        ("Content-Type: multipart/mixed; boundary=x\n\n--x\n\n--x--\n", [""]),
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--xy\n--x \n\nb",
            ["a\r\n--xy", "b\r\n"]
        ),
    ])
    func `odd messages are read as far as they go`(message: String, expected: [String]) {
        #expect(Self.read(message).leaves.map(\.text) == expected)
    }

    @Test func `signatures, ciphers and armour are seen`() {
        let signed = "Content-Type: multipart/signed; boundary=x\n\n--x\n\na\n--x--\n"
        #expect(Self.read(signed).leaves.map(\.part.isProtected) == [true])
        let pkcs7 = "Content-Type: application/pkcs7-mime\n\na\n"
        #expect(Self.read(pkcs7).leaves.map(\.part.isProtected) == [true])
        #expect(Self.read("From: a\n\n-----BEGIN PGP MESSAGE-----\n").hasArmour)
        #expect(!Self.read("From: a\n\nno -----BEGIN PGP MESSAGE-----\n").hasArmour)
    }

    @Test func `what is too deep, too much or unknown is not read on`() {
        let deep = (0..<40).map {
            "Content-Type: multipart/mixed; boundary=b\($0)x\n\n--b\($0)x\n"
        }.joined()
        #expect(Self.read(deep).obstacle == .tooDeep)
        let many =
            "Content-Type: multipart/mixed; boundary=x\n\n"
            + String(repeating: "--x\n\n", count: 300)
        #expect(Self.read(many).obstacle == .tooManyParts)
        let long =
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nA: "
            + String(repeating: "a", count: 2_000_000)
        #expect(Self.read(long).obstacle == .headerTooLarge)
        let unknown = "Content-Transfer-Encoding: x-uuencode\n\nbegin"
        #expect(Self.read(unknown).obstacle == .unknownEncoding)
    }

    @Test func `a line without end is passed on in pieces`() {
        let line = String(repeating: "x", count: 100_000)
        #expect(Self.read("From: a\n\n\(line)\nb\n").leaves.map(\.text) == ["\(line)\r\nb\r\n"])
    }

    @Test(arguments: [
        ("attachment; filename=plain.txt", "plain.txt"),
        (#"attachment; filename="a;b\"c.txt""#, #"a;b"c.txt"#),
        ("attachment; filename*0=one; filename*1=two.txt", "onetwo.txt"),
        ("attachment; filename*0*=utf-8''%C3%BC; filename*1*=%20x; filename*2=y", "ü xy"),
        ("attachment; filename*=iso-8859-1'de'%FC", "ü"),
        ("attachment; filename*=nonsense%", "nonsense%"),
        (#"attachment; filename="=?utf-8?B?w7w=?=.txt""#, "ü.txt"),
        ("attachment", ""),
    ])
    func `a file's name is read in every form`(disposition: String, name: String) {
        let read = Self.read("Content-Disposition: \(disposition)\n\nx")
        #expect(read.leaves.first?.part.name == name)
    }

    @Test(
        arguments: [
            ("utf-8", [0xC3, 0xBC], "ü"), ("windows-1252", [0xFC], "ü"), ("", [0xFC], "ü"),
            ("iso-2022-jp", [0x41], nil),
        ] as [(String, [UInt8], String?)]
    )
    func `a text is read in its character set, or not at all`(
        charset: String,
        octets: [UInt8],
        expected: String?
    ) {
        let type = charset.isEmpty ? "text/plain" : "text/plain; charset=\"\(charset)\""
        let read = Self.read("Content-Type: \(type)\n\nx")
        #expect(read.leaves.first?.part.text(octets) == expected)
    }

    private struct Read: Equatable {
        struct Leaf: Equatable {
            var part: MessagePart
            var octets: [UInt8] = []
            var text: String { String(decoding: octets, as: UTF8.self) }
        }
        var fields: [MessageField] = []
        var leaves: [Leaf] = []
        var obstacle: PartReader.Obstacle?
        var hasArmour = false
    }

    private static func read(_ message: String) -> Read {
        read([Array(message.replacing("\n", with: "\r\n").utf8)])
    }

    private static func read(_ chunks: [[UInt8]]) -> Read {
        var read = Read()
        var reader = PartReader()
        func take(_ events: [PartReader.Event]) {
            for event in events {
                switch event {
                case .header(let fields): read.fields = fields
                case .begin(let part): read.leaves.append(Read.Leaf(part: part))
                case .octets(let octets): read.leaves[read.leaves.count - 1].octets += octets
                case .end: break
                }
            }
        }
        for chunk in chunks { take(chunk.withUnsafeBytes { reader.read($0) }) }
        take(reader.finish())
        read.obstacle = reader.obstacle
        read.hasArmour = reader.hasArmour
        return read
    }
}
