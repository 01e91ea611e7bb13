import Glibc
import MailMessage
import Spool
import TestSupport
import Testing

@testable import Delivery

@Suite("Message preparation")
struct MessagePreparationTests {
    private func defect(_ content: String, _ rules: MessageRules) throws -> MessageDefect? {
        let scratch = try ScratchFolder("preparation")
        let path = try scratch.write(content, to: "x.eml")
        let file = try MessageFile(
            descriptor: open(path, O_RDONLY | O_CLOEXEC),
            path: Array(path.utf8)
        )
        let identity = MessageIdentity(id: "x", claimedAt: 0)
        let outcome = try MessagePreparation(rules: rules).prepare(file, identity: identity)
        guard case .failure(let defect) = outcome else { return nil }
        return defect
    }

    private let header = "From: a@b.c\r\nTo: d@e.f\r\nDate: x\r\nMessage-ID: <1@b>\r\n\r\n"

    @Test(arguments: [100, 100_000])
    func `the largest message is counted as it goes out`(lines: Int) throws {
        let content = header + String(repeating: "x\n", count: lines)
        var rules = MessageRules()
        rules.maximumOctets = header.utf8.count + 3 * lines
        #expect(try defect(content, rules) == nil)
        rules.maximumOctets -= 1
        let octets = rules.maximumOctets + 1
        #expect(
            try defect(content, rules) == .tooLarge(octets: octets, limit: rules.maximumOctets)
        )
    }

    @Test func `a file that is far too large is not read to its end, and named by its size`() throws
    {
        let content = header + String(repeating: "x\r\n", count: 1_000_000) + "\u{0}"
        var rules = MessageRules()
        rules.maximumOctets = 1000
        let octets = content.utf8.count
        #expect(try defect(content, rules) == .tooLarge(octets: octets, limit: 1000))
    }
}
