import EventLog
import Testing

@Suite("Log line")
struct LogLineTests {
    @Test func `the id stands first, then the event, then the keys in their order`() {
        var line = LogLine(.info, "attempted", id: "20261123T101530123456-7h3k9q2mzx4wp")
        line.add("route", "m365")
        line.add("attempt", 3)
        line.add("reply", "250 2.0.0 OK")
        #expect(
            line.text == "id=20261123T101530123456-7h3k9q2mzx4wp event=attempted route=m365 "
                + "attempt=3 reply=\"250 2.0.0 OK\""
        )
    }

    @Test func `an event without a message has no id`() {
        #expect(LogLine(.notice, "started").text == "event=started")
    }

    @Test func `a value cannot forge a line or a key`() {
        let line = LogLine(.info, "claimed", id: "x y").adding("file", "a.eml\nevent=sent to=\"b\"")
        #expect(
            line.text == "id=\"x y\" event=claimed file=\"a.eml\\nevent=sent to=\\\"b\\\"\""
        )
    }

    @Test func `a long value is cut and says by how much`() {
        let line = LogLine(.info, "x").adding("reply", String(repeating: "a", count: 5000))
        #expect(line.text.hasSuffix("aaa… (904 more octets)\""))
        #expect(line.text.utf8.count < 4200)
    }

    @Test func `a cut divides no word, which could be half an address`() {
        let value = String(repeating: "a ", count: 2040) + "anna.weber.of.accounting@contoso.com"
        let line = LogLine(.info, "x").adding("reply", value)
        #expect(line.text.hasSuffix(" a… (37 more octets)\""))
    }

    @Test(arguments: LogLevel.allCases)
    func `a level is found by its name`(level: LogLevel) {
        #expect(LogLevel(name: level.name) == level)
    }

    @Test func `an unknown level has no value`() {
        #expect(LogLevel(name: "loud") == nil)
    }
}
