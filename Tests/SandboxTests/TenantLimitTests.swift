import Testing

@testable import Sandbox

@Suite("Tenant limits")
struct TenantLimitTests {
    /// A tenant's state and a time that is moved by hand.
    struct Stage {
        var state: TenantState
        var now = Contoso.start
        let submitter: Submitter

        init(
            _ mailbox: String = "erp@contoso.com",
            kind: Submitter.Kind = .mailbox,
            _ change: (inout Rehearsal) -> Void = { _ in }
        ) throws {
            state = TenantState(try Contoso.rehearsal(change))
            submitter = Submitter(kind: kind, name: mailbox)
        }

        /// Submits a message to so many recipients.
        mutating func submit(
            recipients: Int = 1,
            domain: String = "contoso.com",
            session: String? = nil,
            _ change: (inout SubmittedMessage) -> Void = { _ in }
        ) -> SubmissionOutcome {
            var message = SubmittedMessage(submitter)
            message.session = session
            message.recipients = (0..<recipients).map { "r\($0)@\(domain)" }
            change(&message)
            return state.submit(message, at: now)
        }

        /// Moves the time on.
        mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }
    }

    @Test func `the 31st message in a minute is refused, and the next minute is free`() throws {
        var stage = try Stage()
        for _ in 0..<30 {
            #expect(stage.submit() == .accepted(after: .zero))
            stage.pass(.seconds(1))
        }
        #expect(stage.submit() == .refused(.tooManyMessages))
        // The first of them was 30 seconds ago.
        stage.pass(.milliseconds(29_999))
        #expect(stage.submit() == .refused(.tooManyMessages))
        stage.pass(.milliseconds(1))
        #expect(stage.submit() == .accepted(after: .zero))
        #expect(stage.submit() == .refused(.tooManyMessages))
        let counts = stage.state.counts
        #expect(counts.violations == [.messageRate: 3])
        #expect(counts.accounts["erp@contoso.com"]?.accepted == 31)
        #expect(counts.accounts["erp@contoso.com"]?.submitted == 34)
        #expect(counts.accounts["erp@contoso.com"]?.mostMessagesPerMinute == 33)
    }

    @Test func `the 31st message in a minute waits when excess is delayed`() throws {
        var stage = try Stage { $0.excess = .delay }
        for _ in 0..<30 { #expect(stage.submit() == .accepted(after: .zero)) }
        stage.pass(.seconds(10))
        #expect(stage.submit() == .accepted(after: .seconds(50)))
        #expect(stage.submit() == .accepted(after: .seconds(50)))
        stage.pass(.seconds(50))
        for _ in 0..<28 { #expect(stage.submit() == .accepted(after: .zero)) }
        #expect(stage.submit() == .accepted(after: .seconds(60)))
    }

    @Test func `the day of recipients rolls`() throws {
        var stage = try Stage { $0.limits.recipientsPerMessage = nil }
        #expect(stage.submit(recipients: 6000) == .accepted(after: .zero))
        stage.pass(.seconds(12 * 3600))
        #expect(stage.submit(recipients: 4001) == .refused(.dailyRecipients))
        #expect(stage.submit(recipients: 4000) == .accepted(after: .zero))
        #expect(stage.submit() == .refused(.dailyRecipients))
        stage.pass(.seconds(12 * 3600 - 1))
        #expect(stage.submit() == .refused(.dailyRecipients))
        stage.pass(.seconds(1))
        #expect(stage.submit(recipients: 6000) == .accepted(after: .zero))
        #expect(stage.submit() == .refused(.dailyRecipients))
        #expect(stage.state.counts.accounts["erp@contoso.com"]?.mostRecipientsPerDay == 10_000)
    }

    @Test func `a fourth session is refused until an earlier one ends`() throws {
        var stage = try Stage()
        for name in ["a", "b", "c", "d"] { stage.state.admitSession(name, of: stage.submitter) }
        #expect(stage.submit(session: "c") == .accepted(after: .zero))
        #expect(stage.submit(session: "d") == .refused(.tooManySessions))
        stage.state.endSession("a")
        #expect(stage.submit(session: "d") == .accepted(after: .zero))
        #expect(stage.state.counts.accounts["erp@contoso.com"]?.mostSessions == 4)
        #expect(stage.state.counts.violations == [.sessions: 1])
    }

    @Test func `external recipients of all mailboxes count for the tenant`() throws {
        var stage = try Stage { $0.limits.externalRecipients = .limited(10) }
        #expect(stage.submit(recipients: 100) == .accepted(after: .zero))
        #expect(stage.submit(recipients: 9, domain: "example.com") == .accepted(after: .zero))
        let other = Submitter(kind: .mailbox, name: "scanner@contoso.com")
        var message = SubmittedMessage(other)
        message.recipients = ["a@example.com", "b@example.com"]
        #expect(stage.state.submit(message, at: stage.now) == .refused(.externalRecipients))
        // Another tenant's mailbox is external as well.
        #expect(stage.submit(domain: "fabrikam.example") == .accepted(after: .zero))
        #expect(stage.submit(domain: "fabrikam.example") == .refused(.externalRecipients))
        #expect(stage.state.counts.mostExternalRecipientsPerDay == ["contoso": 10])
        stage.pass(.seconds(86_400))
        #expect(stage.submit(recipients: 10, domain: "example.com") == .accepted(after: .zero))
    }

    @Test func `a sender at onmicrosoft.com has 100 external recipients a day`() throws {
        var stage = try Stage()
        let own: (inout SubmittedMessage) -> Void = { $0.sender = "erp@contoso.onmicrosoft.com" }
        #expect(
            stage.submit(recipients: 100, domain: "example.com", own) == .accepted(after: .zero)
        )
        #expect(stage.submit(domain: "example.com", own) == .refused(.onmicrosoftRecipients))
        #expect(stage.submit(domain: "example.com") == .accepted(after: .zero))
    }

    @Test func `high volumes have neither rate nor external recipients to count`() throws {
        var stage = try Stage("alerts@contoso.com", kind: .highVolume)
        for _ in 0..<100 { #expect(stage.submit(recipients: 200) == .accepted(after: .zero)) }
        #expect(stage.state.counts.violations.isEmpty)
    }

    @Test func `a resource has 30 messages a minute and 100 an hour`() throws {
        var stage = try Stage("contoso-mail", kind: .resource)
        for _ in 0..<3 {
            for _ in 0..<30 { #expect(stage.submit() == .accepted(after: .zero)) }
            #expect(stage.submit() == .refused(.tooManyMessages))
            stage.pass(.seconds(60))
        }
        for _ in 0..<10 { #expect(stage.submit() == .accepted(after: .zero)) }
        #expect(stage.submit() == .refused(.tooManyMessages))
        stage.pass(.seconds(3600))
        #expect(stage.submit(recipients: 50) == .accepted(after: .zero))
        #expect(stage.submit(recipients: 51) == .refused(.tooManyRecipients))
        #expect(stage.submit { $0.octets = 10_485_761 } == .refused(.tooLarge))
    }

    @Test func `what a mailbox may send has a size and a sender`() throws {
        var stage = try Stage("scanner@contoso.com")
        #expect(stage.submit { $0.octets = 10_485_760 } == .accepted(after: .zero))
        #expect(stage.submit { $0.octets = 10_485_761 } == .refused(.tooLarge))
        #expect(stage.submit(recipients: 21) == .refused(.tooManyRecipients))
        #expect(
            stage.submit { $0.headerSenders = ["boss@contoso.com"] }
                == .refused(
                    .headerSenderDenied(mailbox: "scanner@contoso.com", sender: "boss@contoso.com")
                )
        )
        var full = try Stage("full@contoso.com")
        #expect(full.submit() == .refused(.mailboxFull))
    }

    @Test func `equal failures block their sender for an hour`() throws {
        var stage = try Stage("full@contoso.com")
        for _ in 0..<10 { #expect(stage.submit() == .refused(.mailboxFull)) }
        #expect(stage.submit() == .refused(.senderBlocked(.mailboxFull)))
        stage.pass(.milliseconds(3_599_999))
        #expect(stage.submit() == .refused(.senderBlocked(.mailboxFull)))
        stage.pass(.milliseconds(1))
        #expect(stage.submit() == .refused(.mailboxFull))
        #expect(stage.state.counts.violations == [.equalFailures: 2])
    }

    @Test func `failures spread over hours block nobody`() throws {
        var stage = try Stage("full@contoso.com")
        for _ in 0..<40 {
            #expect(stage.submit() == .refused(.mailboxFull))
            stage.pass(.seconds(400))
        }
    }

    @Test func `a message a fault refuses is an attempt and no more`() throws {
        var stage = try Stage()
        var message = SubmittedMessage(stage.submitter)
        message.recipients = ["a@example.com"]
        for _ in 0..<31 {
            #expect(stage.state.judge(message, at: stage.now) == .accepted(after: .zero))
        }
        let account = stage.state.counts.accounts["erp@contoso.com"]
        #expect(account?.submitted == 31)
        #expect(account?.accepted == 0)
        #expect(stage.state.counts.mostExternalRecipientsPerDay.isEmpty)
    }

    @Test func `made-up accounts need a bounded memory`() throws {
        var state = TenantState(try Contoso.rehearsal())
        for number in 0..<(TenantState.accountLimit + 10) {
            let submitter = Submitter(kind: .anybody, name: "a\(number)@example.com")
            _ = state.submit(SubmittedMessage(submitter), at: Contoso.start)
        }
        let counts = state.counts
        #expect(counts.accounts.count == TenantState.accountLimit + 1)
        #expect(counts.accounts["(others)"]?.accepted == 10)
    }

    @Test func `the counts are a JSON object and sentences`() throws {
        var stage = try Stage { $0.limits.messagesPerMinute = 1 }
        _ = stage.submit(domain: "example.com")
        _ = stage.submit()
        let counts = stage.state.counts
        #expect(
            counts.json == """
                {
                  "accounts": {"erp@contoso.com": {"submitted": 2, "accepted": 1, "recipients": 1, \
                "mostMessagesPerMinute": 2, "mostMessagesPerHour": 2, "mostSessions": 0, \
                "mostRecipientsPerDay": 1}},
                  "mostExternalRecipientsPerDay": {"contoso": 1},
                  "violations": {"equal-failures": 0, "external-recipients": 0, \
                "graph-requests": 0, "graph-requests-at-once": 0, "graph-upload": 0, \
                "message-rate": 1, "recipients-per-day": 0, "recipients-per-message": 0, \
                "sessions": 0, "size": 0}
                }

                """
        )
        #expect(
            counts.lines == [
                "erp@contoso.com: 1 of 2 messages accepted; at most 2 in a minute,"
                    + " 0 sessions at once, 1 recipients in a day",
                "contoso: at most 1 external recipients in a day",
                "the limit message-rate was run into 1 times",
            ]
        )
    }
}
