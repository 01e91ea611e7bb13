import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Dashboard

/// The pages in Chromium, which Debian has as `chromium` and `chromium-driver`.
@Suite("Pages in a browser")
struct BrowserTests {
    private struct Findings: Decodable, Sendable {
        var overflows: [String]
        var dialogs: [String]
        var console: [String]
        var withoutScript: [String: String]
        var heading: String
        var injected: Int
        var notice: String
        var question: String
    }

    @Test(.timeLimit(.minutes(5)))
    func `pages fit every width by day and by night, show HTML as text and act on a click`()
        async throws
    {
        let site = try DemoSite()
        try site.scratch.makeFolder("shots")
        let id = site.failedID
        let found = try await site.serve { base in
            let pages = ["/", "/messages", "/routes", "/settings", "/messages/\(id)"]
            let script = #filePath.replacing("BrowserTests.swift", with: "browse.py")
            let child = try ChildProcess(
                ["/usr/bin/python3", script, base, site.scratch.path("shots")] + pages
            )
            let exit = try await child.waitForExit(limit: .seconds(240))
            try #require(exit == .code(0), "\(child.errors)")
            return try JSONDecoder().decode(Findings.self, from: Data(child.output.utf8))
        }
        keepShots(site)
        #expect(found.overflows.isEmpty, "\(found.overflows)")
        #expect(found.dialogs.isEmpty, "\(found.dialogs)")
        // The demonstration has no live events.
        let complaints = found.console.filter { !$0.contains("/live ") }
        #expect(complaints.isEmpty, "\(complaints)")
        #expect(
            found.heading.hasPrefix("<script>alert(1)</script> \"><img src=x onerror=alert(2)>")
        )
        #expect(found.injected == 0)
        #expect(
            found.notice
                == "\(id) (offer.eml) is back in the queue, due at once.\nPostchute is not running: the queue waits until it is."
        )
        #expect(found.question == "Remove this message?")
        #expect(site.scratch.names("drop/queue").contains("\(id).offer.eml"))
        #expect(found.withoutScript["/"] == "Partly.")
        #expect(found.withoutScript["/messages"] == "Messages")
    }

    /// `POSTCHUTE_WRITE_DOCS=1` keeps the picture of the README, `POSTCHUTE_SHOTS=FOLDER` all.
    private func keepShots(_ site: DemoSite) {
        let copy = { (from: String, to: String) in
            guard let octets = try? site.scratch.read("shots/\(from)") else { return }
            _ = try? Data(octets).write(to: URL(filePath: to))
        }
        if let folder = getenv("POSTCHUTE_SHOTS").map({ String(cString: $0) }) {
            for name in site.scratch.names("shots") { copy(name, "\(folder)/\(name)") }
        }
        if getenv("POSTCHUTE_WRITE_DOCS") != nil {
            let root = #filePath.split(separator: "/Tests/DashboardTests/")[0]
            copy("overview-1440-light.png", "\(root)/docs/images/dashboard.png")
        }
    }

    @Test func `a viewer sees no buttons but that to sign out`() async throws {
        let site = try DemoSite(role: .viewer)
        let source = site.source
        let view = source.look(at: site.failedID, wantsFile: false, isOperator: false)
        let viewer = Visitor(name: "grace", role: .viewer, formToken: "t")
        let page = PageShell(title: "x", visitor: viewer).render("message", view.model)
        #expect(page.count(of: "<button") == 1)
        #expect(page.contains("Sign out"))
        #expect(page.contains("The mailbox erp@contoso.com may not send as this address."))
        #expect(page.contains("Give it the right to send as the address, then retry."))
        #expect(!page.contains("<script>") && !page.contains("<img"))
        let overview = PageShell(title: "x", visitor: viewer).render(
            "overview",
            try await source.overview().model
        )
        #expect(overview.count(of: "<button") == 1)
        #expect(
            overview.contains(
                "The certificate of the identity contoso ends in 12 days, on 2026-12-09."
            )
        )
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
