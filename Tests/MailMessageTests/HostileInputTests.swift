import MailMessage
import Submission
import Testing

@Suite("Hostile input")
struct HostileInputTests {
    private let good = "From: a@example.com\n"

    @Test func `ten thousand recipients are read when the rules allow them`() throws {
        var rules = MessageRules()
        rules.maximumRecipients = 10_000
        let list = (0..<10_000).map { "r\($0)@b.c" }
        let short = "\(good)To: " + list.joined(separator: ",\n ") + "\n\n"
        rules.maximumFieldOctets = 262_144
        #expect(try inspect(short, rules: rules).recipients == list)
        rules.maximumRecipients = 9999
        #expect(defect(short, rules: rules) == .tooManyRecipients(limit: 9999))
    }

    @Test func `a header line of a million octets is refused`() {
        let line = "\(good)Subject: " + String(repeating: "x", count: 1_000_000) + "\n\n"
        #expect(defect(line) == .headerTooLarge(limit: 262_144))
    }

    @Test(arguments: ["\r", "\n ", "<", "(", "\"", "[", "\\", ",", ":", "=?", "@", "a ", "a@b,"])
    func `repetition up to the limit of a field is read in a moment`(unit: String) {
        let count = 130_000 / unit.utf8.count
        let file = "\(good)To: " + String(repeating: unit, count: count) + "\n\n"
        let elapsed = ContinuousClock().measure { _ = defect(file) }
        // Linear code needs a tenth of a second without optimisation; quadratic code a minute.
        #expect(elapsed < .seconds(10))
    }

    @Test func `random octets never trap`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            let length = Int.random(in: 0...64, using: &generator)
            let file = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            exercise(file)
        }
    }

    @Test func `random sequences of mail's own marks never trap and leak no control`() {
        let words = [
            "From:", "To:", "Bcc:", "X-Sender:", "X-Receiver:", "Content-Type: multipart/x;",
            "boundary=", "a@b.c", "<", ">", "@", ",", ";", ":", "(", ")", "\"", "\\", "[", "]",
            ".", " ", "\t", "\r", "\n", "\r\n", "\r\r\n", "\n\n", "=?utf-8?Q?", "=0D=0A", "?=",
            "NOTIFY=", "ORCPT=", "ENVID=+", "RET=", "=", "\u{0}", "ü", "\u{202E}", "--",
        ]
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<5000 {
            var file: [UInt8] = Array("From: a@b.c\nTo: ".utf8)
            for _ in 0..<Int.random(in: 0...24, using: &generator) {
                file += (words.randomElement(using: &generator) ?? "").utf8
            }
            exercise(file)
        }
    }

    @Test func `nothing of a Bcc comes out, wherever and however it stands`() throws {
        var generator = SeededGenerator(seed: 9)
        let names = ["Bcc", "BCC ", "bcc\t", "Resent-Bcc", "X-Receiver", "x-receiver"]
        let ends = ["\n", "\r\n", "\r", "\r\r\n"]
        for _ in 0..<2000 {
            let end = ends.randomElement(using: &generator) ?? ""
            let value = (0..<Int.random(in: 1...4, using: &generator))
                .map { "secret\($0)@example.org" }.joined(separator: ",\(end)\t")
            let name = names.randomElement(using: &generator) ?? ""
            // Bcc takes a list; X-Receiver below other fields is not even read.
            var fields = ["From: a@b.c", "To: d@e.f", "Subject: x\(end) y", "Cc: g@h.i"]
            let place = Int.random(in: 1...fields.count, using: &generator)
            fields.insert("\(name):\(value)", at: place)
            let file = fields.joined(separator: end) + end + end + ".body"
            let wire = String(decoding: try wireForm(Array(file.utf8)), as: UTF8.self)
            #expect(!wire.contains("secret"), "\(file.debugDescription)")
            #expect(wire.hasSuffix("\r\n\r\n..body\r\n.\r\n"))
        }
    }

    /// Runs everything that reads files over one, and checks what may never come out.
    private func exercise(_ file: [UInt8]) {
        file.withUnsafeBytes { _ = Completeness.check(head: $0, tail: $0, isWholeFile: true) }
        file.withUnsafeBytes { _ = Completeness.check(head: $0, tail: $0, isWholeFile: false) }
        _ = surveyed([file])
        guard let outgoing = try? outgoing(file) else { return }
        let message = outgoing.inspected
        let paths =
            [message.envelope.sender].compactMap(\.self)
            + message.envelope.recipients.map(\.address)
        for path in paths {
            #expect(path.text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "\(file)")
        }
        #expect(message.bodyOffset <= outgoing.octets.count)
        let wire = outgoing.wire
        #expect(wire.suffix(5).elementsEqual("\r\n.\r\n".utf8) || wire.count < 5)
        let lines = String(decoding: message.wireHeader, as: UTF8.self).lowercased()
            .split(separator: "\r\n")
        #expect(!lines.contains { $0.hasPrefix("bcc") && $0.contains(":") }, "\(file)")
    }
}
