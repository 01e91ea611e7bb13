import Delivery
import Ledger
import Settings
import Testing

@testable import Dashboard

@Suite("The day's chart over a ledger")
struct DayOverLedgerTests {
    @Test func `what was sent a minute ago stands in the hour that goes on`() async throws {
        let site = try DemoSite()
        let store = try LedgerStore(stateDirectory: site.settings.state.directory)
        let before = try await site.source.overview().chart.get()
        try store.append(
            (0..<3).map { number in
                MessageEvent(
                    .sent,
                    at: site.now - 1_000_000,
                    id: "minute-\(number)",
                    pickup: "erp",
                    file: "a.eml"
                )
            }
        )
        let after = try await site.source.overview().chart.get()
        #expect(after.hours[23].sent == before.hours[23].sent + 3)
        #expect(after.hours[0..<23] == before.hours[0..<23])
        #expect(after.sentInLastHour == before.sentInLastHour + 3)
    }
}
