import Testing

@testable import Sandbox

@Suite("Fault script")
struct FaultScriptTests {
    @Test func `a rule has a moment, conditions, an action and counts`() throws {
        let script = try FaultScript(
            """
            # The first two are let through.

            at MAIL from *@contoso.com mailbox a* delay 2s reply "550 5.7.60 No \\"you\\"" times 3 after 2
            at helo hide starttls AUTH times 1  # both
            """
        )
        #expect(
            script.rules == [
                FaultRule(
                    point: .mail,
                    conditions: [
                        FaultRule.Condition(field: .from, pattern: "*@contoso.com"),
                        FaultRule.Condition(field: .mailbox, pattern: "a*"),
                    ],
                    fault: Fault(
                        delay: .seconds(2),
                        effect: .reply(SandboxReply(550, "5.7.60 No \"you\""))
                    ),
                    skip: 2,
                    times: 3
                ),
                FaultRule(
                    point: .ehlo,
                    conditions: [],
                    fault: Fault(effect: .hide(["STARTTLS", "AUTH"])),
                    skip: 0,
                    times: 1
                ),
            ]
        )
    }

    @Test(arguments: [
        (
            "MAIL close",
            "A line begins with \"at\", \"outage\", \"tokens\" or \"seed\"."
        ),
        ("at MAIL close chance 0%", "\"chance\" needs one percentage such as 5% or 0.5%."),
        ("at MAIL close chance five", "\"chance\" needs one percentage such as 5% or 0.5%."),
        (
            "at MAIL close between 2h 10m",
            "\"between\" needs two times of the sandbox such as 10m 2h, the later last."
        ),
        ("outage at 10m", "An outage is written \"outage from 10m for 5m\"."),
        ("outage from 10m for 99d", "An outage is written \"outage from 10m for 5m\"."),
        ("tokens expire", "It is written \"tokens expire at 30m\"."),
        ("seed -1", "\"seed\" needs one whole number."),
        (
            "at EXPN close",
            "\"EXPN\" is no moment of a session; it must be one of greeting, handshake, EHLO,"
                + " STARTTLS, AUTH, sign-in, MAIL, RCPT, DATA, content, dot, RSET, NOOP, VRFY, QUIT."
        ),
        (
            "at MAIL",
            "The rule does nothing; possible are delay, reply, close, half-reply, endless-reply."
        ),
        (
            "at MAIL explode",
            "\"explode\" cannot be done at MAIL; possible are delay, reply, close, half-reply,"
                + " endless-reply."
        ),
        (
            "at RCPT hide STARTTLS",
            "\"hide\" cannot be done at RCPT; possible are delay, reply, close, half-reply,"
                + " endless-reply."
        ),
        (
            "at handshake reply \"500 x\"",
            "\"reply\" cannot be done at handshake; possible are delay, garbage, close, expired,"
                + " wrong-name."
        ),
        (
            "at content half-reply",
            "\"half-reply\" cannot be done at content; possible are delay, close."
        ),
        (
            "at EHLO expired",
            "\"expired\" cannot be done at EHLO; possible are delay, reply, close, half-reply,"
                + " endless-reply, hide."
        ),
        ("at MAIL to a@b close", "\"to\" is not known yet at MAIL."),
        ("at greeting from a@b close", "\"from\" is not known yet at greeting."),
        ("at MAIL close from", "\"from\" needs a pattern such as *@contoso.com."),
        (
            "at MAIL close half-reply",
            "\"half-reply\" is one action too many; a rule has one, beside a delay."
        ),
        ("at MAIL delay 61m", "\"delay\" needs one time up to an hour, such as 5s, 200ms or 2m."),
        ("at MAIL delay", "\"delay\" needs one time up to an hour, such as 5s, 200ms or 2m."),
        ("at MAIL close times 0", "\"times\" needs one number from 1 on."),
        ("at MAIL close after x", "\"after\" needs one number from 1 on."),
        ("at EHLO hide times 1", "\"hide\" needs the keywords to hide, such as STARTTLS."),
        (
            "at MAIL reply 550",
            "\"reply\" needs a quoted reply such as \"451 4.7.0 Try again later\"."
        ),
        (
            "at MAIL reply \"5501 x\"",
            "\"reply\" needs a quoted reply such as \"451 4.7.0 Try again later\"."
        ),
        ("at MAIL reply \"550 x", "A quoted text has no closing quote."),
        ("at MAIL reply \"550 \u{1B}\"", "A line must not contain control characters."),
    ])
    func `a bad line is refused with its number and its cure`(line: String, sentence: String) {
        let error = #expect(throws: FaultScriptError.self) { try FaultScript("\n\(line)") }
        #expect(error?.description == "line 2: \(sentence)")
    }

    @Test func `a script has an end`() {
        let lines = repeatElement("at NOOP close", count: 1001).joined(separator: "\n")
        let error = #expect(throws: FaultScriptError.self) { try FaultScript(lines) }
        #expect(error?.description == "line 1001: A script can have 1000 rules.")
    }

    @Test(arguments: [
        ("a@contoso.com", "*@contoso.com", true), ("a@Contoso.COM", "*@contoso.com", true),
        ("a@contoso.com.evil", "*@contoso.com", false), ("", "*", true), ("", "", true),
        ("abc", "a*c", true), ("abcbd", "a*c*d", true), ("abc", "a*d", false), ("abc", "ab", false),
        ("aaab", "*ab", true), ("ab", "a**b", true),
    ])
    func `a star stands for anything`(text: String, pattern: String, isMatch: Bool) {
        #expect(FaultRule.matches(text, pattern) == isMatch)
    }

    @Test func `counts hold for all sessions together`() throws {
        var book = FaultBook(try FaultScript("at NOOP close times 2 after 1"))
        let effects = (0..<5).map { _ in book.take(at: .noOperation, for: FaultSubject())?.effect }
        #expect(effects == [nil, .close, .close, nil, nil])
    }

    @Test func `the first rule that matches is carried out`() throws {
        var book = FaultBook(
            try FaultScript("at MAIL from a@* half-reply times 1\nat MAIL close\nat MAIL delay 1s")
        )
        var subject = FaultSubject()
        subject.sender = SandboxAddress("a@b")
        #expect(book.take(at: .mail, for: subject)?.effect == .halfReply)
        #expect(book.take(at: .mail, for: subject)?.effect == .close)
    }
}

extension FaultScriptTests {
    private static func effects(_ script: String, count: Int = 1000) throws -> [FaultEffect?] {
        var book = FaultBook(try FaultScript(script))
        return (0..<count).map { _ in book.take(at: .dot, for: FaultSubject())?.effect }
    }

    @Test func `a chance is as good as it says, and the same for the same seed`() throws {
        let first = try Self.effects("seed 7\nat dot close chance 10%")
        let hits = first.count { $0 == .close }
        #expect((70...130).contains(hits), "\(hits)")
        #expect(try Self.effects("seed 7\nat dot close chance 10%") == first)
        #expect(try Self.effects("seed 8\nat dot close chance 10%") != first)
        #expect(try Self.effects("at dot close chance 100%").allSatisfy { $0 == .close })
    }

    @Test func `a rule holds between two times of the sandbox`() throws {
        var book = FaultBook(try FaultScript("at dot close between 10m 1h"))
        for (seconds, isHeld) in [(599, false), (600, true), (3599, true), (3600, false)] {
            book.now = SandboxTime(milliseconds: Int64(seconds) * 1000)
            #expect((book.take(at: .dot, for: FaultSubject()) != nil) == isHeld, "\(seconds)")
        }
    }

    @Test func `outages and expiries are times of the sandbox`() throws {
        let script = try FaultScript(
            "outage from 10m for 5m\noutage from 1d for 1h\ntokens expire at 90s"
        )
        #expect(
            script.outages == [
                .seconds(600)..<(.seconds(900)), .seconds(86_400)..<(.seconds(90_000)),
            ]
        )
        #expect(script.revocations == [.seconds(90)])
        #expect(script.rules.isEmpty)
    }
}
