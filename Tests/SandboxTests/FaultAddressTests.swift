import Testing

@testable import Sandbox

@Suite("Fault address")
struct FaultAddressTests {
    @Test(arguments: FaultCatalogue.entries)
    func `every refusal of the catalogue can be asked for`(entry: FaultCatalogue.Entry) {
        let address = FaultAddress(localPart: entry.localPart, role: .recipient)
        let reply = SandboxReply(entry.code, entry.line)
        #expect(address?.fault == Fault(effect: .reply(reply)))
        #expect(address?.point == .recipient)
    }

    @Test func `no two refusals have the same address`() {
        #expect(Set(FaultCatalogue.entries.map(\.localPart)).count == FaultCatalogue.entries.count)
    }

    @Test(arguments: [
        ("dot.432-4.3.2", FaultPoint.dot, false), ("432-4.3.2.dot", .dot, false),
        ("data.554-5.2.0", .data, false), ("once.451-4.7.0", .dot, true),
        ("once.rcpt.451-4.7.0+a1", .recipient, true), ("delay-5s.dot", .dot, false),
        ("delay-5s", .recipient, false), ("close-before-dot", .content, false),
        ("close-after-dot", .dot, false), ("data.close", .data, false),
        ("half-reply", .recipient, false), ("dot.endless-reply", .dot, false),
        ("Once.Delay-200ms.DOT.550", .dot, true), ("499-4.9.999", .recipient, false),
    ])
    func `words say where and how often`(local: String, point: FaultPoint, isOnce: Bool) throws {
        let address = try #require(FaultAddress(localPart: local, role: .recipient))
        #expect(address.point == point)
        #expect(address.isOnce == isOnce)
    }

    @Test(arguments: [
        "", "postmaster", "dot", "once", "mail.550-5.7.60", "550-5.1", "550-5.1.1.1", "550-9.1.1",
        "199-5.1.1", "550-5.1.1-nonsense", "dot.dot.550", "550.451", "delay-2h", "delay-99999s",
        "delay-", "550-5..1", "-550", "535-5.7.139-", "delay-1s.delay-2s.550",
    ])
    func `what names no fault is none`(local: String) {
        #expect(FaultAddress(localPart: local, role: .recipient) == nil)
    }

    @Test func `codes without an entry say who asked for them`() {
        let address = FaultAddress(localPart: "451-4.9.9", role: .sender)
        #expect(
            address?.fault.effect
                == .reply(SandboxReply(451, "4.9.9 Reply requested by the address"))
        )
        #expect(address?.point == .mail)
    }

    @Test(arguments: Self.outcomes)
    func `an address has its effect where it says`(outcome: Outcome) throws {
        var options = SandboxOptions()
        DialogueTests.open(&options)
        var server = try MemorySandbox(options)
        server.send("EHLO client.example\r\n")
        _ = server.takeDone()
        server.send("MAIL FROM:<\(outcome.sender)>\r\n")
        server.send("RCPT TO:<\(outcome.recipient)>\r\nDATA\r\n")
        server.send("Message-ID: <1@a>\r\n\r\n.\r\n")
        #expect(server.takeDone() == outcome.done)
    }

    struct Outcome: CustomTestStringConvertible, Sendable {
        var sender = "a@example.com"
        var recipient = "b@example.com"
        let done: [String]
        var testDescription: String { "\(sender) to \(recipient)" }
    }

    private static let mail = "250 2.1.0 Sender OK"
    private static let rcpt = "250 2.1.5 Recipient OK"
    private static let data = "354 Start mail input; end with <CRLF>.<CRLF>"
    private static let accepted = "250 2.0.0 OK <1@a> [Hostname=SANDBOX01.postchute.example]"

    static let outcomes = [
        Outcome(done: [mail, rcpt, data, "(kept)", accepted]),
        Outcome(
            recipient: "dot.432-4.3.2@fault.test",
            done: [
                mail, rcpt, data, "(thrown away)",
                "432 4.3.2 Concurrent connections limit exceeded. Visit"
                    + " https://aka.ms/concurrent_sending for more information.",
            ]
        ),
        Outcome(
            recipient: "delay-5s.dot@fault.test",
            done: [mail, rcpt, data, "(waits 5.0 seconds)", "(kept)", accepted]
        ),
        Outcome(
            recipient: "close-before-dot@Fault.Test",
            done: [mail, rcpt, data, "(thrown away)", "(aborted)"]
        ),
        Outcome(
            recipient: "close-after-dot@fault.test",
            done: [mail, rcpt, data, "(kept)", "(aborted)"]
        ),
        Outcome(
            recipient: "dot.half-reply@fault.test",
            done: [
                mail, rcpt, data, "(kept)", "250 2.0.0 OK <1@a> [Hostname=(no line end)",
                "(closed)",
            ]
        ),
        Outcome(
            recipient: "endless-reply@fault.test",
            done: [mail, "250-2.1.5 Recipient OK", "(and so on)"]
        ),
        Outcome(
            recipient: "half-reply@fault.test",
            done: [mail, "250 2.1.5 Re(no line end)", "(closed)"]
        ),
        Outcome(recipient: "data.close@fault.test", done: [mail, rcpt, "(aborted)"]),
        Outcome(
            sender: "421-4.3.2@fault.test",
            done: ["421 4.3.2 Service not available", "(closed)"]
        ),
        Outcome(
            sender: "dot.554-5.2.252@fault.test",
            done: [
                mail, rcpt, data, "(thrown away)",
                "554 5.2.252 SendAsDenied; sandbox@example.com not allowed to send as"
                    + " other@example.com;"
                    + " STOREDRV.Submission.Exception:SendAsDeniedException",
            ]
        ),
    ]

    @Test func `a recipient that names no fault is told so`() throws {
        var options = SandboxOptions()
        DialogueTests.open(&options)
        var server = try MemorySandbox(options)
        server.send("EHLO client.example\r\nMAIL FROM:<>\r\n")
        _ = server.takeDone()
        server.send("RCPT TO:<nonsense@fault.test>\r\n")
        #expect(
            server.takeDone() == [
                "550 5.1.10 Recipient not found: \"nonsense\" names no fault of this sandbox"
            ]
        )
    }

    @Test func `once fails the first time for a Message-ID and not again`() throws {
        var options = SandboxOptions()
        DialogueTests.open(&options)
        var server = try MemorySandbox(options)
        server.send("EHLO client.example\r\n")
        var replies: [String] = []
        for id in ["<1@a>", "<1@a>", "<2@a>", "<2@a>"] {
            server.send("MAIL FROM:<>\r\nRCPT TO:<once.451-4.7.0@fault.test>\r\nDATA\r\n")
            server.send("message-id:\r\n \(id)\r\n\r\nx\r\n.\r\n")
            replies += server.takeDone().suffix(1).map { String($0.prefix(3)) }
        }
        #expect(replies == ["451", "250", "451", "250"])
        #expect(server.kept.map(\.messageID) == ["<1@a>", "<2@a>"])
    }
}
