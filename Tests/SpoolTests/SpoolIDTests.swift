import Testing

@testable import Spool

@Suite("Spool id")
struct SpoolIDTests {
    @Test func `the text is time and random bits`() {
        let id = SpoolID(microseconds: 1_795_428_930_123_456, random: 0)
        #expect(id.text == "20261123T101530123456-0000000000000")
        #expect(id.text.utf8.count == SpoolID.octetCount)
    }

    @Test(arguments: [
        "20261123T101530123456-7h3k9q2mzx4wp", "19700101T000000000000-0000000000000",
        "99991231T235959999999-fzzzzzzzzzzzz", "20240229T000000000000-0000000000001",
    ])
    func `a text comes back unchanged`(_ text: String) {
        #expect(SpoolID(octets: Array(text.utf8))?.text == text)
    }

    @Test(arguments: [
        "", "20261123T101530123456", "20261123T101530123456-7h3k9q2mzx4w",
        "20261123T101530123456-7h3k9q2mzx4wpp", "20261323T101530123456-7h3k9q2mzx4wp",
        "20260230T101530123456-7h3k9q2mzx4wp", "20261123T241530123456-7h3k9q2mzx4wp",
        "20261123T106030123456-7h3k9q2mzx4wp", "20261123T101560123456-7h3k9q2mzx4wp",
        "20261123t101530123456-7h3k9q2mzx4wp", "20261123T101530123456_7h3k9q2mzx4wp",
        "20261123T101530123456-7H3k9q2mzx4wp", "20261123T101530123456-ih3k9q2mzx4wp",
        "20261123T101530123456-gzzzzzzzzzzzz", "00001123T101530123456-7h3k9q2mzx4wp",
        "19691231T235959999999-0000000000000", "2026 123T101530123456-7h3k9q2mzx4wp",
    ])
    func `anything else is no id`(_ text: String) {
        #expect(SpoolID(octets: Array(text.utf8)) == nil)
    }

    @Test func `ids sort as text as they sort by claim`() {
        var source = IDSource()
        let ids = (0..<1000).map { source.next(at: 1_795_428_930_000_000 + Int64($0 / 3)) }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.text) == ids.map(\.text).sorted())
        #expect(Set(ids).count == 1000)
    }

    @Test func `a clock that steps back a little does not make earlier ids`() {
        var source = IDSource()
        let first = source.next(at: 10_000_000)
        let second = source.next(at: 9_500_000)
        #expect(first < second)
    }

    @Test func `a clock that was set back is believed`() {
        var source = IDSource()
        _ = source.next(at: 10_000_000_000)
        #expect(source.next(at: 5_000_000).microseconds == 5_000_000)
    }

    @Test func `a time outside the calendar is clamped and not a trap`() {
        #expect(SpoolID(microseconds: .min, random: 1).microseconds == 0)
        #expect(
            SpoolID(microseconds: .max, random: .max).text == "99991231T235959999999-fzzzzzzzzzzzz"
        )
    }
}
