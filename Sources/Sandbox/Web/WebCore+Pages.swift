internal import Synchronization

extension WebCore {
    /// Answers the addresses of the inbox.
    func pageAnswer(_ ask: WebAsk) -> WebAnswer {
        switch ask.path {
        case []: return inboxPage(before: ask.query["before"].flatMap { Int($0) } ?? .max)
        case ["messages.json"]: return messageList(ask.query["before"].flatMap { Int($0) } ?? .max)
        case ["counters"]: return countersPage()
        default: break
        }
        guard ask.path.count <= 3, ask.path.count >= 2, let number = Int(ask.path[1]),
            let entry = inbox.entry(number)
        else { return Self.notFound }
        switch ask.path.dropFirst(2) {
        case []: return messagePage(entry)
        case ["raw"]: return rawMessage(entry)
        default: return Self.notFound
        }
    }

    private func inboxPage(before: Int) -> WebAnswer {
        let entries = inbox.entries(before: before)
        var page = HTMLPage(title: "Inbox of the sandbox")
        if inbox.folder == nil {
            page.paragraph("Messages are counted here, and not kept.")
        } else if entries.isEmpty {
            page.paragraph("No message has arrived yet.")
        }
        let rows = entries.map { entry in
            let subject = entry.subject.isEmpty ? "(no subject)" : entry.subject
            return [
                "<a href=\"/messages/\(entry.number)\">\(entry.number)</a>",
                HTMLPage.text(entry.text("acceptedAt")),
                HTMLPage.text(Self.side(of: entry)),
                HTMLPage.text(entry.text("mailbox")),
                HTMLPage.text(entry.from),
                HTMLPage.text(entry.recipients.joined(separator: ", ")),
                HTMLPage.text(subject),
                HTMLPage.text(entry.text("octets")),
                HTMLPage.text(entry.notes.joined(separator: ", ")),
            ]
        }
        if !rows.isEmpty { page.table(Self.heads, rows) }
        if entries.count == Inbox.pageLength, let last = entries.last {
            page.raw("<p><a href=\"/?before=\(last.number)\">Earlier messages</a></p>")
        }
        return page.answer(200)
    }

    private static let heads = [
        "No.", "When", "Side", "Mailbox", "From", "Recipients", "Subject", "Octets", "Notes",
    ]

    /// By which way a message came.
    private static func side(of entry: Inbox.Entry) -> String {
        let side = entry.text("side")
        if !side.isEmpty { return side }
        return entry.text("mechanism") == "Graph" ? "graph" : "smtp"
    }

    private func messagePage(_ entry: Inbox.Entry) -> WebAnswer {
        var page = HTMLPage(title: entry.subject.isEmpty ? "(no subject)" : entry.subject)
        let rows = [
            ("When", entry.text("acceptedAt")), ("Side", Self.side(of: entry)),
            ("Signed in by", entry.text("mechanism")), ("Mailbox", entry.text("mailbox")),
            ("From", entry.from), ("Envelope sender", entry.text("sender")),
            ("Recipients", entry.recipients.joined(separator: ", ")),
            ("Message-ID", entry.text("messageID")), ("Octets", entry.text("octets")),
            ("SHA-256", entry.text("sha256")), ("Notes", entry.notes.joined(separator: ", ")),
        ]
        page.table(["", ""], rows.map { [HTMLPage.text($0.0), HTMLPage.text($0.1)] })
        page.raw("<p><a href=\"/messages/\(entry.number)/raw\">Download the message</a></p>\n")
        let beginning = String(decoding: inbox.beginning(of: entry.name), as: UTF8.self)
        let lines = beginning.replacing("\r\n", with: "\n")
        page.raw("<pre>\(HTMLPage.text(lines))</pre>\n")
        return page.answer(200)
    }

    private func rawMessage(_ entry: Inbox.Entry) -> WebAnswer {
        guard let content = inbox.content(of: entry) else { return Self.notFound }
        return WebAnswer(
            200,
            [
                ("Content-Type", "application/octet-stream"),
                // The name has letters, digits, dots, dashes and @ only.
                ("Content-Disposition", "attachment; filename=\"\(entry.name).eml\""),
            ] + HTMLPage.protection,
            body: content
        )
    }

    private func messageList(_ before: Int) -> WebAnswer {
        let messages = inbox.entries(before: before).map { entry -> JSONValue in
            guard case .object(let members) = entry.envelope else { return entry.envelope }
            return .object(
                members + [
                    JSONValue.Member(name: "from", value: .string(entry.from)),
                    JSONValue.Member(name: "subject", value: .string(entry.subject)),
                ]
            )
        }
        return .json(200, .members([("messages", .array(messages))]))
    }
}

extension WebCore {
    private func countersPage() -> WebAnswer {
        let counts = tenant.counts
        var page = HTMLPage(title: "Counters")
        page.paragraph("What clients did since the start, and how often they ran into a limit.")
        let accounts = counts.accounts.sorted { $0.key < $1.key }.map { name, account in
            [
                name, "\(account.submitted)", "\(account.accepted)", "\(account.recipients)",
                Self.used(account.mostMessagesPerMinute, tenant.rehearsal.limits.messagesPerMinute),
                Self.used(account.mostSessions, tenant.rehearsal.limits.sessions),
                Self.used(account.mostRecipientsPerDay, tenant.rehearsal.limits.recipientsPerDay),
            ].map { HTMLPage.text($0) }
        }
        page.table(
            [
                "Account", "Submitted", "Accepted", "Recipients", "Most in a minute",
                "Most sessions", "Most recipients in a day",
            ],
            accounts
        )
        let external = counts.mostExternalRecipientsPerDay.sorted { $0.key < $1.key }
        page.table(
            ["Organisation", "Most external recipients in a day"],
            external.map { name, most in
                let organisation = tenant.rehearsal.organisation(named: name)
                let limit = organisation.flatMap { tenant.rehearsal.externalRecipients(of: $0) }
                return [HTMLPage.text(name), HTMLPage.text(Self.used(most, limit))]
            }
        )
        let atOnce = book.withLock { $0.graph.mostAtOnce }
        page.table(
            ["Limit", "Times a client ran into it"],
            RehearsalCounts.Limit.allCases.map {
                [HTMLPage.text($0.rawValue), "\(counts.violations[$0] ?? 0)"]
            }
        )
        page.paragraph(
            "Most requests to Graph at once, by one application for one mailbox: "
                + Self.used(atOnce, limits.requestsAtOnce) + "."
        )
        return page.answer(200)
    }

    private static func used(_ most: Int, _ limit: Int?) -> String {
        limit.map { "\(most) of \($0)" } ?? "\(most)"
    }
}
