import Testing

@testable import Spool

@Suite("Spool name")
struct SpoolNameTests {
    private func name(_ original: [UInt8]) throws -> SpoolName {
        SpoolName(id: .example, original: try #require(FileName(octets: original)))
    }

    @Test(arguments: [
        Array("invoice.eml".utf8), [0xFF, 0xFE, 0x80], Array("a\nb .eml".utf8),
        Array("-rf".utf8), Array(".hidden".utf8), Array("größe.eml".utf8),
    ])
    func `octets that are not text survive`(_ original: [UInt8]) throws {
        let name = try name(original)
        #expect(name.original.octets == original)
        #expect(SpoolName(octets: name.octets) == name)
    }

    @Test(arguments: [
        "", ".", "..", "a/b", "a\0b", String(repeating: "x", count: 256),
    ])
    func `what cannot be a file name is refused`(_ text: String) {
        #expect(FileName(text) == nil)
    }

    @Test(arguments: [
        "x.eml", "20261123T101530123456-7h3k9q2mzx4wp", "20261123T101530123456-7h3k9q2mzx4wp.",
        "20261123T101530123456-7h3k9q2mzx4wp-a.eml", "20261123T101530123456-7h3k9q2mzx4wp./",
    ])
    func `a name without id, dot and original is not ours`(_ text: String) {
        #expect(SpoolName(octets: Array(text.utf8)) == nil)
    }

    @Test(arguments: [214, 215, 216, 219, 220, 255])
    func `a long name keeps its extension and leaves room for the reason`(_ length: Int) throws {
        let original = Array(repeating: UInt8(ascii: "x"), count: length - 4) + Array(".eml".utf8)
        let name = try name(original)
        #expect(name.octets.count <= SpoolName.maximumOctets)
        #expect(name.reasonOctets.count <= FileName.maximumOctets)
        #expect(name.octets.suffix(4) == Array(".eml".utf8)[...])
        #expect((name.original.octets == original) == (length <= SpoolName.maximumOriginalOctets))
    }

    @Test func `a long name without a usable extension is cut at its end`() throws {
        let dots = try name([UInt8](repeating: UInt8(ascii: "."), count: 255))
        #expect(dots.octets.count == SpoolName.maximumOctets)
        let ending = Array("a.".utf8) + [UInt8](repeating: UInt8(ascii: "b"), count: 253)
        #expect(try name(ending).octets.count == SpoolName.maximumOctets)
    }

    @Test func `no message is called like a reason`() throws {
        #expect(try name(Array("notes.txt".utf8)).text.hasSuffix(".notes.txt.eml"))
        let long = [UInt8](repeating: UInt8(ascii: "n"), count: 251) + Array(".txt".utf8)
        let name = try name(long)
        #expect(name.text.hasSuffix("n.txt.eml"))
        #expect(name.octets.count == SpoolName.maximumOctets)
    }
}
