import Delivery
import SafeText
import Testing

@testable import Dashboard
@testable import Ledger
@testable import Operations

@Suite("What pages show")
struct PageModelTests {
    private static let now: Int64 = 1_790_000_000_000_000

    @Test(
        "a chart goes up to a round number",
        arguments: [(0, 4), (4, 5), (7, 10), (11, 20), (21, 50), (512, 1000), (Int.max, Int.max)]
    )
    func scale(most: Int, top: Int) {
        #expect(DayChart.scale(most) == top)
    }

    @Test func `a day has 24 hours, and what lies outside of them does not count`() {
        let hour: Int64 = 3_600_000_000
        let first = DayChart.start(Self.now)
        let starts: [Int64] = [-hour, 0, 23 * hour + 60_000_000, 24 * hour]
        let activity = starts.map { start in
            LedgerActivity(start: first + start, claimed: 9, sent: 5, failed: 1, deferred: 2)
        }
        let chart = DayChart(activity, now: Self.now)
        #expect(chart.hours.count == 24)
        #expect(chart.hours.reduce(0) { $0 + $1.sent } == 10)
        #expect(chart.hours[0].failed == 1 && chart.hours[23].failed == 1)
        #expect(
            chart.description.hasPrefix("10 sent, most of them from ")
                && chart.description.hasSuffix(" on: 5; 2 failed.")
        )
    }

    @Test func `a day without mail says so`() {
        #expect(DayChart([], now: Self.now).description == "Nothing was sent and nothing failed.")
    }

    @Test func `a filter becomes an address and the same filter again`() throws {
        let words = "text=a%26b+%3C&pickup=erp&state=failed&since=24h&after=17.demo-1"
        let filter = MessageFilter(try #require(FormFields(words)))
        #expect(filter.text == "a&b <")
        #expect(filter.after == LedgerCursor(lastAt: 17, id: "demo-1"))
        let path = filter.path(after: filter.after)
        #expect(
            path == "/messages?text=a%26b%20%3C&pickup=erp&state=failed&since=24h&after=17.demo-1"
        )
        let again = MessageFilter(try #require(FormFields(path.dropFirst("/messages?".count))))
        #expect(again == filter)
        let query = filter.query(now: Self.now)
        #expect(query.kinds == [.failed] && query.since == Self.now - 86_400_000_000)
    }

    @Test(
        "what a filter does not understand it does not ask for",
        arguments: [
            "state=x&since=y&after=z", "after=.", "after=1", "after=99999999999999999999.a",
        ]
    )
    func nonsense(words: String) throws {
        let filter = MessageFilter(try #require(FormFields(words)))
        #expect(filter.isEmpty && filter.after == nil)
    }

    @Test func `with privacy a list of the folders names nobody and links to no name`() throws {
        let name = "to anna@contoso.com.eml"
        let listed = ListedMessage(
            name: name,
            hasID: false,
            pickup: "erp",
            folder: "failed",
            file: name,
            since: nil,
            happened: "anna@contoso.com is unknown."
        )
        let rows = MessageRows(
            source: .folders([listed.masked(by: .blind)], isCut: false, remark: "No ledger."),
            filter: MessageFilter(FormFields()),
            pickups: [],
            routes: [],
            now: Self.now,
            isPrivate: true
        )
        let page = PageShell(title: "Messages").render("messages", rows.model)
        #expect(!page.contains("anna") && !page.contains("href=\"/messages/"))
        #expect(page.contains("to a~masked@contoso.com.eml"))
        #expect(page.contains("a~masked@contoso.com is unknown."))
    }

    @Test func `every kind of event has a place among the states`() {
        let kinds = MessageFilter.State.allCases.flatMap(\.kinds)
        #expect(Set(kinds) == Set(MessageEvent.Kind.allCases))
        #expect(kinds.count == MessageEvent.Kind.allCases.count)
    }

    @Test(
        "a problem has a page in plain words",
        arguments: [
            (404, "There is no such page"), (403, "Not allowed"), (503, "Not to be had right now"),
            (400, "That did not work"),
        ]
    )
    func problem(status: Int, heading: String) {
        let page = Pages.problem(WebProblem(status, "It is <so>.", "Do this."), nil)
        #expect(page.contains("<h1>\(heading)</h1>"))
        #expect(page.contains("<p>It is &lt;so&gt;.</p>") && page.contains("Do this."))
    }

    @Test func `without a ledger the pages say so`() {
        #expect(
            Overview.MissingFigures.notKept.sentence
                == "There are no figures: the ledger is not kept. The settings can turn it on with [ledger]."
        )
    }

    @Test func `a notice is for its visitor alone, and only the newest are kept`() {
        let notices = Notices()
        let ada = Visitor(name: "ada", role: .operator, formToken: "")
        let first = notices.keep(Notice(.init(["It is done."])), for: ada)
        #expect(notices.notice(first, for: ada)?.lines == ["It is done."])
        #expect(
            notices.notice(first, for: Visitor(name: "eve", role: .viewer, formToken: "")) == nil
        )
        for _ in 0..<64 { _ = notices.keep(Notice(.init(complaints: ["No."])), for: ada) }
        #expect(notices.notice(first, for: ada) == nil)
    }

    @Test func `few routes are verified at a time, and each once`() {
        let verifications = Verifications()
        #expect(verifications.begin("a"))
        #expect(!verifications.begin("a"))
        #expect(verifications.begin("b"))
        #expect(!verifications.begin("c"))
        verifications.end("a", .init(name: "a", target: "t", steps: []), at: 1)
        #expect(verifications.begin("c"))
        #expect(verifications.all["a"]?.report.target == "t")
    }
}
