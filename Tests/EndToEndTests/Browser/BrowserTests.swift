import FoundationEssentials
import TestSupport
import Testing

/// The daemon's dashboard in Chromium, which Debian has as `chromium` and `chromium-driver`.
@Suite("Dashboard in a browser", .serialized)
struct BrowserTests {
    private struct Seen: Decodable {
        var signIn: String
        var list: String
        var heading: String
        var notice: String
        var answer: String
        var signedOut: String
        var console: [String]
    }

    private static let subject = "<script>alert(1)</script> \"><img src=x onerror=alert(2)>"

    @Test(.timeLimit(.minutes(3)))
    func `an operator signs in, retries what failed, and it is sent`() async throws {
        let port = try freePort()
        var plan = RelayPlan()
        plan.script = #"at RCPT reply "550 5.1.1 unknown" times 1"#
        plan.tables = "[http]\nlisten = '127.0.0.1:\(port)'"
        try await withRelay("browser", plan) { relay in
            let message = RelayHarness.message("plain")
            try relay.drop(
                "a.eml",
                message.replacing("Subject: plain", with: "Subject: \(Self.subject)")
            )
            try await relay.waitFor(.failed, "a.eml")
            let token = try await relay.command("token", "add", "ada", "--role", "operator").output
            let script = #filePath.replacing("BrowserTests.swift", with: "visit.py")
            let child = try ChildProcess(
                ["/usr/bin/python3", script, "http://127.0.0.1:\(port)"],
                input: .pipe
            )
            child.write(token)
            child.closeInput()
            let exit = try await child.waitForExit(limit: .seconds(120))
            try #require(exit == .code(0), "\(child.errors)")
            let seen = try JSONDecoder().decode(Seen.self, from: Data(child.output.utf8))
            #expect(seen.signIn == "Sign in" && seen.list == "Messages")
            #expect(seen.heading == Self.subject || seen.heading == "a.eml")
            #expect(seen.notice.hasSuffix("(a.eml) is back in the queue, due at once."))
            #expect(seen.answer == "Yes.")
            #expect(seen.signedOut == "Sign in")
            #expect(seen.console.isEmpty, "\(seen.console)")
            try await relay.waitFor(.sent, "a.eml")
        }
    }
}
