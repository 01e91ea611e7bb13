import Settings
import Testing

@testable import Operations

@Suite("Settings draft")
struct SettingsDraftTests {
    private typealias Answers = [SettingsQuestion: String]

    private static let base: Answers = [.pickup: "erp", .path: "/srv/drop/erp", .operators: "none"]
    private static let application: Answers = [
        .tenant: "contoso.onmicrosoft.com", .clientID: "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b",
    ]

    /// One for each way in which a service signs in.
    private static let ways: [Answers] =
        ["exchange-online", "graph", "hve"].flatMap { service in
            ["certificate", "secret", "device", "managed", "password"]
                .filter { service != "graph" || $0 != "password" }
                .map { way in
                    application.merging(
                        [.service: service, .signIn: way, .mailbox: "erp@contoso.com"]
                    ) { $1 }
                }
        } + [
            application.merging([.service: "acs", .signIn: "secret", .username: acsUser]) { $1 },
            [.service: "acs", .signIn: "password", .username: acsUser],
            [.service: "connector", .domain: "contoso.com"],
            [
                .service: "connector", .domain: "contoso.com",
                .clientCertificate: "/etc/postchute/relay.pem",
            ],
            [.service: "direct-send", .domain: "contoso.com", .allowFrom: "erp@contoso.com"],
            [.service: "smtp", .host: "mail.contoso.com", .signIn: "password", .username: "erp"],
            [.service: "smtp", .host: "127.0.0.1", .tls: "none", .signIn: "none"],
        ]

    private static let acsUser =
        "mail|0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b|5a4db0c5-2f10-4f6e-9d1c-0c0f5d7b1a01"

    @Test func `an answer with quotation marks stays one value`() throws {
        let answer = "/srv/drop\", route = \"x"
        let answers = Self.base.merging(Self.ways[0]) { $1 }.merging([.path: answer]) { $1 }
        #expect(try draft(answers).text.contains(#""/srv/drop\", route = \"x""#))
    }

    private func draft(_ answers: Answers) throws -> SettingsDraft {
        var draft = SettingsDraft()
        while let question = draft.next {
            let answer = try #require(
                answers[question] ?? draft.standard(question),
                "\(question) has neither answer nor standard"
            )
            try draft.answer(question, answer)
        }
        return draft
    }

    @Test(arguments: ways.indices)
    func `every way to sign in makes settings without complaints`(way: Int) throws {
        let answers = Self.base.merging(Self.ways[way]) { $1 }
        let text = try draft(answers).text
        let settings = try RelaySettings.parse(Array(text.utf8), file: "postchute.toml")
        #expect(settings.pickups.map(\.path) == ["/srv/drop/erp"])
        #expect(settings.routes.map(\.service.rawValue) == [answers[.service]])
        #expect(settings.pickups[0].operators == nil)
    }

    @Test func `the file is commented and in columns`() throws {
        let answers = Self.application.merging([.mailbox: "erp@contoso.com"]) { $1 }
        #expect(
            try draft(answers).text == """
                # Settings of Postchute, written by postchute init.
                #
                # postchute.toml(5) explains every key; postchute check finds mistakes before the daemon
                # does. No secret stands here, only the files that hold them.

                [pickup.erp]
                path      = "/srv/drop/erp"          # *.eml put here is sent
                route     = "m365"
                operators = "postchute-operators"    # may read queue/, failed/ … and move files there

                [route.m365]
                service  = "exchange-online"
                mailbox  = "erp@contoso.com"
                identity = "contoso"

                [identity.contoso]
                tenant      = "contoso.onmicrosoft.com"
                client_id   = "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b"    # the application's id
                certificate = "/etc/postchute/contoso.pfx"              # renew it before it ends

                """
        )
    }

    @Test(arguments: [
        (SettingsQuestion.pickup, "two words"), (.pickup, "x]\n[route.y"), (.path, "srv/drop"),
        (.path, "/"), (.path, "/srv/../drop"), (.service, "exchange"), (.mailbox, "erp"),
        (.mailbox, "a@b.example\", client_id = \"x"),
        (.tenant, "not a domain"), (.clientID, "123"), (.certificate, "contoso.pfx"),
        (.signIn, "none"), (.mailbox, "   "),
    ])
    func `a wrong answer is refused and changes nothing`(
        question: SettingsQuestion,
        answer: String
    ) throws {
        var draft = SettingsDraft()
        while let next = draft.next, next != question {
            try draft.answer(next, draft.standard(next) ?? next.example)
        }
        let before = draft
        #expect(throws: Objection.self) { try draft.answer(question, answer) }
        #expect(draft == before)
    }

    @Test func `a wrong answer is met with the words of check`() throws {
        var draft = SettingsDraft()
        #expect(
            throws: Objection("\"srv\" is not an absolute path.", "Begin it with a slash.")
        ) { try draft.answer(.path, "srv") }
        try draft.answer(.service, "graph")
        #expect(
            throws: Objection(
                "\"secrets\" is not one of \"certificate\", \"secret\", \"device\", \"managed\".",
                "Did you mean \"secret\"?"
            )
        ) { try draft.answer(.signIn, "secrets") }
    }

    @Test func `an option that is wrong or missing is named`() throws {
        var draft = SettingsDraft()
        let wrong = #expect(throws: CommandRefusal.self) { try draft.take("fax", for: .service) }
        #expect(wrong?.status == .usage)
        #expect(wrong?.lines.first?.hasPrefix("--service: \"fax\" is not one of ") == true)
        let missing = #expect(throws: CommandRefusal.self) {
            try draft.takeStandard(of: .mailbox)
        }
        #expect(
            missing?.lines == [
                "There is no terminal to ask on; say it with --mailbox: The mailbox that sends; "
                    + "\"{from}\" is each message's own From."
            ]
        )
    }

    @Test func `every question is one sentence or more, and ends as one`() {
        for question in SettingsQuestion.allCases {
            #expect(question.words.hasSuffix("."), "\(question)")
            #expect(question.words.first?.isUppercase == true, "\(question)")
        }
    }
}
