import TestSupport
import Testing

// What is seen.
extension MorningTests {
    /// Pager and mail.
    func readAlerts(_ morning: MorningRelay) async throws {
        for trouble in morning.troubles {
            let told = try await morning.waitForPage(
                trouble.key,
                trouble.isIncident ? \.happened : \.opened
            )
            #expect(trouble.isTold(by: told.sentence), "\(told)")
            #expect(told.advice == trouble.advice)
            #expect(told.severity == trouble.severity)
            try await waitUntil("the mail of \(trouble.key)") {
                let mail = try morning.mail()
                return mail.contains("  [\(trouble.severity)] \(trouble.sentence)")
                    && mail.contains("    What to do: \(trouble.advice)\r\n")
            }
        }
    }

    /// `status`, for people and for programs.
    func readStatus(_ morning: MorningRelay) async throws {
        let run = try await morning.relay.command("status")
        #expect(run.code == 75)
        let lines = run.output.split(separator: "\n").map(String.init)
        for trouble in morning.troubles {
            let told = "  [\(trouble.severity)] \(trouble.sentence)"
            let number = try #require(lines.firstIndex { $0.hasPrefix(told) }, "\(run)")
            #expect(lines[number + 1] == "    What to do: \(trouble.advice)")
        }
        for (start, end) in morning.attention {
            #expect(lines.contains { $0.hasPrefix("  \(start)") && $0.hasSuffix(end) }, "\(run)")
        }
        try await readStatusForPrograms(morning)
    }

    private func readStatusForPrograms(_ morning: MorningRelay) async throws {
        let json = try await morning.relay.command("status", "--json").json(MorningStatus.self)
        #expect(json.status == "suspended")
        for (start, end) in morning.attention {
            #expect(json.attention.contains { $0.hasPrefix(start) && $0.hasSuffix(end) }, "\(json)")
        }
        for trouble in morning.troubles {
            let told = try #require(json.alerts.first { $0.key == trouble.key }, "\(json)")
            #expect(trouble.isTold(by: told.sentence) && told.advice == trouble.advice, "\(told)")
            #expect(told.severity == trouble.severity)
        }
    }

    /// The first page of the dashboard, and its routes.
    func readOverview(_ morning: MorningRelay) async throws {
        let page = try await morning.page.text()
        #expect(page.contains("Is mail flowing? Partly. 2 of 4 pickups cannot send. "), "\(page)")
        for trouble in morning.troubles {
            let word = trouble.severity == "critical" ? "Critical" : "Warning"
            #expect(page.contains("\(word) \(trouble.sentence)"), "\(page)")
            #expect(page.contains("\(trouble.advice) Since "), "\(page)")
        }
        for (start, end) in morning.obstacles {
            #expect(page.contains(start) && page.contains(end), "\(start)…\(end): \(page)")
        }
        let routes = try await morning.page.text("/routes")
        #expect(
            routes.contains(
                "lab suspended The sign-in of identity 'contoso' was refused: the client secret has"
                    + " expired (AADSTS7000222, "
            ),
            "\(routes)"
        )
        #expect(routes.contains("\(Trouble.newSecret) Postchute looks again in "), "\(routes)")
        #expect(routes.contains("; resume it to have it look at once."), "\(routes)")
    }

    /// The texts in `failed/`, and the pages of messages.
    func readMessages(_ morning: MorningRelay) async throws {
        for (id, happened, advice) in Self.refusals {
            let reason = try morning.reason(id, of: "orders")
            #expect(
                reason.hasPrefix(
                    "\u{FEFF}Nobody received this message: the mail server refused the recipient "
                        + "\(happened.0).\nThe server refused \(happened.0): \(happened.1)\n\n"
                        + "What to do\n  \(advice)\n  To try again, move the message file (not this"
                        + " text) back to the drop folder, or run \"postchute retry\" with its id.\n"
                ),
                "\(reason)"
            )
            let page = try await morning.messagePage(id, .failed, of: "orders")
            let told = "The server refused \(happened.0): \(happened.1) What to do \(advice)"
            #expect(page.contains("failed It was not sent. What happened \(told)"), "\(page)")
            let row = "Address Outcome Reply \(happened.0) refused \(happened.1)"
            #expect(page.contains(row), "\(page)")
        }
        try await readDuplicate(morning)
        try await readWaiting(morning)
    }

    private func readDuplicate(_ morning: MorningRelay) async throws {
        let order = try await morning.messagePage("order", .queue, of: "orders")
        #expect(
            order.contains(
                "A possible duplicate: nobody knows whether the server accepted it, since the"
                    + " connection ended before its reply."
            )
        )
        #expect(
            order.contains(
                "What to do Postchute sends it once more by itself (retry in 15 min), with the same"
                    + " Message-ID. If a second copy would do harm, set it aside before that with"
                    + " postchute hold, and ask a recipient or search for the Message-ID in the"
                    + " message trace of the server. If it arrived, run postchute remove; if it did"
                    + " not, postchute release."
            ),
            "\(order)"
        )
    }

    private func readWaiting(_ morning: MorningRelay) async throws {
        let night = try await morning.messagePage("night1", .queue, of: "erp")
        #expect(
            night.contains("It waits. Route lab: The sign-in of identity 'contoso' was refused: ")
        )
        let scan = try await morning.messagePage("scan", .queue, of: "scans")
        #expect(
            scan.contains(
                "It waits. Pickup scans: The disk of \(morning.folder("scans")) has only "
            )
        )
        let run = try await morning.messagePage(try morning.waitingRun(), .queue, of: "batch")
        #expect(
            run.contains(
                "It waits. Pickup batch: It has used up its limit of 5 messages in an hour"
            ),
            "\(run)"
        )
    }

    private static let refusals = [
        (
            "typo",
            (
                "550-5.1.10@fault.test",
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
            ), "Correct the recipient's address: the organisation has no such mailbox."
        ),
        (
            "gone",
            (
                "550-5.4.1@fault.test",
                "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"
            ),
            "Correct the recipient's address: its organisation has no such mailbox, or the domain is"
                + " not set up to receive mail there (Exchange admin center, Mail flow, Accepted"
                + " domains)."
        ),
        (
            "new",
            (
                "new@contoso.com",
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
            ), "Correct the recipient's address: the organisation has no such mailbox."
        ),
    ]
}
