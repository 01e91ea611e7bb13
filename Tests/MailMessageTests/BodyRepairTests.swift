import MailMessage
import Testing

@Suite("Repairs of the body")
struct BodyRepairTests {
    private let top = "From: a@b.c\r\nTo: d@e.f\r\nDate: x\r\nMessage-ID: <1@b>\r\n"
    private let mime = "MIME-Version: 1.0\r\n"
    private let long = String(repeating: "word ", count: 250)

    private func multipart(_ parts: String..., subtype: String = "mixed") -> String {
        "\(top)\(mime)Content-Type: multipart/\(subtype); boundary=b\r\n\r\npreamble\r\n"
            + parts.map { "--b\r\n\($0)\r\n" }.joined() + "--b--\r\nepilogue\r\n"
    }

    /// Sends in pieces of every kind and checks that they make no difference.
    private func send(_ text: String, rules: MessageRules = MessageRules()) throws -> Outgoing {
        let file = Array(text.utf8)
        let whole = try outgoing(file, rules: rules)
        for length in [1, 2, 3, 64] {
            let pieces = try outgoing(file, rules: rules) { body in
                stride(from: 0, to: body.count, by: length).map {
                    Array(body[$0..<min($0 + length, body.count)])
                }
            }
            #expect(pieces.message.segments == whole.message.segments)
            #expect(pieces.message.octets == whole.message.octets)
            #expect(pieces.message.sevenBit == whole.message.sevenBit)
            #expect(pieces.words == whole.words)
            #expect(wireForm(of: whole.message.segments, file, pieces: length) == whole.wire)
        }
        return whole
    }

    @Test func `a text with long lines becomes quoted-printable`() throws {
        let message = try send("\(top)\r\nshort \r\n.\(long)\r\nx=1")
        let lines = message.text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let label = "Content-Transfer-Encoding: quoted-printable\r\n"
        #expect(message.text.hasPrefix("\(top)\(mime)\(label)\r\nshort=20\r\n.word word"))
        #expect(message.text.hasSuffix(" word=20\r\nx=3D1\r\n"))
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(message.words == ["long-lines"])
        #expect(message.message.octets == nil)
    }

    @Test(arguments: [
        ("word ", ""), ("f=C3=BCr ", "Content-Type: text/plain; charset=utf-8\r\n"),
    ])
    func `a field about the content that says nothing is no second one`(
        beginning: String,
        type: String
    ) throws {
        let blank = "MIME-Version:\r\nContent-Type: \r\nContent-Transfer-Encoding:\r\n \r\n"
        let text = beginning.replacing("=C3=BC", with: "ü")
        let label = "Content-Transfer-Encoding: quoted-printable\r\n"
        let message = try send("\(top)\(blank)\r\n\(text)\(long)\r\n")
        #expect(message.text.hasPrefix("\(top)\(mime)\(type)\(label)\r\n\(beginning)word"))
        #expect(try send("\(top)\(blank)\r\nx").text == "\(top)\r\nx\r\n")
        let said = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n"
        let base64 = String(repeating: "QUJD", count: 300)
        #expect(
            try send("\(top)\(blank)\(said)\r\n\(base64)").text
                .hasPrefix("\(top)\(said)\r\n\(base64.prefix(76))\r\nQUJD")
        )
    }

    @Test(arguments: 0...5, ["x", "xx"])
    func `carriage returns before a delimiter move no part`(count: Int, text: String) throws {
        let returns = String(repeating: "\r", count: count)
        let label = "Content-Type: application/xml\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        let part = "\(label)ü\(text)"
        let message = try send(multipart("\(part)\(returns)", "\r\nx"))
        // The last one belongs to the line end: CR LF, or CR CR LF.
        let ends = String(repeating: "\r\n", count: max(count, 1))
        #expect(message.text.contains("\(part)\(ends)--b\r\n"))
        #expect(message.message.sevenBit != nil)
    }

    @Test func `only the part with long lines is touched`() throws {
        let good = "Content-Type: text/plain\r\n\r\n für = x \r\n"
        let data = "Content-Type: application/xml\r\nContent-Transfer-Encoding: 8bit\r\n"
        let file = multipart(good, "\(data)\r\n<a>\(long)</a>", good)
        let message = try send(file)
        let parts = message.text.components(separatedBy: "--b\r\n")
        #expect(parts[1] == "\(good)\r\n")
        #expect(parts[3].hasPrefix("\(good)\r\n--b--\r\nepilogue\r\n"))
        let encoded = data.replacing("8bit", with: "base64")
        #expect(parts[2].hasPrefix("\(encoded)\r\nPGE+d29yZCB3b3Jk"))
        #expect(decodedBase64(parts[2].components(separatedBy: "\r\n\r\n")[1]) == "<a>\(long)</a>")
        #expect(message.words == ["long-lines"])
        #expect(message.message.has8Bit)
    }

    @Test func `base64 in one line is broken, quoted-printable is broken softly`() throws {
        let base64 = String(repeating: "QUJD", count: 300)
        let printable = String(repeating: "f=C3=BCr  ", count: 110)
        let message = try send(
            multipart(
                "Content-Transfer-Encoding: base64\r\n\r\n\(base64)",
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n\(printable)=\r\nx \r\n"
            )
        )
        let parts = message.text.components(separatedBy: "--b\r\n")
        let lines = parts[1].split(separator: "\r\n").dropFirst()
        #expect(lines.joined() == base64)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        let soft = parts[2].components(separatedBy: "\r\n\r\n")[1]
        #expect(soft.replacing("=\r\n", with: "").hasPrefix("\(printable)x"))
        #expect(soft.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
        #expect(!soft.contains("=C=\r\n") && !soft.contains("==\r\n"))
    }

    @Test func `a binary part keeps its very octets`() throws {
        let content = "a\nb\rc\r\r\nd"
        let message = try send(
            multipart(
                "Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                    + content
            )
        )
        let part = message.text.components(separatedBy: "--b\r\n")[1]
        #expect(decodedBase64(part.components(separatedBy: "\r\n\r\n")[1]) == content)
        #expect(message.words == ["binary-part"])
    }

    @Test(arguments: [
        ("\r\n", "\rx\ny\r", "\r\n", ["binary-part"]),
        ("\r", "\rx\r\r", "\r\n", ["line-ends", "binary-part"]),
        ("\r\n", "x", "\n", ["line-ends", "binary-part"]),
    ])
    func `only what ends a line around a binary part is a line end`(
        blank: String,
        content: String,
        end: String,
        words: [String]
    ) throws {
        let part = "Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\(blank)"
        let file = multipart("\(part)\(content)", "\r\nx")
            .replacing("--b\r\n\r\nx", with: "--b\(end)\r\nx")
        #expect(try send(file).words == words)
    }

    @Test func `the leaf of an attached message is encoded, not the message`() throws {
        let inner = "Subject: inner\r\nContent-Type: text/plain\r\n\r\n\(long)"
        let message = try send(multipart("Content-Type: message/rfc822\r\n\r\n\(inner)"))
        #expect(
            message.text.contains(
                "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: text/plain\r\n"
                    + "Content-Transfer-Encoding: quoted-printable\r\n\r\nword word"
            )
        )
    }

    @Test(arguments: [
        ("signed", "Content-Type: text/plain\r\n\r\n", PartObstacle.protected),
        ("encrypted", "Content-Type: application/octet-stream\r\n\r\n", .protected),
        ("mixed", "Content-Type: application/pkcs7-mime\r\n\r\n", .protected),
        ("mixed", "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n", .protected),
        ("mixed", "Content-Transfer-Encoding: x-uuencode\r\n\r\n", .encoding),
        ("mixed", "Content-Type: text/plain; x=", .structure),
    ])
    func `a part that must not change refuses the message`(
        subtype: String,
        start: String,
        obstacle: PartObstacle
    ) {
        let file = multipart("\(start)\(long)\r\n\r\n", subtype: subtype)
        #expect(defect(file) == .longLines(obstacle))
    }

    @Test func `a body that a signature covers refuses the message rather than change`() {
        #expect(defect("DKIM-Signature: h=From\r\n\(top)\r\n\(long)") == .longLines(.protected))
        #expect(defect("DKIM-Signature: h=From\r\n\(top)\r\nshort") == nil)
    }

    @Test func `lines that are too long outside the parts refuse the message`() {
        let file = multipart("\r\nx").replacing("preamble", with: long)
        #expect(defect(file) == .longLines(.structure))
    }

    @Test func `a server without 8BITMIME gets the same text in seven bits`() throws {
        let type = "Content-Type: text/plain; charset=utf-8\r\n"
        let message = try send(
            multipart(
                "\(type)Content-Transfer-Encoding: 8bit\r\n\r\nfür dich",
                "Content-Type: text/plain\r\n\r\nplain"
            )
        )
        #expect(message.words == [])
        let text = try #require(message.sevenBitText)
        #expect(
            text.contains(
                "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nf=C3=BCr dich\r\n--b\r\n"
                    + "Content-Type: text/plain\r\n\r\nplain\r\n--b--"
            )
        )
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        #expect(try #require(message.message.sevenBit).octets >= text.utf8.count)
    }

    @Test func `eight bits between the parts or in what is signed cannot become seven`() throws {
        let eight = "Content-Type: text/plain\r\n\r\nfür"
        #expect(try send(multipart(eight, subtype: "signed")).sevenBitText == nil)
        let preamble = multipart("\r\nx").replacing("preamble", with: "für")
        #expect(try send(preamble).sevenBitText == nil)
        #expect(try send("DKIM-Signature: h=From\r\n\(top)\r\nfür").sevenBitText == nil)
    }

    @Test func `parts are limited in number, depth and header`() throws {
        var rules = MessageRules()
        rules.maximumParts = 2
        rules.maximumDepth = 2
        #expect(defect(multipart("\r\na", "\r\nb"), rules: rules) == nil)
        let three = multipart("\r\na", "\r\nb", "\r\nc")
        #expect(defect(three, rules: rules) == .tooManyParts(limit: 2))
        let nested = "Content-Type: message/rfc822\r\n\r\n"
        #expect(defect(multipart("\(nested)x: y\r\n\r\nz"), rules: rules) == nil)
        #expect(defect(multipart("\(nested)\(nested)x"), rules: rules) == .tooDeep(limit: 2))
        let header = String(repeating: "X: y\r\n", count: 11_000)
        #expect(defect(multipart("\(header)\r\nx")) == .partHeaderTooLarge(limit: 65_536))
    }

    @Test(arguments: ["\n", "\r", "\r\r\n"])
    func `parts are found whatever ends the lines`(end: String) throws {
        let data = "Content-Type: text/plain\r\n\r\n\(long)\r\n"
        let file = multipart(data, "\r\nx").replacing("\r\n", with: end)
        let message = try send(file)
        #expect(message.text == (try send(multipart(data, "\r\nx"))).text)
        #expect(message.words == ["line-ends", "long-lines"])
    }

    @Test(arguments: ["--bb", "--b-", "-- b", "--B", "x--b"])
    func `a line that only resembles a delimiter is text`(line: String) throws {
        let file = multipart("Content-Type: text/plain\r\n\r\n\(line)\r\n\(long)\r\n\(line)\r\n")
        #expect(try send(file).text.contains("\r\n\r\n\(line)\r\nword word"))
    }
}

/// The octets of base64 lines, as text.
func decodedBase64(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var octets: [UInt8] = []
    var bits = 0
    var count = 0
    for octet in text.utf8 {
        if octet == UInt8(ascii: "-") { break }
        guard let digit = alphabet.firstIndex(of: octet) else { continue }
        bits = bits << 6 | digit
        count += 6
        if count >= 8 {
            count -= 8
            octets.append(UInt8(truncatingIfNeeded: bits >> count))
        }
    }
    return String(decoding: octets, as: UTF8.self)
}

extension String {
    /// The text between separators.
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
