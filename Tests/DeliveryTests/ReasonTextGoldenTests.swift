import Glibc
import MailMessage
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

/// Whole texts as an accountant opens them; set `POSTCHUTE_WRITE_TEXTS=1` to write them anew.
@Suite("Texts beside messages")
struct ReasonTextGoldenTests {
    private static let noon: Int64 = 1_795_428_930_000_000

    private static func name() throws -> SpoolName {
        let id = try #require(SpoolID(octets: Array("20261123T101530123456-7h3k9q2mzx4wp".utf8)))
        return SpoolName(id: id, original: try #require(FileName("invoice-4711.eml")))
    }

    private static func reply(_ code: Int, _ lines: String...) throws -> Reply {
        Reply(try #require(ReplyCode(code)), lines: lines)
    }

    private static func table(_ statuses: RecipientTable.Status...) -> RecipientTable {
        let names = ["office@example.org", "shop@example.org", "owner@example.net"]
        var table = RecipientTable(Array(names.prefix(statuses.count)))
        for (index, status) in statuses.enumerated() { table.set(status, at: index) }
        return table
    }

    /// The facts of an invoice after some attempts, the last of which ended as the report says.
    private static func facts(
        _ report: AttemptReport,
        earlier: [String] = [],
        route: String = "m365"
    ) throws -> MessageFacts {
        var facts = MessageFacts(
            try name(),
            pickup: "erp",
            route: route,
            sender: "erp@example.com",
            messageID: "<4711@example.com>",
            octets: 48_213,
            at: noon + 5_000_000
        )
        facts.subject = "Invoice 4711"
        facts.repairs = [.date, .lineEnds]
        let offered = ["office@example.org", "shop@example.org", "owner@example.net"]
        let details = earlier + [report.detail(of: offered)]
        for (index, detail) in details.enumerated() {
            let isLast = index == details.count - 1
            facts.attempts.append(
                AttemptRecord(
                    started: noon + Int64(index) * 900_000_000,
                    duration: 1_204_000,
                    outcome: isLast ? report.outcome : .failed,
                    route: route,
                    peer: report.peer,
                    detail: detail
                )
            )
        }
        return facts
    }

    private static let peer = "smtp.office365.com [52.97.1.2]:587 TLSv1.3"

    private static func report(
        _ end: AttemptReport.End,
        _ recipients: RecipientOutcome...
    ) -> AttemptReport {
        AttemptReport(end: end, recipients: recipients, peer: peer)
    }

    private static func failed(
        _ cause: FailureCause,
        _ table: RecipientTable,
        _ report: AttemptReport,
        earlier: [String] = []
    ) throws -> ReasonText {
        ReasonText.failed(cause, table, report, try facts(report, earlier: earlier))
    }

    private static func rejected(_ failure: Failure) throws -> ReasonText {
        try failed(.rejected(failure), table(.pending(reply: nil)), report(.failed(failure)))
    }

    @Test func `rejected by a policy`() throws {
        let reply = try Self.reply(
            550,
            "5.7.1 Your message wasn't delivered because of a policy.",
            "5.7.1 Contact your administrator."
        )
        try Self.check("rejected", Self.rejected(.refused(reply, .endOfData)))
    }

    @Test func `one of three recipients refused`() throws {
        let (ok, no) = (try Self.reply(250, "2.1.5 Recipient OK"), try Self.reply(550, "5.1.10 x"))
        let done = try Self.reply(250, "2.6.0 <4711@example.com> Queued mail for delivery")
        let table = Self.table(
            .accepted(reply: done.verbatim),
            .refused(reply: no.verbatim),
            .accepted(reply: done.verbatim)
        )
        let report = Self.report(.accepted(done), .accepted(ok), .refused(no), .accepted(ok))
        try Self.check("one-of-three", Self.failed(.recipientsRefused, table, report))
    }

    @Test func `gave up after two days`() throws {
        let busy = try Self.reply(451, "4.7.0 Temporary server error. Please try again later. PRX4")
        let failure = Failure.refused(busy, .endOfData)
        let earlier = (1...40).map { "Attempt \($0):\n451 4.7.0 later" }
        let text = try Self.failed(
            .gaveUp(after: .seconds(172_800), last: failure),
            Self.table(.pending(reply: nil)),
            Self.report(.failed(failure)),
            earlier: earlier
        )
        #expect(text.attempts.count == 24)
        #expect(text.attempts[3].heading == "… 18 attempts in between are left out …")
        try Self.check("gave-up", text)
    }

    @Test func `defective content`() throws {
        var text = ReasonText(
            happened: ContentRefusal(MessageDefect.noSender).sentence,
            advice: ContentRefusal(MessageDefect.noSender).advice,
            retry: ReasonText.howToRetry
        )
        text.facts = [("File", "invoice-4711.eml"), ("Pickup", "erp")]
        try Self.check("defective", text)
    }

    @Test func `nobody knows who has it`() throws {
        let report = Self.report(.uncertain(.timeout(.endOfData, after: .seconds(600))))
        let text = ReasonText.uncertain(
            Self.table(.pending(reply: nil)),
            report,
            try Self.facts(report)
        )
        try Self.check("uncertain", text)
    }

    @Test func `may not be sent as this sender`() throws {
        let reply = try Self.reply(
            554,
            "5.2.252 SendAsDenied; relay@example.com not allowed to send as erp@example.com"
        )
        try Self.check("send-as-denied", Self.rejected(.refused(reply, .endOfData)))
    }

    @Test func `refused by Microsoft Graph`() throws {
        let refusal = ServiceRefusal(
            status: 400,
            code: "ErrorInvalidRecipients",
            message: "At least one recipient isn't valid.",
            requestID: "5f6c3c0e-0d3b-4a8f-8a52-6f5b3f9f5d11"
        )
        try Self.check("graph", Self.rejected(.serviceRefused(refusal)))
    }

    @Test func `the rest of a split envelope refused`() throws {
        let done = try Self.reply(250, "2.6.0 Queued mail for delivery")
        let no = Failure.refused(try Self.reply(550, "5.6.0 M2MCVT.StorageError"), .data)
        let table = Self.table(
            .accepted(reply: done.verbatim),
            .pending(reply: nil),
            .pending(reply: nil)
        )
        let text = try Self.failed(
            .rejected(no),
            table,
            Self.report(.failed(no)),
            earlier: ["Accepted:\n\(done.verbatim)"]
        )
        try Self.check("split", text)
    }

    private static func check(_ golden: String, _ text: ReasonText) throws {
        let path = "/\(#filePath.split(separator: "/").dropLast().joined(separator: "/"))"
        let file = "\(path)/Texts/\(golden).txt"
        if getenv("POSTCHUTE_WRITE_TEXTS") != nil { try writeFile(text.octets(), to: file) }
        #expect(try readFile(file) == text.octets(), "\(golden)")
    }
}

/// Every first line there is.
@Suite("First line of a text")
struct ReasonSummaryTests {
    private static func refused(_ verbatim: String, _ phase: SessionPhase) -> Failure {
        // swift-format-ignore: NeverForceUnwrap
        .refused(Reply(verbatim: verbatim)!, phase)
    }

    @Test(arguments: [
        (refused("550 5.7.1 no", .endOfData), "the mail server refused it"),
        (refused("552 5.3.4 no", .mail), "it is too large for the mail server"),
        (refused("552 no", .endOfData), "it is too large for the mail server"),
        (refused("550 5.1.7 no", .mail), "the mail server refused its sender a@example.com"),
        (
            refused(
                "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
                .mail
            ),
            "the mail server does not let it be sent as a@example.com"
        ),
        (.serviceRefused(ServiceRefusal(status: 400, code: "X")), "Microsoft 365 refused it"),
        (
            .serviceRefused(ServiceRefusal(status: 403, code: "ErrorSendAsDenied")),
            "Microsoft 365 does not let it be sent as a@example.com"
        ),
        (.tooLarge(octets: 2, limit: 1), "it is too large for the mail server"),
        (.unsuitable(reason: "x", advice: "y"), "no route can carry it as it is"),
        (.noRecipientAccepted, "the mail server refused every recipient"),
        (.content(.missing), "its file could not be read to the end"),
        (.tls("x"), "it could not be handed to the mail server"),
    ])
    func `says why nobody received it`(_ failure: Failure, _ why: String) {
        let line = ReasonText.summary(
            of: .rejected(failure),
            RecipientTable(["b@example.org"]),
            sender: "a@example.com"
        )
        #expect(line == "Nobody received this message: \(why).")
    }

    @Test(arguments: [
        (Duration.seconds(60), "1 minute"), (.seconds(7199), "119 minutes"),
        (.seconds(7200), "2 hours"), (.seconds(172_800), "2 days"), (.seconds(-5), "0 minutes"),
    ])
    func `says how long it was tried`(_ age: Duration, _ words: String) {
        let cause = FailureCause.gaveUp(after: age, last: nil)
        var table = RecipientTable(["b@example.org", "c@example.org"])
        #expect(
            ReasonText.summary(of: cause, table, sender: "")
                == "Nobody received this message: Postchute tried for \(words) and gave up."
        )
        table.set(.accepted(reply: "250 ok"), at: 0)
        #expect(
            ReasonText.summary(of: cause, table, sender: "")
                == "The mail server took this message for 1 of 2 recipients; for the others "
                + "Postchute tried for \(words) and gave up."
        )
    }

    @Test func `says whom the server refused`() {
        var table = RecipientTable(["b@example.org", "c@example.org", "d@example.org"])
        let cause = FailureCause.recipientsRefused
        func line() -> String { ReasonText.summary(of: cause, table, sender: "") }
        for index in 0..<3 { table.set(.refused(reply: "550 no"), at: index) }
        #expect(
            line() == "Nobody received this message: the mail server refused all 3 recipients."
        )
        table.set(.accepted(reply: "250 ok"), at: 0)
        #expect(
            line()
                == "The mail server took this message for 1 of 3 recipients and refused the other 2."
        )
        table.set(.accepted(reply: "250 ok"), at: 1)
        #expect(
            line()
                == "The mail server took this message for 2 of 3 recipients and refused "
                + "d@example.org."
        )
    }

    @Test func `an attempt keeps its replies word for word, and not more than 2 KB`() throws {
        let no = try #require(Reply(verbatim: "550-5.1.1 a\n550 5.1.1 b"))
        let report = AttemptReport(
            end: .failed(.noRecipientAccepted),
            recipients: Array(repeating: .refused(no), count: 5),
            peer: ""
        )
        let offered = (1...5).map { "\($0)@example.org" }
        #expect(
            report.detail(of: offered)
                == "The server accepted none of the recipients."
                + (1...3).map { "\nRCPT TO:<\($0)@example.org>:\n550-5.1.1 a\n550 5.1.1 b" }
                .joined()
                + "\n… and 2 recipients more were refused"
        )
        let long = try #require(Reply(verbatim: "550 " + String(repeating: "ä", count: 5000)))
        let cut = AttemptReport(
            end: .failed(.refused(long, .data)),
            recipients: [],
            peer: ""
        ).detail(of: [])
        #expect((2040...2048).contains(cut.utf8.count))
        #expect(cut.hasSuffix("ä …"))
    }
}

extension AttemptReport {
    fileprivate var outcome: AttemptRecord.Outcome {
        switch end {
        case .accepted: .accepted
        case .failed: .failed
        case .uncertain: .uncertain
        }
    }
}
