import AccessTokens
import EventLog
import Submission
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

@Suite("Explanation")
struct ExplanationTests {
    private static let trail =
        "[AM0PR02CA0001.eurprd02.prod.outlook.com 2026-11-02T08:00:00.000Z"
        + " 08DE19F4A0B1C2D3]"
    private static let basic =
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. \(trail)"

    private static func lines(_ text: String) throws -> [String] {
        let result = try Explanation(text).text
        #expect(result.status == .done)
        #expect(result.complaints.isEmpty)
        return result.output
    }

    @Test func `a reply is explained with everything there is`() throws {
        #expect(
            try Self.lines(Self.basic).joined(separator: "\n") == """
                \(Self.basic)

                This is 535-5.7.139-basic in docs/replies.md, usual while signing in.

                  Means:        configuration: nothing succeeds until somebody changes settings, rights or addresses
                  Concerns:     all mail of the route
                  The message:  stays queued, and the waiting does not count towards giving up
                  Next attempt: the sign-in is tried after 1, 5 and 15 minutes, then every 30 minutes
                  What to do:   Let the route sign in with OAuth instead of a password (identity), or have an administrator allow basic authentication for this account once more while Microsoft still offers that.

                For Microsoft's support
                  Server:  AM0PR02CA0001.eurprd02.prod.outlook.com
                  Time:    2026-11-02T08:00:00.000Z
                  Session: 08DE19F4A0B1C2D3
                """
        )
    }

    @Test(
        arguments: [
            ("S: \(basic)", "535-5.7.139-basic"), ("\"\(basic)\"", "535-5.7.139-basic"),
            ("'\(basic)'", "535-5.7.139-basic"), ("  > \(basic)  ", "535-5.7.139-basic"),
            ("2026-11-02 08:00:01 UTC \(basic)", "535-5.7.139-basic"),
            ("Nov  2 08:00:01 2026 \(basic)", "535-5.7.139-basic"),
            ("<** \(basic)\r\n -> QUIT\r\n", "535-5.7.139-basic"),
            (basic.uppercased(), "535-5.7.139-basic"),
            (
                "535 5.7.139 Authentication unsuccessful, basic\nauthentication is disabled. \(trail)\n",
                "535-5.7.139-basic"
            ),
            (
                "535-5.7.139 Authentication unsuccessful,\n535 5.7.139 basic authentication is disabled.",
                "535-5.7.139-basic"
            ),
            (
                "S: 550-5.1.1 RESOLVER.ADR.RecipNotFound;\nS: 550 5.1.1 not found\nC: QUIT",
                "550-5.1.1"
            ),
            (
                "Remote Server returned '550 5.7.60 SMTP; Client does not have permissions to send as"
                    + " this sender'",
                "550-5.7.60"
            ),
            (
                "#< #5.7.60 smtp;550 5.7.60 SMTP; Client does not have permissions> #SMTP#",
                "550-5.7.60"
            ),
            ("Server error: 432 Concurrent connections limit exceeded.", "432-4.3.2"),
            ("The mail of 2026 was refused (552 5.3.4 Too big) by port 587", "552-5.3.4"),
            ("5.7.60", "550-5.7.60"), ("#5.7.68.", "550-5.7.68"), ("550 5.1.90", "550-5.1.90"),
            ("421", "421-4.7.66"), ("454", "454-4.7.0"),
            ("538", "538-5.7.11"),
        ] as [(String, String)]
    )
    func `a reply is found wherever it stands`(text: String, row: String) throws {
        #expect(try Explanation(text).readings.first?.row == row)
    }

    @Test(arguments: [
        "", "nothing here", "2026-11-23 10:15:30", "ms=434 octets=512", "smtp.office365.com:587",
        "port 587 is closed", "10.5.7.60", "5.7", "1550 5.7.60.1", "version 0.1.0",
        "550-5.1.10@fault.test", "199 Hello", "600 Hello", "12 messages of 250 in total",
    ])
    func `what holds no reply is refused`(text: String) throws {
        do {
            let explanation = try Explanation(text)
            Issue.record("\(explanation)")
        } catch {
            #expect(error.status == .usage)
            #expect(
                error.lines == [
                    "There is no reply of a mail server in this text. Paste a line such as \"535"
                        + " 5.7.3 Authentication unsuccessful\", or a code such as 5.7.60."
                ]
            )
        }
    }

    @Test func `a line of the log is understood with the moment it names`() throws {
        var line = LogLine(.notice, "deferred", id: "20261123T101530123456-7h3k9q2mzx4wp")
        line.add("to", "550-5.1.10@fault.test")
        line.add("octets", 512)
        line.add(
            "reason",
            "The server refused while waiting for the reply after the final dot: 451 4.7.0"
                + " Temporary server error. Please try again later. \"PRX4\" [host.example.com]"
        )
        line.add("advice", "Nothing to do for 550 5.1.1.")
        let explanation = try Explanation("Nov 27 04:32:26 host postchute[1]: <5>\(line.text)")
        #expect(explanation.quoted.hasPrefix("451 4.7.0 Temporary server error."))
        #expect(explanation.quoted.contains("\"PRX4\""))
        #expect(explanation.readings.map(\.phases) == [[.endOfData]])
        #expect(explanation.support.server == "host.example.com")
        var refused = LogLine(.info, "sent", id: "x")
        refused.add("reply", "250 2.0.0 OK")
        refused.add("refused", 1)
        refused.add("refused_reply", "550 5.1.1 no such user")
        let recipient = try Explanation(refused.text)
        #expect(recipient.quoted == "550 5.1.1 no such user")
        #expect(recipient.readings.map(\.phases) == [[.recipient]])
    }

    @Test func `the text beside a failed message is understood`() throws {
        var text = ReasonText(
            happened: "The server refused shop@example.com: 550 5.1.1 no such user",
            advice: "Correct the address. \(ReasonText.howToRetry)"
        )
        text.recipients = [("shop@example.com", "refused (550 5.1.1 no such user)")]
        text.replies = [("to RCPT TO:<shop@example.com>", "550 5.1.1 no such user")]
        text.facts = [("File", "invoice.eml")]
        let page = String(decoding: text.octets(), as: UTF8.self)
        let blocks = page.split(separator: "\r\n\r\n")
        for block in [page, String(blocks[0]), String(blocks[2]), String(blocks[3])] {
            let explanation = try Explanation(block)
            #expect(explanation.quoted == "550 5.1.1 no such user")
            #expect(explanation.readings.map(\.phases) == [[.recipient]])
            #expect(explanation.readings.first?.row == "550-5.1.1-other")
        }
    }

    @Test func `what can mean several things says so`() throws {
        let codes = try Self.lines("5.7.139")
        #expect(codes[0] == "5.7.139")
        #expect(codes[2] == "These codes have 8 meanings: the words of the reply decide.")
        #expect(codes.count { $0.hasPrefix("  What to do:") } == 8)
        #expect(codes.contains { $0.hasPrefix("535 5.7.139 Authentication unsuccessful, fed") })
        let moments = try Self.lines("552 Too many recipients")
        #expect(
            moments[2]
                == "This is 552-size or 552 in docs/replies.md; what follows depends on when it comes."
        )
        #expect(moments.contains("While sending RCPT TO"))
        #expect(
            moments.contains(
                "While sending MAIL FROM, sending DATA or waiting for the reply after the final dot"
            )
        )
    }

    @Test func `a reply without a row gets the general rule`() throws {
        let lines = try Self.lines("550 Go away")
        #expect(
            lines[2] == "No row of docs/replies.md means this reply: the first digit decides, and"
                + " when it comes."
        )
        #expect(lines.contains("While sending RCPT TO"))
        #expect(lines.contains { $0.contains("Read the server's reply and correct or remove") })
        #expect(try Explanation("5.9.9").found == .rule)
        #expect(try Explanation("599").found == .rule)
        let known = try Self.lines("The server refused while sending DATA: 450 Not now")
        #expect(
            known[2] == "No row of docs/replies.md means this reply: the first digit decides."
        )
    }

    @Test func `an acceptance is no refusal`() throws {
        let lines = try Self.lines("250 2.0.0 OK <a@b> [Hostname=A.PROD.OUTLOOK.COM]")
        #expect(
            lines == [
                "250 2.0.0 OK <a@b> [Hostname=A.PROD.OUTLOOK.COM]", "",
                "The server agreed: nothing was refused.", "",
                "For Microsoft's support", "  Server: A.PROD.OUTLOOK.COM",
            ]
        )
    }

    @Test func `programs get the same as JSON`() throws {
        let text = "The server refused while sending RCPT TO: 452 4.5.3 Too many [A.example.com]"
        #expect(
            try Explanation(text).json.output.joined(separator: "\n") == """
                {
                  "reply": "452 4.5.3 Too many [A.example.com]",
                  "found": "row",
                  "summary": "This is 452-4.5.3 in docs/replies.md, usual while sending RCPT TO.",
                  "readings": [
                    {
                      "row": "452-4.5.3",
                      "while": [
                        "recipient"
                      ],
                      "class": "rate",
                      "concerns": "recipient",
                      "verdict": "retry later",
                      "next_attempt": "at once, with the next transaction",
                      "advice": "Nothing to do: the other recipients go with the next transaction."
                    }
                  ],
                  "server": "A.example.com",
                  "server_time": null,
                  "session": null,
                  "request_id": null,
                  "trace_id": null,
                  "correlation_id": null
                }
                """
        )
    }

    @Test func `an error of the sign-in is explained by its number`() throws {
        let text = """
            AADSTS7000215: Invalid client secret provided. Trace ID: 1f-2 Correlation ID: 3e-4 \
            Timestamp: 2026-11-02 08:00:00Z
            """
        let lines = try Self.lines("{\"error\":\"invalid_client\",\"d\":\"\(text)\"}")
        #expect(lines[0] == text)
        #expect(
            lines[2]
                == "AADSTS7000215 of Microsoft's sign-in, in docs/sign-in-errors.md: the client"
                + " secret is wrong."
        )
        #expect(lines.contains("  Means:        authentication: the sign-in was refused"))
        #expect(lines.contains { $0.hasPrefix("  What to do:   Put the Value of the secret into") })
        #expect(lines.contains("  Trace:       1f-2"))
        #expect(lines.contains("  Correlation: 3e-4"))
        #expect(lines.contains("  Time:        2026-11-02"))
        let ours = try Explanation(
            "the sign-in of identity 'x' was refused: no (AADSTS50126, trace a-1, correlation b-2)"
        )
        #expect(ours.found == .signIn)
        #expect(ours.readings.first?.judgement.probing == .onSettingsChange)
        #expect(ours.support.traceID == "a-1")
        #expect(ours.support.correlationID == "b-2")
        let unknown = try Self.lines("AADSTS1")
        #expect(
            unknown[2] == "AADSTS1 of Microsoft's sign-in has no row in docs/sign-in-errors.md."
        )
        #expect(unknown.contains { $0.contains("https://login.microsoftonline.com/error") })
    }

    @Test(arguments: SignInErrors.rows)
    func `every error number is explained by its row`(row: SignInErrorRow) throws {
        for code in row.codes {
            let explanation = try Explanation("AADSTS\(code)")
            #expect(explanation.readings.first?.row == "AADSTS\(code)")
            #expect(explanation.readings.first?.judgement.advice == row.advice)
        }
    }

    @Test func `a refusal of Microsoft Graph is explained by its code`() throws {
        let lines = try Self.lines(
            "The service refused: 403 ErrorSendAsDenied The user account has no right. [request-id"
                + " 1a2b-3c]"
        )
        #expect(
            lines[0] == "403 ErrorSendAsDenied The user account has no right. [request-id 1a2b-3c]"
        )
        #expect(
            lines[2]
                == "ErrorSendAsDenied is a refusal of Microsoft Graph, in docs/graph-errors.md."
        )
        #expect(lines.contains("  Request: 1a2b-3c"))
        let json = try Explanation(
            #"{"error":{"code":"ErrorSendAsDenied","message":"No.","innerError":{"request-id":"9-8"}}}"#
        )
        #expect(json.found == .graph)
        #expect(json.support.requestID == "9-8")
        #expect(json.readings.first?.row == "ErrorSendAsDenied")
        let unknown = try Self.lines("ErrorOfAnotherKind")
        #expect(
            unknown[2]
                == "ErrorOfAnotherKind of Microsoft Graph has no row in docs/graph-errors.md:"
                + " the status decides."
        )
        let status = try Explanation("The service refused: 503 Service Unavailable")
        #expect(status.found == .graph)
        #expect(status.readings.first?.judgement.category == .temporary)
        #expect(try Explanation("550 5.7.60 ErrorSendAsDenied").found == .row, "SMTP's codes agree")
    }

    @Test(arguments: ServiceCatalogue.rows.filter { !$0.example.code.isEmpty })
    func `every refusal of Microsoft Graph is explained by its row`(row: ServiceRow) throws {
        let explanation = try Explanation("The service refused: \(row.example.summary)")
        #expect(explanation.found == .graph)
        #expect(explanation.readings.first?.judgement.advice == row.advice)
    }

    @Test(arguments: ReplyCatalogue.rows)
    func `every row is explained from its own example`(row: CatalogueRow) throws {
        let explanation = try Explanation(row.example)
        #expect(explanation.found == .row)
        #expect(
            explanation.readings.contains { $0.row == row.name && $0.phases.contains(row.phase) }
        )
    }

    @Test(
        "every way to wait has its words",
        arguments: [
            ("552 5.3.4 x", "when somebody has put it right and calls postchute retry"),
            ("452 4.5.3 x", "at once, with the next transaction"),
            (
                "554 5.2.252 SendAsDenied; a",
                "once more after 15 minutes; if that fails too, the sender waits"
            ),
            (
                "550 5.1.90 x",
                "when the mailbox's recipients of the last 24 hours are few enough again"
            ),
            (
                "550 5.7.233 x",
                "when the external recipients of the last 24 hours are few enough again"
            ),
            ("554 5.2.121 x", "after 60 min at the earliest"),
            ("550 5.7.64 x", "after 15 min at the earliest"),
            (
                "535 5.7.3 x",
                "when somebody resumes the route (postchute resume --route NAME) or changes its"
                    + " settings"
            ),
            (
                "421 4.3.2 x",
                "the connection is tried after 5 and 15 seconds, 1 and 2 minutes, then every 5"
                    + " minutes"
            ),
            ("432 4.3.2 x", "after 15 seconds at first, every 5 minutes in the end"),
            ("550 5.7.708 x", "after an hour"),
            ("550 5.7.60 x", "after an hour"),
            ("530 x", "the sign-in is tried after 1, 5 and 15 minutes, then every 30 minutes"),
            (
                "450 4.3.111 x",
                "after a minute at first, every hour in the end, until give_up_after has passed"
            ),
        ] as [(String, String)]
    )
    func waits(text: String, words: String) throws {
        #expect(try Explanation(text).readings.first?.judgement.nextAttempt == words)
    }

    @Test func `a hostile text is read in no time and never traps`() throws {
        let long = String(repeating: "5", count: 200_000)
        _ = try? Explanation(long)
        _ = try? Explanation(String(repeating: "550 ", count: 50_000))
        _ = try? Explanation(String(repeating: "550-5.7.1\n", count: 20_000))
        _ = try? Explanation(String(repeating: "event=\"\\", count: 20_000))
        _ = try? Explanation("250-\n250-\u{0}\n\u{FEFF}550-")
        for count in 0..<20 { _ = try? Explanation(String("550 5.7.1 x".prefix(count))) }
    }
}
