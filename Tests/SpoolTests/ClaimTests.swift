import Glibc
import TestSupport
import Testing

@testable import Spool

@Suite("Claim")
struct ClaimTests {
    @Test func `a file is in the queue under an id and its own name`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("invoice.eml", "content")
        #expect(name.original == FileName("invoice.eml"))
        #expect(name.id.microseconds == TestSpool.Controls.noon)
        #expect(spool.names("queue") == [name.text])
        #expect(try spool.scratch.text("drop/queue/\(name.text)") == "content")
        #expect(spool.names("state").isEmpty)
        #expect(!spool.names("").contains("invoice.eml"))
    }

    @Test(arguments: [
        [UInt8(0xFF), 0xFE], Array("a\nb.eml".utf8),
        Array(repeating: UInt8(ascii: "x"), count: 255),
        Array("x.txt".utf8), Array("-rf *".utf8),
    ])
    func `hostile names are claimed and come back out of the state or the name`(
        _ octets: [UInt8]
    ) throws {
        let spool = try TestSpool()
        let original = FileName(octets: octets)!
        let path = Array(spool.scratch.path("drop/").utf8) + octets + [0]
        let descriptor = path.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                open($0.baseAddress!, O_CREAT | O_WRONLY, 0o644)
            }
        }
        try #require(descriptor >= 0)
        close(descriptor)
        let name = try spool.claim(original)
        let known = try spool.spool.state(of: name.id)?.originalName ?? name.original
        #expect(known == original)
        #expect(try spool.spool.open(queued: name).file.facts.links == 1)
        let reason = Array("why".utf8)
        _ = try spool.spool.fail(name, from: .queue, reason: reason, state: nil)
        #expect(folderNameOctets(Array(spool.scratch.path("drop/failed").utf8)).count == 2)
    }

    @Test func `an earlier file of the same name is never overwritten`() throws {
        let spool = try TestSpool()
        let first = try spool.claimed("a.eml", "1")
        let second = try spool.claimed("a.eml", "2")
        #expect(first < second)
        #expect(spool.names("queue") == [first.text, second.text])
    }

    @Test func `a vanished file is reported`() throws {
        let spool = try TestSpool()
        try spool.put("a.eml")
        let drop = try spool.spool.dropDirectory()
        let name = FileName("a.eml")!
        let descriptor = try drop.open(name)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        try drop.remove(name)
        let error = #expect(throws: SpoolError.self) {
            try spool.spool.claim(name, in: drop, descriptor: descriptor, facts: facts)
        }
        #expect(error?.kind == .vanished)
        #expect(
            error?.sentence.hasPrefix("cannot move \(spool.scratch.path("drop/a.eml")) to ") == true
        )
        #expect(error?.sentence.hasSuffix(": No such file or directory") == true)
    }

    @Test func `a file put in its place meanwhile goes back to its writer`() throws {
        let spool = try TestSpool()
        try spool.put("a.eml", "looked at")
        let drop = try spool.spool.dropDirectory()
        let name = FileName("a.eml")!
        let descriptor = try drop.open(name)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        try spool.put("b.eml", "another")
        #expect(rename(spool.scratch.path("drop/b.eml"), spool.scratch.path("drop/a.eml")) == 0)
        #expect(
            kind {
                _ = try spool.spool.claim(name, in: drop, descriptor: descriptor, facts: facts)
            } == .changed("identity")
        )
        #expect(try spool.scratch.text("drop/a.eml") == "another")
        #expect(spool.names("queue").isEmpty)
    }

    @Test func `a file given back beside a newer one keeps its writer's name`() throws {
        let spool = try TestSpool()
        let first = try spool.claimed("a.eml", "first")
        try spool.put("a.eml", "second")
        let drop = try spool.spool.dropDirectory()
        let path = spool.path("queue", first)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        let candidate = Candidate(FileName("a.eml")!, in: drop.folder, descriptor, facts)
        try spool.spool.putBack(first, from: spool.spool.folders.queue, candidate)
        #expect(try spool.scratch.text("drop/\(first.text)") == "first")
        let again = try spool.claim(first.text)
        #expect(again.original == FileName("a.eml"))
        #expect(again.id != first.id)
        #expect(try spool.claim("a.eml").original == FileName("a.eml"))
    }

    @Test func `a forged id is part of the name`() throws {
        let spool = try TestSpool()
        let forged = "20261123T101530123456-7h3k9q2mzx4wp.x.eml"
        let name = try spool.claimed(forged)
        #expect(name.original == FileName(forged))
        #expect(name.id != .example)
    }

    @Test func `a forged id of a message with a history does not take that over`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "original")
        try postpone(spool, name)
        // A writer learned the id; the message itself was taken away by a person.
        #expect(unlink(spool.path("queue", name)) == 0)
        let forged = try spool.claimed(name.text, "forged")
        #expect(forged.id != name.id)
        #expect(try spool.spool.state(of: forged.id) == nil)
    }

    private func postpone(_ spool: TestSpool, _ name: SpoolName) throws {
        var state = DeliveryState(name)
        state.recipients = [RecipientRecord(address: "a@b.c", outcome: .accepted(reply: "250 OK"))]
        state.nextAttempt = TestSpool.Controls.noon + 60_000_000
        _ = try spool.spool.returnToQueue(name, from: .queue, state: state)
    }

    @Test func `a message moved back to the drop folder rejoins its history`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        try postpone(spool, name)
        let state = try #require(try spool.spool.state(of: name.id))
        _ = try spool.spool.fail(name, from: .queue, reason: Array("no".utf8), state: state)
        let moved = spool.scratch.path("drop/\(name.id.text).renamed by hand.eml")
        #expect(rename(spool.path("failed", name), moved) == 0)
        let again = try spool.claim("\(name.id.text).renamed by hand.eml")
        #expect(again == name)
        #expect(spool.names("failed").isEmpty)
        let rejoined = try #require(try spool.spool.state(of: name.id))
        #expect(rejoined.recipients == state.recipients)
        #expect(rejoined.nextAttempt == TestSpool.Controls.noon)
    }

    @Test func `a copy of a message rejoins by its content`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "the content")
        try postpone(spool, name)
        #expect(unlink(spool.path("queue", name)) == 0)
        // Another inode must be in the place: the old one is free for reuse.
        try spool.put("filler", "filler")
        let again = try spool.claimed(name.text, "the content")
        #expect(again == name)
        let opened = try spool.spool.open(queued: again)
        #expect(opened.state?.recipients.first?.outcome == .accepted(reply: "250 OK"))
    }

    @Test func `a copy of a message on its way is a message of its own`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "the content")
        try postpone(spool, name)
        #expect(try spool.claimed(name.text, "the content").id != name.id)
        try spool.spool.beginSending(name)
        #expect(try spool.claimed(name.text, "the content").id != name.id)
    }

    @Test func `a corrupt history is no history`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        try postpone(spool, name)
        try spool.scratch.write("nonsense", to: "drop/state/\(name.id.text)")
        let path = spool.scratch.path("drop/state/\(name.id.text)")
        let error = #expect(throws: SpoolError.self) { try spool.spool.state(of: name.id) }
        #expect(
            error?.sentence == "cannot read \(path): it is cut short; "
                + "remove the file to forget the message's history"
        )
        #expect(rename(spool.path("queue", name), spool.scratch.path("drop/\(name.text)")) == 0)
        #expect(try spool.claim(name.text).id != name.id)
    }

    @Test func `a file put into the queue by hand gets an id`() throws {
        let spool = try TestSpool()
        try spool.scratch.write("x", to: "drop/queue/by hand.eml")
        var fresh = QueueWindow()
        var deferred = QueueWindow()
        let scan = try spool.spool.loadQueue(fresh: &fresh, deferred: &deferred)
        #expect(scan.strays == [FileName("by hand.eml")])
        #expect(fresh.isEmpty && deferred.isEmpty)
        let stray = try #require(scan.strays.first)
        let descriptor = try spool.spool.open(stray: stray)
        defer { close(descriptor) }
        let name = try spool.spool.adopt(
            stray: stray,
            descriptor: descriptor,
            facts: try FileFacts(descriptor: descriptor)
        )
        #expect(spool.names("queue") == [name.text])
        #expect(name.original == stray)
    }

    @Test func `the spool's own names in the drop folder are never messages`() throws {
        let spool = try TestSpool()
        let drop = try spool.spool.dropDirectory()
        for name in ["queue", "sent", "failed", "held", "state", ".postchute-claim"] {
            #expect(drop.isReserved(FileName(name)!))
        }
        #expect(!drop.isReserved(FileName("sent.eml")!))
    }

    @Test func `a subfolder is opened without following links`() throws {
        let spool = try TestSpool()
        try spool.scratch.makeFolder("drop/in/ner", mode: 0o700)
        try spool.scratch.write("x", to: "drop/in/ner/a.eml")
        #expect(symlink(spool.scratch.path, spool.scratch.path("drop/out")) == 0)
        let inner = try spool.spool.dropDirectory(relative: Array("in/ner".utf8))
        #expect(try spool.spool.dropDirectory(relative: Array("in/ner".utf8)) === inner)
        let name = FileName("a.eml")!
        let descriptor = try inner.open(name)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        _ = try spool.spool.claim(name, in: inner, descriptor: descriptor, facts: facts)
        #expect(spool.names("queue").count == 1)
        for path in ["out", "../x", "in/../in", "a\0b", "in/missing"] {
            #expect(kind { _ = try spool.spool.dropDirectory(relative: Array(path.utf8)) } != nil)
        }
    }
}

@Suite("Queue")
struct QueueTests {
    @Test func `a scan tells new messages from those with a history without opening one`() throws {
        let spool = try TestSpool()
        let names = try (0..<5).map { try spool.claimed("\($0).eml") }
        for name in names[3...] {
            var state = DeliveryState(name)
            state.nextAttempt = 1_800_000_000_500_000
            _ = try spool.spool.returnToQueue(name, from: .queue, state: state)
        }
        var fresh = QueueWindow()
        var deferred = QueueWindow()
        let scan = try spool.spool.loadQueue(fresh: &fresh, deferred: &deferred) { id in
            id == names[0].id
        }
        #expect(scan == QueueScan())
        let first = [fresh.popFirst(), fresh.popFirst(), fresh.popFirst()]
        #expect(first == [names[1], names[2], nil])
        let second = [deferred.popFirst(), deferred.popFirst(), deferred.popFirst()]
        #expect(second == [names[3], names[4], nil])
        #expect(try spool.spool.nextAttempt(of: names[4].id) == 1_800_000_000_500_000)
        #expect(try spool.spool.nextAttempt(of: names[1].id) == nil)
    }

    @Test func `PAUSED pauses and is no message`() throws {
        let spool = try TestSpool()
        #expect(!spool.spool.isPaused)
        let desk = try OperatorSpool(opening: spool.options)
        #expect(try desk.pause())
        #expect(try !desk.pause())
        #expect(spool.spool.isPaused)
        #expect(try desk.isPaused())
        var fresh = QueueWindow()
        var deferred = QueueWindow()
        #expect(try spool.spool.loadQueue(fresh: &fresh, deferred: &deferred).strays.isEmpty)
        #expect(try desk.resume())
        #expect(try !desk.resume())
        #expect(!spool.spool.isPaused)
    }

    @Test func `a message somebody is still writing is not sent`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        let writer = open(spool.path("queue", name), O_WRONLY)
        let error = #expect(throws: SpoolError.self) { try spool.spool.open(queued: name) }
        #expect(
            error?.sentence
                == "cannot send \(spool.path("queue", name)): it is still open for writing"
        )
        close(writer)
        #expect(throws: Never.self) { try spool.spool.open(queued: name) }
    }

    @Test func `what is not a plain file with one name is not opened`() throws {
        let spool = try TestSpool()
        let name = SpoolName(id: .example, original: FileName("a.eml")!)
        let path = spool.path("queue", name)
        let cases: [(String, () -> Int32)] = [
            ("a symbolic link", { symlink("/etc/passwd", path) }),
            ("a named pipe", { mkfifo(path, 0o600) }),
            ("a folder", { mkdir(path, 0o700) }),
        ]
        for (word, make) in cases {
            #expect(make() == 0)
            let error = #expect(throws: SpoolError.self) { try spool.spool.open(name, in: .queue) }
            #expect(error?.sentence.hasSuffix(": it is \(word)") == true)
            #expect(remove(path) == 0)
        }
        try spool.scratch.write("x", to: "drop/queue/\(name.text)")
        #expect(link(path, spool.scratch.path("second")) == 0)
        let error = #expect(throws: SpoolError.self) { try spool.spool.open(queued: name) }
        #expect(error?.kind == .notPlain("a file with 2 names"))
        // It cannot be sent, but it can be set aside.
        let held = try spool.spool.hold(name, from: .queue, state: DeliveryState(name))
        #expect(held == .moved(name))
    }

    @Test func `a stranger under the id of another message gets its own`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "original")
        let state = DeliveryState(name)
        _ = try spool.spool.returnToQueue(name, from: .queue, state: state)
        #expect(rename(spool.path("queue", name), spool.scratch.path("kept")) == 0)
        try spool.scratch.write("stranger", to: "drop/queue/\(name.text)")
        let opened = try spool.spool.open(queued: name)
        #expect(opened.name.id != name.id)
        #expect(opened.name.original.octets == name.octets)
        #expect(opened.state == nil)
        #expect(try spool.spool.state(of: name.id) != nil)
    }
}
