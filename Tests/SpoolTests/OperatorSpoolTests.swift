import Glibc
import TestSupport
import Testing

@testable import Spool

@Suite("Operator's verbs")
struct OperatorSpoolTests {
    private func list(_ desk: OperatorSpool, _ place: SpoolFolder) throws -> [SpoolEntry] {
        var entries: [SpoolEntry] = []
        try desk.list(place) { entry in
            entries.append(entry)
            return true
        }
        return entries.sorted { $0.fileName.octets.lexicographicallyPrecedes($1.fileName.octets) }
    }

    private func failed(_ spool: TestSpool) throws -> (SpoolName, SpoolEntry) {
        let name = try spool.claimed("invoice.eml")
        let state = DeliveryState(name)
        _ = try spool.spool.fail(name, from: .queue, reason: Array("why".utf8), state: state)
        let desk = try OperatorSpool(opening: spool.options)
        return (name, try #require(try desk.find(Array("invoice.eml".utf8)).first))
    }

    @Test func `a folder is listed without reasons and hidden files`() throws {
        let spool = try TestSpool()
        let (name, _) = try failed(spool)
        try spool.scratch.write("x", to: "drop/failed/.hidden")
        try spool.scratch.write("x", to: "drop/failed/by hand.eml")
        let desk = try OperatorSpool(opening: spool.options)
        let entries = try list(desk, .failed)
        #expect(entries.map(\.id) == [name.id, nil])
        #expect(entries.map(\.original) == [FileName("invoice.eml"), FileName("by hand.eml")])
        #expect(try desk.facts(entries[0])?.size == 20)
        #expect(try desk.reason(of: entries[0]) == Array("why".utf8))
        #expect(try desk.reason(of: entries[1]) == nil)
        #expect(try desk.state(of: name.id) != nil)
    }

    @Test func `a spool the daemon has not set up yet is empty`() throws {
        let scratch = try ScratchFolder("empty")
        let desk = try OperatorSpool(opening: SpoolOptions(dropPath: scratch.path))
        #expect(try list(desk, .queue).isEmpty)
        #expect(try desk.days().isEmpty)
        #expect(try desk.find(Array("2".utf8)).isEmpty)
    }

    @Test func `a message is found by id, its beginning, its name or the writer's name`() throws {
        let spool = try TestSpool()
        let (name, entry) = try failed(spool)
        let sent = try spool.sending("other.eml")
        _ = try spool.spool.settleSent(sent)
        let desk = try OperatorSpool(opening: spool.options)
        for words in [name.id.text, String(name.id.text.prefix(30)), name.text, "invoice.eml"] {
            #expect(try desk.find(Array(words.utf8)) == [entry])
        }
        #expect(try desk.find(Array("2026".utf8)).count == 2)
        #expect(try desk.find(Array("2026".utf8), limit: 1).count == 1)
        #expect(try desk.find(Array("other.eml".utf8)).map(\.place) == [.sent(day: "2026-11-23")])
        #expect(try desk.find(Array("nothing".utf8)).isEmpty)
        #expect(try desk.find([]).isEmpty)
        #expect(try desk.days() == ["2026-11-23"])
    }

    @Test func `many are found together, each as by itself`() throws {
        let spool = try TestSpool()
        let (name, entry) = try failed(spool)
        let other = try spool.sending("other.eml")
        let desk = try OperatorSpool(opening: spool.options)
        let words = [
            "nothing", "invoice.eml", String(name.id.text.prefix(30)), "", other.text, "2026",
            name.id.text, "invoice.eml",
        ].map { Array($0.utf8) }
        let together = try desk.find(each: words, among: [.sending, .failed])
        #expect(together == (try words.map { try desk.find($0) }))
        #expect(together.map(\.count) == [0, 1, 1, 0, 1, 2, 1, 1])
        #expect(together[6] == [entry])
        let first = try desk.find(each: words, among: [.failed, .sending], limit: 1)
        #expect(first.map(\.count) == [0, 1, 1, 0, 1, 1, 1, 1])
        #expect(try desk.find(each: [], among: [.failed]) == [])
    }

    @Test func `a retried message is due at once and keeps its history`() throws {
        let spool = try TestSpool()
        let (name, entry) = try failed(spool)
        try OperatorSpool(opening: spool.options).retry(entry)
        #expect(spool.names("failed").isEmpty)
        #expect(spool.names("queue") == [name.text])
        #expect(try spool.spool.open(queued: name).state?.nextAttempt == 0)
    }

    @Test func `a waiting message is made due where it is`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        var state = DeliveryState(name)
        state.nextAttempt = 1_900_000_000_000_000
        _ = try spool.spool.returnToQueue(name, from: .queue, state: state)
        let desk = try OperatorSpool(opening: spool.options)
        try desk.retry(try #require(try desk.find(name.octets).first))
        #expect(try spool.spool.nextAttempt(of: name.id) == 0)
        #expect(spool.names("queue") == [name.text])
    }

    @Test func `a message given back to the drop folder is claimed with its history`() throws {
        let spool = try TestSpool()
        let (name, entry) = try failed(spool)
        try OperatorSpool(opening: spool.options).returnToDrop(entry)
        #expect(spool.names("failed").isEmpty)
        #expect(try spool.claim(name.text) == name)
    }

    @Test func `holding and releasing move a message and nothing else`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        let desk = try OperatorSpool(opening: spool.options)
        try desk.hold(try #require(try desk.find(name.octets).first))
        #expect(spool.names("held") == [name.text])
        let held = try #require(try desk.find(name.octets).first)
        try desk.hold(held)
        try desk.retry(held)
        #expect(spool.names("queue") == [name.text])
        #expect(kind { try desk.retry(held) } == .vanished)
    }

    @Test func `a removed message leaves nothing`() throws {
        let spool = try TestSpool()
        let (_, entry) = try failed(spool)
        let desk = try OperatorSpool(opening: spool.options)
        try desk.remove(entry)
        #expect(spool.names("failed").isEmpty)
        #expect(spool.names("state").isEmpty)
        #expect(kind { try desk.remove(entry) } == .vanished)
    }

    @Test func `a message on the wire is left alone while a daemon runs`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        let desk = try OperatorSpool(opening: spool.options)
        #expect(try desk.daemon().isRunning)
        let entry = try #require(try desk.find(name.octets).first)
        let error = #expect(throws: SpoolError.self) { try desk.hold(entry) }
        #expect(
            error?.sentence
                == "cannot move \(spool.path("queue/sending", name)): it is being sent; "
                + "try again in a minute"
        )
        spool.spool.close()
        try desk.hold(entry)
        #expect(spool.names("held") == [name.text])
    }

    @Test func `nothing is overwritten`() throws {
        let spool = try TestSpool()
        let (name, entry) = try failed(spool)
        try spool.scratch.write("other", to: "drop/queue/\(name.text)")
        #expect(kind { try OperatorSpool(opening: spool.options).retry(entry) } == .exists)
        #expect(try spool.scratch.text("drop/queue/\(name.text)") == "other")
        #expect(spool.names("failed").count == 2)
    }
}
