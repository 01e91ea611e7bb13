import Foundation
import MailMessage
import Submission
import Testing

@testable import GraphSubmission

@Suite("Encodings of a Graph request")
struct EncodingTests {
    @Test func `base64 is the same as Foundation's, wherever chunks end`() {
        var generator = SeededGenerator(seed: 5)
        for round in 0..<3000 {
            let octets = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            var stream = Base64Stream()
            var output: [UInt8] = []
            for chunk in chunks(octets, &generator) {
                chunk.withUnsafeBytes { stream.encode($0, into: &output) }
                // The last digits wait: nobody can take what went out for the whole.
                #expect(octets.isEmpty || output.count < MimeEncoder.encodedOctets(octets.count))
            }
            stream.finish(into: &output)
            #expect(output == Array(Data(octets).base64EncodedString().utf8), "round \(round)")
            #expect(output.count == MimeEncoder.encodedOctets(octets.count))
        }
    }

    @Test func `a message is un-stuffed and encoded, wherever chunks end`() {
        var generator = SeededGenerator(seed: 6)
        let alphabet: [UInt8] = [13, 10, 46, 46, 97, 0xFF]
        for _ in 0..<3000 {
            let content = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            var wireEncoder = WireEncoder()
            var wire: [UInt8] = []
            content.withUnsafeBytes { wireEncoder.encode($0, into: &wire) }
            wireEncoder.finish(into: &wire)
            var encoder = MimeEncoder(prefix: Array("Bcc: x\r\n".utf8))
            var output: [UInt8] = []
            for chunk in chunks(wire, &generator) { encoder.encode(chunk, into: &output) }
            #expect(encoder.isComplete)
            let withheld = output.count
            encoder.finish(into: &output)
            #expect(withheld < output.count)
            let text = "Bcc: x\r\n" + unstuffed(wire)
            #expect(
                output
                    == Array(
                        Data(text.unicodeScalars.map { UInt8($0.value) })
                            .base64EncodedString().utf8
                    )
            )
            #expect(encoder.octets == text.unicodeScalars.count)
        }
    }

    /// The rule once more, a line at a time; octets as characters of Latin-1.
    private func unstuffed(_ wire: [UInt8]) -> String {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for octet in wire {
            line.append(octet)
            if octet == 10 {
                lines.append(line)
                line = []
            }
        }
        let kept = lines.dropLast().flatMap { $0.first == 46 ? Array($0.dropFirst()) : $0 }
        var text = ""
        for octet in kept { text.unicodeScalars.append(Unicode.Scalar(octet)) }
        return text
    }

    private func chunks(_ octets: [UInt8], _ generator: inout SeededGenerator) -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var rest = octets[...]
        while !rest.isEmpty {
            let length = Int.random(in: 0...min(7, rest.count), using: &generator)
            chunks.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return chunks
    }

    @Test func `Bcc has one address in each line, quoted where it needs quotes`() throws {
        #expect(bccField([]) == [])
        let quoted = try #require(MailAddress(localPart: "odd, one", domain: "example.org"))
        let field = bccField([try address("b@example.org"), quoted, try address("c@[192.0.2.1]")])
        #expect(
            String(decoding: field, as: UTF8.self) == """
                Bcc: <b@example.org>,\r
                 <"odd, one"@example.org>,\r
                 <c@[192.0.2.1]>\r\n
                """
        )
    }

    @Test func `five hundred hidden recipients make no line too long, and can be read again`()
        throws
    {
        let local = String(repeating: "x", count: 60)
        let addresses = try (0..<500).map { try address("\(local)\($0)@example.org") }
        let field = bccField(addresses)
        let lines = String(decoding: field, as: UTF8.self).split(separator: "\r\n")
        #expect(lines.count == 500)
        #expect(lines.allSatisfy { $0.utf8.count <= 998 })
        let asTo = Array("To:".utf8) + field.dropFirst(4)
        #expect(HeaderRecipients(of: asTo).addresses == addresses)
    }

    @Test(arguments: [
        ("erp@contoso.com", "erp@contoso.com"),
        ("o'neil+x@contoso.com", "o%27neil%2Bx@contoso.com"),
        ("a/../b?c#d%e f@x", "a%2F..%2Fb%3Fc%23d%25e%20f@x"),
        ("jürgen@x", "j%C3%BCrgen@x"),
        ("\u{1}\n", "%01%0A"),
    ])
    func `a mailbox is one segment of the path`(mailbox: String, expected: String) throws {
        #expect(percentEncoded(mailbox) == expected)
        let endpoint = try #require(GraphEndpoint("https://graph.example.com/"))
        #expect(
            endpoint.url(ofUser: mailbox, "/sendMail")
                == "https://graph.example.com/v1.0/users/\(expected)/sendMail"
        )
    }

    @Test(
        arguments: [
            ("https://graph.microsoft.com", "graph.microsoft.com"),
            ("https://GRAPH.microsoft.com/", "graph.microsoft.com"),
            ("https://127.0.0.1:8443/graph", "127.0.0.1"),
            ("http://127.0.0.1:8443", "127.0.0.1"),
            ("http://localhost", "localhost"),
            ("http://[::1]:8443", "::1"),
            ("http://graph.microsoft.com", nil),
            ("http://127.0.0.1.example.com", nil),
            ("https://user@graph.microsoft.com", nil),
            ("https://graph.microsoft.com#x", nil),
            ("https:///x", nil),
            ("https://a b", nil),
            ("graph.microsoft.com", nil),
            ("ftp://graph.microsoft.com", nil),
            ("", nil),
        ] as [(String, String?)]
    )
    func `an endpoint is an absolute address with TLS, or on this computer`(
        url: String,
        host: String?
    ) {
        #expect(GraphEndpoint(url)?.host == host)
    }

    @Test func `a request id is a version 4 UUID and never the same`() {
        let ids = (0..<100).map { _ in RequestID.random() }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { UUID(uuidString: $0) != nil && Array($0)[14] == "4" })
    }
}

/// SplitMix64: the same numbers on every run, so that a failure can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
