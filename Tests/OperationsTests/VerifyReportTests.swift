import Submission
import Testing

@testable import Operations

@Suite("Report of verify")
struct VerifyReportTests {
    private static let passed = VerifyStep(.names, .passed, "mx has 1 address: 192.0.2.1.")
    private static let skipped = VerifyStep(.outOfScope, .skipped, "Not tried.")
    private static let failed = VerifyStep(
        .signIn,
        .failed(advice: "Correct it.", .authentication),
        "The server refused."
    )
    private static let late = VerifyStep(
        .connection,
        .failed(advice: "Wait.", .temporary),
        "No connection could be made: mx: Connection refused."
    )

    private func report(_ steps: VerifyStep...) -> VerifyReport {
        VerifyReport([.init(name: "m365", target: "mx:587", steps: steps)])
    }

    @Test func `each step is a line, and advice stands below what failed`() {
        let report = report(Self.passed, Self.failed, Self.skipped)
        #expect(
            report.text(.words).output == [
                "Route m365: mx:587",
                "  ok       DNS           mx has 1 address: 192.0.2.1.",
                "  FAILED   AUTH          The server refused.",
                "                         Correct it.",
                "  skipped  out of scope  Not tried.",
                "Missing: AUTH.",
            ]
        )
        #expect(
            report.text(.symbols).output == [
                "Route m365: mx:587",
                "  ✓  DNS           mx has 1 address: 192.0.2.1.",
                "  ✗  AUTH          The server refused.",
                "                   Correct it.",
                "  –  out of scope  Not tried.",
                "Missing: AUTH.",
            ]
        )
    }

    @Test func `several routes stand apart, and everything missing is named`() {
        var report = report(Self.passed)
        report.routes.append(
            .init(name: "b", target: "x:25", steps: [Self.late, Self.failed])
        )
        #expect(
            report.text(.words).output == [
                "Route m365: mx:587", "  ok       DNS           mx has 1 address: 192.0.2.1.",
                "Nothing is missing.", "", "Route b: x:25",
                "  FAILED   TCP           No connection could be made: mx: Connection refused.",
                "                         Wait.",
                "  FAILED   AUTH          The server refused.",
                "                         Correct it.", "Missing: TCP, AUTH.",
            ]
        )
    }

    @Test func `the exit status tells settings from the weather`() {
        #expect(report(Self.passed, Self.skipped).status == .done)
        #expect(report(Self.passed, Self.late).status == .unavailable)
        #expect(report(Self.late, Self.failed).status == .settings)
        let categories: [(ReplyCategory, Operations.ExitStatus)] = [
            (.temporary, .unavailable), (.rate, .unavailable), (.permanent, .settings),
            (.authentication, .settings), (.configuration, .settings),
            (.senderBlocked, .settings),
        ]
        for (category, status) in categories {
            let step = VerifyStep(.sender, .failed(advice: "", category), "")
            #expect(report(step).status == status)
        }
    }

    @Test func `programs read the same`() {
        #expect(
            report(Self.passed, Self.failed).json.output == [
                "{", #"  "status": "failed","#, #"  "routes": ["#, "    {",
                #"      "name": "m365","#, #"      "target": "mx:587","#, #"      "steps": ["#,
                "        {", #"          "step": "dns","#, #"          "outcome": "ok","#,
                #"          "sentence": "mx has 1 address: 192.0.2.1.","#,
                #"          "advice": null"#, "        },", "        {",
                #"          "step": "auth","#, #"          "outcome": "failed","#,
                #"          "sentence": "The server refused.","#,
                #"          "advice": "Correct it.""#, "        }", "      ]", "    }", "  ]", "}",
            ]
        )
    }

    @Test func `every step has a word of its own`() {
        #expect(
            VerifyStep.Subject.allCases.map(\.word) == [
                "settings", "dns", "tcp", "tls", "capabilities", "token", "auth", "mail_from",
                "out_of_scope", "graph", "message",
            ]
        )
    }

    @Test(arguments: [
        (true, ["LANG": "C.UTF-8"], VerifyReport.Marks.symbols),
        (true, ["LANG": "de_DE.utf8"], .symbols), (false, ["LANG": "C.UTF-8"], .words),
        (true, ["LANG": "C.UTF-8", "LC_ALL": "C"], .words),
        (true, ["LANG": "C", "LC_ALL": "", "LC_CTYPE": "C.UTF-8"], .symbols), (true, [:], .words),
    ])
    func `marks are for terminals that can show them`(
        _ isTerminal: Bool,
        _ environment: [String: String],
        _ marks: VerifyReport.Marks
    ) {
        #expect(.suiting(isTerminal: isTerminal, environment: environment) == marks)
    }
}
