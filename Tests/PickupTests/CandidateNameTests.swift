import Spool
import Testing

@testable import Pickup

@Suite("Candidate name")
struct CandidateNameTests {
    @Test(arguments: ["a.eml", "A.EML", "x.y.eMl", "a b.eml", "-.eml", "a\nb.eml", "é.eml"])
    func `a name ending in eml is a candidate in any case`(_ name: String) {
        #expect(CandidateName.classify(Array(name.utf8)) == .candidate)
    }

    @Test(arguments: [
        ".a.eml", ".eml", "~a.eml", "a.eml.tmp", "a.tmp", "a.part", "a.eml.filepart",
        "a.eml.crdownload", "a.eml~", "aeml", "eml", "a.emlx", "queue", "",
    ])
    func `what programs call unfinished files is none`(_ name: String) {
        #expect(CandidateName.classify(Array(name.utf8)) == .other)
    }

    @Test func `a name need not be text`() {
        #expect(CandidateName.classify([0xFF, 0xFE] + Array(".eml".utf8)) == .candidate)
    }

    @Test func `one dot-file asks for a scan`() {
        #expect(CandidateName.classify(Array(".postchute-wake".utf8)) == .wake)
    }

    @Test func `a marker goes by the whole name or by the stem`() {
        let name = FileName("order.eml")!
        let markers = CandidateName.markers(of: name, suffix: ".ok")
        #expect(markers == [FileName("order.eml.ok")!, FileName("order.ok")!])
        for marker in markers {
            #expect(CandidateName.marked(by: marker, suffix: ".ok").contains(name))
        }
        #expect(CandidateName.marked(by: FileName("order.okay")!, suffix: ".ok").isEmpty)
    }
}
