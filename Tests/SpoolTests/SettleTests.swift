import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

@Suite("Barriers and settling")
struct SettleTests {
    private let day = "sent/2026-11-23"

    @Test func `the way of an accepted message writes no state`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        let message = try spool.spool.open(queued: name)
        #expect(message.state == nil)
        let file = try spool.spool.makeClaimDurable(message.file, named: name)
        #expect(file === message.file)
        try spool.spool.beginSending(name, file: file)
        #expect(spool.names("queue/sending") == [name.text])
        try file.checkUnchanged()
        #expect(try spool.spool.settleSent(name) == .moved(name))
        #expect(spool.names(day) == [name.text])
        #expect(spool.names("state").isEmpty)
        #expect(spool.names("queue").isEmpty && spool.names("queue/sending").isEmpty)
    }

    @Test func `each barrier syncs what it must and nothing twice`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        let file = try spool.spool.open(queued: name).file
        func syncs(_ body: () throws -> Void) rethrows -> [Int] {
            let folders = spool.controls.folderSyncs.load(ordering: .relaxed)
            let files = spool.controls.fileSyncs.load(ordering: .relaxed)
            try body()
            return [
                spool.controls.fileSyncs.load(ordering: .relaxed) - files,
                spool.controls.folderSyncs.load(ordering: .relaxed) - folders,
            ]
        }
        // B1: the file; queue/ and the drop folder.
        #expect(try syncs { _ = try spool.spool.makeClaimDurable(file, named: name) } == [1, 2])
        #expect(try syncs { _ = try spool.spool.makeClaimDurable(file, named: name) } == [1, 0])
        // B2: sending/.
        #expect(try syncs { try spool.spool.beginSending(name) } == [0, 1])
        // B3, the first of a day: sent/ for the new folder and the day's own.
        #expect(try syncs { _ = try spool.spool.settleSent(name) } == [0, 2])
        let second = try spool.sending("b.eml")
        #expect(try syncs { _ = try spool.spool.settleSent(second) } == [0, 1])
    }

    @Test func `what is set aside before it could be sent is on disk first`() throws {
        let spool = try TestSpool()
        func fileSyncs(_ body: () throws -> Void) rethrows -> Int {
            let before = spool.controls.fileSyncs.load(ordering: .relaxed)
            try body()
            return spool.controls.fileSyncs.load(ordering: .relaxed) - before
        }
        let queued = try spool.claimed("a.eml", "the content")
        #expect(
            try fileSyncs { _ = try spool.spool.fail(queued, from: .queue, reason: [], state: nil) }
                == 1
        )
        // B1 has seen to it.
        let sending = try spool.sending("b.eml")
        #expect(try fileSyncs { _ = try spool.spool.hold(sending, from: .sending) } == 0)
        let broken = try spool.claimed("c.eml", "the content")
        let inode = try spool.spool.open(broken, in: .queue).facts.inode
        spool.controls.fileResult.store(-EIO, ordering: .relaxed)
        #expect(try spool.spool.hold(broken, from: .queue) == .moved(broken))
        let held = try spool.spool.open(broken, in: .held)
        #expect(held.facts.inode != inode, "a failed sync is not believed: the content was copied")
        #expect(try held.readHead(100) == Array("the content".utf8))
    }

    @Test func `midnight begins a new folder`() throws {
        let spool = try TestSpool()
        let first = try spool.sending("a.eml")
        let second = try spool.sending("b.eml")
        _ = try spool.spool.settleSent(first)
        spool.controls.now.store(1_795_478_400_000_000, ordering: .relaxed)
        _ = try spool.spool.settleSent(second)
        #expect(spool.names("sent") == ["2026-11-23", "2026-11-24"])
        #expect(spool.names("sent/2026-11-24") == [second.text])
    }

    @Test func `a day's folder that was removed is made again`() throws {
        let spool = try TestSpool()
        _ = try spool.spool.settleSent(spool.sending("a.eml"))
        removeTree(spool.scratch.path("drop/\(day)"))
        let second = try spool.sending("b.eml")
        #expect(try spool.spool.settleSent(second) == .moved(second))
        #expect(spool.names(day) == [second.text])
    }

    @Test func `the state goes with its message`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        let state = DeliveryState(name)
        #expect(try spool.spool.returnToQueue(name, from: .sending, state: state) == .moved(name))
        #expect(spool.names("state") == [name.id.text])
        #expect(spool.names("queue") == [name.text])
        try spool.spool.beginSending(name)
        _ = try spool.spool.settleSent(name)
        #expect(spool.names("state").isEmpty)
    }

    @Test func `failing leaves the message beside its reason and its history`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        let reason = Array("Nobody at example.com has this address.\r\n".utf8)
        var state = DeliveryState(name)
        state.nextAttempt = .max
        #expect(
            try spool.spool.fail(name, from: .sending, reason: reason, state: state) == .moved(name)
        )
        #expect(spool.names("failed") == [name.text, name.text + ".txt"])
        #expect(try spool.scratch.read("drop/failed/\(name.text).txt") == reason)
        let saved = try #require(try spool.spool.state(of: name.id))
        #expect(saved.nextAttempt == 0)
        #expect(saved.identity?.digest.count == 32)
    }

    @Test func `reason and history are on disk before the message moves`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        spool.controls.folderResult.store(-EIO, ordering: .relaxed)
        #expect(
            kind {
                _ = try spool.spool.fail(name, from: .sending, reason: [1], state: nil)
            } == .io
        )
        #expect(spool.names("queue/sending") == [name.text])
        #expect(spool.names("failed").isEmpty)
    }

    @Test func `a copy in failed keeps its name and the message gets a variant`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        try spool.scratch.write("a copy", to: "drop/failed/\(name.text)")
        let settlement = try spool.spool.fail(name, from: .sending, reason: [], state: nil)
        guard case .moved(let variant) = settlement else { throw WaitError("\(settlement)") }
        #expect(variant.text == "\(name.id.text).2.a.eml")
        #expect(
            spool.names("failed") == [variant.text, variant.text + ".txt", name.text].sorted()
        )
        #expect(try spool.scratch.text("drop/failed/\(name.text)") == "a copy")
    }

    @Test func `holding leaves a reason only where a policy had one`() throws {
        let spool = try TestSpool()
        let first = try spool.claimed("a.eml")
        let second = try spool.claimed("b.eml")
        _ = try spool.spool.hold(first, from: .queue)
        _ = try spool.spool.hold(second, from: .queue, reason: Array("truncated".utf8))
        #expect(spool.names("held") == [first.text, second.text, second.text + ".txt"])
    }

    @Test func `a part's outcome is durable while the message stays on the wire`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        var state = DeliveryState(name)
        state.recipients = [RecipientRecord(address: "a@b.c", outcome: .accepted(reply: "250"))]
        try spool.spool.save(state, of: name, in: .sending)
        #expect(try spool.spool.state(of: name.id)?.recipients == state.recipients)
        #expect(spool.names("queue/sending") == [name.text])
    }

    @Test(arguments: ["queue", "failed", "held", "."])
    func `an accepted message taken out of sending is found and finished`(
        _ folder: String
    ) throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        let moved = "\(name.id.text).moved by hand.eml"
        let target = spool.scratch.path("drop/\(folder)/\(moved)")
        #expect(rename(spool.path("queue/sending", name), target) == 0)
        let places: [String: SpoolFolder] = ["queue": .queue, "failed": .failed, "held": .held]
        let place = MessageLocation(place: places[folder], name: FileName(moved)!)
        let renamed = SpoolName(octets: Array(moved.utf8))!
        #expect(try spool.spool.settleSent(name) == .fetched(renamed, from: place))
        #expect(spool.names(day) == [moved])
    }

    @Test func `a message that was not accepted stays where a person put it`() throws {
        let spool = try TestSpool()
        let state = { (name: SpoolName) in DeliveryState(name) }
        let first = try spool.sending("a.eml")
        #expect(rename(spool.path("queue/sending", first), spool.path("held", first)) == 0)
        let held = MessageLocation(place: .held, name: FileName(first.text)!)
        #expect(
            try spool.spool.returnToQueue(first, from: .sending, state: state(first))
                == .elsewhere(held)
        )
        #expect(
            try spool.spool.fail(first, from: .sending, reason: [], state: nil) == .elsewhere(held)
        )
        #expect(spool.names("held") == [first.text])
        #expect(spool.names("failed").isEmpty)
    }

    @Test func `a message that is nowhere is reported as vanished`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        #expect(unlink(spool.path("queue/sending", name)) == 0)
        #expect(kind { _ = try spool.spool.settleSent(name) } == .vanished)
        #expect(
            kind { _ = try spool.spool.fail(name, from: .sending, reason: [1], state: nil) }
                == .vanished
        )
    }

    @Test func `a message taken out of the queue is not sent`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        #expect(rename(spool.path("queue", name), spool.path("held", name)) == 0)
        #expect(kind { try spool.spool.beginSending(name) } == .vanished)
    }
}

@Suite("Message file")
struct MessageFileTests {
    private enum Change: CaseIterable {
        case content, append, truncate, touch, link, restored
    }

    @Test(arguments: Change.allCases)
    private func `a change after the claim is seen before the final dot`(_ change: Change) throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "0123456789")
        let file = try spool.spool.open(queued: name).file
        try spool.spool.beginSending(name, file: file)
        try file.checkUnchanged()
        let path = spool.path("queue/sending", name)
        let expected: String
        switch change {
        case .content:
            try writeInPlace(path, "9876543210")
            expected = "modification time"
        case .append:
            try writeInPlace(path, "0123456789+")
            expected = "size"
        case .truncate:
            #expect(truncate(path, 3) == 0)
            expected = "size"
        case .touch:
            #expect(linux_set_modified(file.descriptor, 1, 0) == 0)
            expected = "modification time"
        case .link:
            #expect(Glibc.link(path, spool.scratch.path("second")) == 0)
            expected = "number of names"
        case .restored:
            // Whoever writes and restores the modification time still moves the change time.
            let modified = file.facts.modified
            try writeInPlace(path, "9876543210")
            let seconds = modified / 1_000_000_000
            #expect(linux_set_modified(file.descriptor, seconds, modified % 1_000_000_000) == 0)
            expected = "change time"
        }
        let error = #expect(throws: SpoolError.self) { try file.checkUnchanged() }
        #expect(error?.kind == .changed(expected))
        #expect(error?.sentence.hasSuffix(": its \(expected) changed") == true)
    }

    /// Ends with a change time that differs, however coarse the file system's clock is.
    private func writeInPlace(_ path: String, _ text: String) throws {
        var before = linux_facts()
        var after = linux_facts()
        try #require(linux_look(AT_FDCWD, path, &before) == 0)
        repeat {
            let descriptor = open(path, O_WRONLY)
            try #require(write(descriptor, text, text.utf8.count) == text.utf8.count)
            close(descriptor)
            try #require(linux_look(AT_FDCWD, path, &after) == 0)
        } while after.changed == before.changed
    }

    @Test func `a change before the move keeps the message in the queue`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "0123456789")
        let file = try spool.spool.open(queued: name).file
        try writeInPlace(spool.path("queue", name), "changed by its writer")
        #expect(kind { try spool.spool.beginSending(name, file: file) } == .changed("size"))
        #expect(spool.names("queue") == [name.text])
    }

    @Test func `reading is bounded and ends at the end`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "0123456789")
        let file = try spool.spool.open(queued: name).file
        #expect(try file.readHead(4) == Array("0123".utf8))
        #expect(try file.readHead(.max) == Array("0123456789".utf8))
        #expect(try file.readHead(0).isEmpty)
        var buffer = [UInt8](repeating: 0, count: 8)
        let count = try buffer.withUnsafeMutableBytes { try file.read(at: 6, into: $0) }
        #expect(count == 4 && buffer.prefix(4) == Array("6789".utf8)[...])
    }
}
