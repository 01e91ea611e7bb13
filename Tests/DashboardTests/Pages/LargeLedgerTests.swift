import Delivery
import Glibc
import Ledger
import Settings
import TestSupport
import Testing

@testable import Dashboard

@Suite("Pages over a large ledger")
struct LargeLedgerTests {
    private static let isWanted = getenv("POSTCHUTE_LARGE") != nil

    @Test(
        "each page takes at most 100 ms with 1,000,000 messages; POSTCHUTE_LARGE=1 runs this",
        .enabled(if: isWanted),
        .timeLimit(.minutes(10))
    )
    func pages() async throws {
        let site = try DemoSite()
        try Self.fill(site)
        let source = site.source
        let visitor = Visitor(name: "ada", role: .operator, formToken: "t")
        let shell = PageShell(title: "x", visitor: visitor)
        let list = { (words: String) in
            let filter = MessageFilter(FormFields(words) ?? FormFields())
            let rows = MessageRows(
                source: source.find(filter),
                filter: filter,
                pickups: ["erp"],
                routes: ["m365"],
                now: site.now
            )
            _ = shell.render("messages", rows.model)
        }
        var times: [(String, Duration)] = []
        for words in ["", "state=failed", "text=offer", "text=buyer3&state=failed", "since=1h"] {
            times.append(("list \(words)", Self.median { list(words) }))
        }
        times.append(
            (
                "message",
                Self.median {
                    let view = source.look(at: "large-77777", wantsFile: false, isOperator: true)
                    _ = shell.render("message", view.model)
                }
            )
        )
        var overviews: [Duration] = []
        for _ in 0..<5 {
            let start = ContinuousClock.now
            _ = shell.render("overview", try await source.overview().model)
            overviews.append(ContinuousClock.now - start)
        }
        times.append(("overview", overviews.sorted()[2]))
        print("pages over 1,000,000 messages: \(times)")
        for (page, time) in times { #expect(time <= .milliseconds(100), "\(page): \(time)") }
    }

    private static func median(_ body: () -> Void) -> Duration {
        (0..<5).map { _ in ContinuousClock().measure(body) }.sorted()[2]
    }

    private static func fill(_ site: DemoSite) throws {
        let store = try LedgerStore(stateDirectory: site.settings.state.directory)
        for batch in 0..<100 {
            let events = (0..<10_000).map { index in
                let number = batch * 10_000 + index
                let at = site.now - Int64(1_000_000 - number) * 80_000
                var event = MessageEvent(
                    number % 1000 == 7 ? .failed : .sent,
                    at: at,
                    id: "large-\(number)",
                    pickup: "erp",
                    file: "invoice-\(number).eml"
                )
                event.route = "m365"
                event.sender = "erp@contoso.com"
                event.recipients = [.init("buyer\(number % 50)@example.com", .accepted)]
                event.subject = "Invoice \(number)"
                event.reply = "250 2.0.0 OK"
                return event
            }
            try store.append(events)
        }
    }
}
