import Submission
import Testing

@testable import GraphSubmission

@Suite("Messages for a service without an envelope")
struct EnvelopeFitTests {
    @Test(
        "who is hidden and who stands in the way",
        arguments: [
            (["b@x.org"], ["b@x.org"], []),
            (["b@x.org", "c@x.org"], ["b@x.org"], ["c@x.org"]),
            (["b@x.org"], [], ["b@x.org"]),
            (["B@X.org"], ["b@x.ORG"], []),
        ] as [([String], [String], [String])]
    )
    func hidden(to: [String], named: [String], expected: [String]) throws {
        let source = try TestSource(to: to, named: named)
        let fit = EnvelopeFit(source.envelope, named: source.headerRecipients, isReadable: true)
        #expect(fit.obstacle == nil)
        #expect(fit.hidden.map(\.text) == expected)
    }

    @Test(
        arguments: [
            (
                nil, ["b@x.org"], ["b@x.org"], true,
                "The message has the null sender, which a mailbox cannot send as."
            ),
            (
                "a@x.org", ["jürgen@x.org"], [], true,
                "The address jürgen@x.org has letters beyond ASCII."
            ),
            (
                "a@x.org", ["b@x.org"], [], false,
                "An address in To or Cc cannot be read, and Microsoft Graph might serve somebody else"
                    + " for it."
            ),
            (
                "a@x.org", ["b@x.org"], ["b@x.org", "c@x.org"], true,
                "Microsoft Graph knows no envelope and would send to c@x.org as well, whom the header"
                    + " names but who is not to be served now."
            ),
        ] as [(String?, [String], [String], Bool, String)]
    )
    func `a message that would reach others than its envelope is unsuitable`(
        from: String?,
        to: [String],
        named: [String],
        readable: Bool,
        reason: String
    ) async throws {
        let source = try TestSource(from: from, to: to, named: named, readable: readable)
        let transport = ScriptedTransport([])
        let report = await Harness(try .test(), transport).submit(source)
        #expect(
            report.end
                == .failed(
                    .unsuitable(reason: reason, advice: "Use a route with SMTP for this message.")
                )
        )
        #expect(report.recipients == [.untried])
        #expect(transport.seen.isEmpty)
        #expect(source.announcements == 0)
    }
}
