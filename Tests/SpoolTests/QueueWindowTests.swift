import Testing

@testable import Spool

@Suite("Queue window")
struct QueueWindowTests {
    private func name(_ time: Int64, _ original: String = "message.eml") -> SpoolName {
        SpoolName(
            id: SpoolID(microseconds: time, random: UInt64(time)),
            original: FileName(unchecked: Array(original.utf8))
        )
    }

    private func add(_ name: SpoolName, to window: inout QueueWindow) {
        let fits = window.append(name)
        #expect(fits)
    }

    @Test func `names come out in the order of their claim`() {
        var window = QueueWindow()
        let names = (1...500).map { name(Int64($0), "m-\($0).eml") }
        for name in names.shuffled() { add(name, to: &window) }
        window.sort()
        #expect(window.count == 500)
        var taken: [SpoolName] = []
        while let name = window.popFirst() { taken.append(name) }
        #expect(taken == names)
        #expect(window.isEmpty)
    }

    @Test func `octets survive the packing`() {
        var window = QueueWindow()
        let long = SpoolName(
            id: .example,
            original: FileName(octets: [UInt8](repeating: 0xFF, count: 255))!
        )
        let shortest = name(1, "x")
        add(long, to: &window)
        add(shortest, to: &window)
        let taken = [window.popFirst(), window.popFirst(), window.popFirst()]
        #expect(taken == [long, shortest, nil])
    }

    @Test func `a window refilled before it is empty does not grow`() {
        var window = QueueWindow()
        for time in 0..<1000 { add(name(Int64(time)), to: &window) }
        for time in 1000..<200_000 {
            add(name(Int64(time)), to: &window)
            let first = window.popFirst()
            #expect(first?.id.microseconds == Int64(time - 1000))
        }
        #expect(window.count == 1000)
        #expect(window.memoryOctets < 1 << 20)
    }

    @Test func `a million names take less than fifty megabytes and no more fit`() {
        var window = QueueWindow()
        var accepted = 0
        for time in 0..<1_000_001 where window.append(name(Int64(time))) { accepted += 1 }
        #expect(accepted == 1_000_000)
        #expect(window.memoryOctets < 50 << 20)
    }

    @Test func `a million of the longest names stop at the same memory`() {
        var window = QueueWindow()
        let original = FileName(octets: [UInt8](repeating: UInt8(ascii: "n"), count: 215))!
        var time: Int64 = 0
        while window.append(
            SpoolName(id: SpoolID(microseconds: time, random: 0), original: original)
        ) { time += 1 }
        #expect(window.count < 240_000)
        #expect(window.memoryOctets < 128 << 20)
    }
}
