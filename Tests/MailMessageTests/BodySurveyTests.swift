import MailMessage
import Testing

@Suite("Body survey")
struct BodySurveyTests {
    @Test(arguments: [
        ("", 0, false),
        ("abc", 5, false),
        ("abc\r\n", 5, false),
        ("abc\r\nde\r\n", 9, false),
        ("abc\nde", 9, true),
        ("a\rbc", 7, true),
        ("a\r", 3, true),
        ("a\r\r", 5, true),
        ("a\r\r\n", 3, true),
        (".\r\n", 3, false),
    ])
    func `lines are counted as they go out`(
        body: String,
        octets: Int,
        isForeign: Bool
    ) {
        for survey in [surveyed([Array(body.utf8)]), surveyed(body.utf8.map { [$0] })] {
            #expect(survey.wireOctets == octets)
            #expect(survey.hasForeignLineEnds == isForeign)
        }
    }

    @Test(arguments: Array(0...17))
    func `an octet above 127 is seen wherever it stands`(place: Int) {
        var body = [UInt8](repeating: 0x7F, count: 18)
        #expect(surveyed([body]).has8Bit == false)
        body[place] = 0x80
        #expect(surveyed([body]).has8Bit)
        #expect(surveyed([Array(body[..<9]), Array(body[9...])]).has8Bit)
    }

    @Test func `a NUL is seen in any chunk`() {
        #expect(surveyed([[1], [2, 0], [3]]).hasNUL)
        #expect(surveyed([[1], [2], [3]]).hasNUL == false)
    }
}
