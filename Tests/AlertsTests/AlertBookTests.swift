import Settings
import Testing

@testable import Alerts

@Suite("Alert book")
struct AlertBookTests {
    private var book = AlertBook()

    /// Shows the book what holds, and takes what it wants to tell.
    private mutating func look(
        _ alerts: [Alert],
        _ incidents: [Incident] = [],
        after seconds: Int64
    ) -> Notice? {
        _ = book.observe(alerts, incidents, at: start + seconds * second, .usual)
        defer { book.sent() }
        return book.outgoing
    }

    @Test mutating func `the first alert is told after ten seconds`() {
        #expect(look([suspended()], after: 0) == nil)
        #expect(look([suspended()], after: 9) == nil)
        let notice = look([suspended()], after: 10)
        #expect(notice?.opened.map(\.alert) == [suspended()])
        #expect(notice?.opened.first?.since == start)
        #expect(look([suspended()], after: 2000) == nil)
    }

    @Test mutating func `what comes later is collected for 15 minutes`() {
        _ = look([suspended()], after: 0)
        #expect(look([suspended()], after: 10) != nil)
        #expect(look([suspended(), suspended("b")], after: 20) == nil)
        #expect(look([suspended(), suspended("b")], [failure()], after: 909) == nil)
        let notice = look([suspended(), suspended("b")], after: 910)
        #expect(notice?.opened.map(\.alert.object) == ["b"])
        #expect(notice?.incidents.map(\.count) == [1])
    }

    @Test mutating func `what is over for three minutes is told as recovered`() {
        _ = look([suspended()], after: 0)
        _ = look([suspended()], after: 10)
        #expect(look([], after: 1000) == nil)
        #expect(look([], after: 1170) == nil)
        #expect(look([], after: 1180) == nil, "what is new is collected for ten seconds")
        let notice = look([], after: 1190)
        #expect(notice?.recovered.map(\.alert) == [suspended()])
        #expect(notice?.recovered.first?.ended == start + 1000 * second)
        #expect(notice?.severity == nil)
        #expect(look([], after: 9000) == nil)
    }

    @Test mutating func `what comes and goes is one alert`() {
        var told = 0
        for seconds in Int64(0)..<3600 {
            let isOn = seconds % 120 < 60
            if look(isOn ? [suspended()] : [], after: seconds) != nil { told += 1 }
        }
        #expect(told == 1)
        #expect(book.open(at: start + 3600 * second, .usual).map(\.alert) == [suspended()])
    }

    @Test mutating func `what lasts is told again once a day`() {
        var reminders: [Int64] = []
        for minutes in Int64(0)..<(3 * 24 * 60) {
            if let notice = look([suspended()], after: minutes * 60), !notice.lasting.isEmpty {
                reminders.append(minutes)
            }
        }
        #expect(reminders == [1442, 2883])
    }

    @Test mutating func `what was over before anybody was told is told as such`() {
        _ = look([suspended()], after: 0)
        _ = look([suspended()], after: 10)
        _ = look([suspended(), suspended("b")], after: 60)
        _ = look([suspended()], after: 70)
        #expect(look([suspended()], after: 910) == nil)
        let notice = look([suspended()], after: 920)
        #expect(notice?.over.map(\.alert.object) == ["b"])
        #expect(notice?.opened == [])
    }

    @Test mutating func `ten thousand failed messages are one notice with the first few`() {
        _ = look([], (1...10_000).map { failure("\($0).eml") }, after: 0)
        let notice = look([], after: 10)
        #expect(notice?.incidents.count == 1)
        #expect(notice?.incidents.first?.count == 10_000)
        #expect(notice?.incidents.first?.samples.count == 5)
        #expect(notice?.incidents.first?.sentence == "10000 messages of pickup erp failed.")
        #expect(look([], after: 5000) == nil)
    }

    @Test mutating func `a clock that is set back silences nobody`() {
        _ = look([suspended()], after: 100_000)
        #expect(look([suspended()], after: 100_010) != nil)
        _ = look([suspended(), suspended("b")], after: 0)
        #expect(look([suspended(), suspended("b")], after: 900)?.opened.count == 1)
    }

    @Test mutating func `nothing more is told while a notice is on its way`() {
        _ = book.observe([suspended()], [], at: start, .usual)
        _ = book.observe([suspended()], [], at: start + 10 * second, .usual)
        let first = book.outgoing
        _ = book.observe([suspended(), suspended("b")], [], at: start + 9000 * second, .usual)
        #expect(book.outgoing == first)
        book.sent()
        _ = book.observe([suspended(), suspended("b")], [], at: start + 9010 * second, .usual)
        #expect(book.outgoing?.opened.map(\.alert.object) == ["b"])
    }

    /// Whatever comes, in whatever order: notices keep their distance, every condition is told of, and
    /// of what was told every end is told, too.
    @Test(arguments: 0..<60)
    func `any sequence keeps the promises`(seed: Int) {
        var random = Lehmer(seed: UInt64(seed) + 1)
        var book = AlertBook()
        var holding: Set<String> = []
        var (opened, told): (Set<String>, Set<String>) = ([], [])
        var (last, failures, counted): (Int64?, Int, Int) = (nil, 0, 0)
        var now = start
        let quietFrom = 400
        for step in 0..<1200 {
            now += Int64.random(in: 1...90, using: &random) * second
            if step < quietFrom {
                let route = "r\(Int.random(in: 0..<6, using: &random))"
                if Bool.random(using: &random) {
                    holding.insert(route)
                } else {
                    holding.remove(route)
                }
            } else {
                holding = []
            }
            let happened =
                step < quietFrom && Int.random(in: 0..<5, using: &random) == 0
                ? [failure(), failure()] : []
            failures += happened.count
            opened.formUnion(holding.map { suspended($0).key }.filter { !told.contains($0) })
            _ = book.observe(holding.map { suspended($0) }, happened, at: now, .usual)
            guard let notice = book.outgoing else { continue }
            if Int.random(in: 0..<3, using: &random) > 0 { book.sent() }
            // The same notice goes on being on its way until it is sent.
            guard notice.at == now else { continue }
            if let last { #expect(now - last >= AlertBook.Rules.usual.every) }
            last = now
            counted += notice.incidents.reduce(0) { $0 + $1.count }
            for item in notice.opened {
                #expect(told.insert(item.alert.key).inserted)
                opened.remove(item.alert.key)
            }
            for item in notice.recovered { #expect(told.remove(item.alert.key) != nil) }
            for item in notice.over {
                #expect(!told.contains(item.alert.key))
                opened.remove(item.alert.key)
            }
        }
        #expect(opened.subtracting(told) == [])
        #expect(told == [])
        #expect(counted == failures)
    }
}

/// Numbers that come out the same every time.
struct Lehmer: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
