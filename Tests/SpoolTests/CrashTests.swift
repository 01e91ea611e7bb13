import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

/// Each gap of ARCHITECTURE.md's crash table: what it leaves is made by hand, then the spool is
/// started again.
@Suite("Crashes")
struct CrashTests {
    private func recover(_ spool: TestSpool) throws -> SpoolRecovery {
        try spool.restarted().recover()
    }

    @Test func `a start after a clean end repairs nothing`() throws {
        let spool = try TestSpool()
        let waiting = try spool.claimed("a.eml")
        let failed = try spool.claimed("b.eml")
        let deferred = try spool.claimed("c.eml")
        _ = try spool.spool.fail(failed, from: .queue, reason: [1], state: DeliveryState(failed))
        _ = try spool.spool.returnToQueue(
            deferred,
            from: .queue,
            state: DeliveryState(deferred)
        )
        #expect(try recover(spool) == SpoolRecovery())
        #expect(spool.names("queue") == [waiting.text, deferred.text])
        #expect(spool.names("failed") == [failed.text, failed.text + ".txt"])
        #expect(spool.names("state") == [failed.id.text, deferred.id.text])
    }

    @Test func `killed between claim and B1: the message waits in the queue`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        #expect(try recover(spool) == SpoolRecovery())
        #expect(spool.names("queue") == [name.text])
    }

    @Test func `killed in sending: the message is uncertain`() throws {
        let spool = try TestSpool()
        let first = try spool.sending("a.eml")
        let second = try spool.sending("b.eml")
        try spool.scratch.write("x", to: "drop/queue/sending/stranger")
        let recovery = try recover(spool)
        #expect(recovery.uncertain == [first, second])
        #expect(recovery.strangers == [FileName("stranger")])
        #expect(spool.names("queue/sending").count == 3)
    }

    @Test func `killed between acceptance and the removal of the state`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        _ = try spool.spool.returnToQueue(name, from: .queue, state: DeliveryState(name))
        try spool.scratch.makeFolder("drop/sent/2026-11-23", mode: 0o700)
        #expect(rename(spool.path("queue", name), spool.path("sent/2026-11-23", name)) == 0)
        #expect(try recover(spool).removedStates == 1)
        #expect(spool.names("state").isEmpty)
    }

    @Test func `the state of a message that a person took away waits a week for it`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        _ = try spool.spool.returnToQueue(name, from: .queue, state: DeliveryState(name))
        #expect(rename(spool.path("queue", name), spool.scratch.path("away")) == 0)
        // The state's change time is the real clock's.
        spool.controls.now.store(SpoolHooks.systemTime(), ordering: .relaxed)
        #expect(try recover(spool).removedStates == 0)
        let later = SpoolHooks.systemTime() + MessageSpool.stateKeptWithoutMessage + 60_000_000
        spool.controls.now.store(later, ordering: .relaxed)
        #expect(try recover(spool).removedStates == 1)
        #expect(spool.names("state").isEmpty)
    }

    @Test(arguments: ["queue", "queue/sending", "failed", "held", "."])
    func `a state is kept for as long as its message is somewhere`(_ folder: String) throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        _ = try spool.spool.returnToQueue(name, from: .queue, state: DeliveryState(name))
        if folder != "queue" {
            #expect(rename(spool.path("queue", name), spool.path(folder, name)) == 0)
        }
        let later = SpoolHooks.systemTime() + 10 * MessageSpool.stateKeptWithoutMessage
        spool.controls.now.store(later, ordering: .relaxed)
        #expect(try recover(spool).removedStates == 0)
        #expect(spool.names("state") == [name.id.text])
    }

    @Test(arguments: ["failed", "held"])
    func `killed between reason and move: the reason is removed`(_ folder: String) throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        try spool.scratch.write("why", to: "drop/\(folder)/\(name.text).txt")
        try spool.scratch.write("notes of a person", to: "drop/\(folder)/notes.txt")
        let recovery = try recover(spool)
        #expect(recovery.removedReasons == 1)
        #expect(recovery.uncertain == [name])
        #expect(spool.names(folder) == ["notes.txt"])
    }

    @Test func `killed between state and return to the queue: uncertain, with the attempt`() throws
    {
        let spool = try TestSpool()
        let name = try spool.sending()
        var state = DeliveryState(name)
        state.lastReply = "451 later"
        try spool.spool.save(state, of: name, in: .sending)
        #expect(try recover(spool).uncertain == [name])
        #expect(try spool.spool.state(of: name.id)?.lastReply == "451 later")
    }

    @Test func `killed while writing: temporary files are removed`() throws {
        let spool = try TestSpool()
        let id = SpoolID.example.text
        for path in ["state/.\(id).tmp", "queue/.\(id).copy", "failed/.\(id).txt"] {
            try spool.scratch.write("half", to: "drop/\(path)")
        }
        try spool.scratch.write("not ours", to: "drop/queue/.hidden")
        #expect(try recover(spool).removedTemporaries == 3)
        #expect(spool.names("queue") == [".hidden"])
        #expect(spool.names("state").isEmpty && spool.names("failed").isEmpty)
    }

    @Test func `killed between the state of a long name and its claim`() throws {
        let spool = try TestSpool()
        let original = String(repeating: "n", count: 251) + ".eml"
        try spool.put(original)
        let state = DeliveryState(id: .example, originalName: FileName(original)!)
        try spool.spool.states.save(state)
        _ = try recover(spool)
        let name = try spool.claim(original)
        #expect(name.id != .example)
        #expect(try spool.spool.state(of: name.id)?.originalName == FileName(original))
    }

    @Test(arguments: [("queue", true), ("failed", false), ("held", false)])
    func `two names of one file are the later state`(
        _ other: String,
        _ isSendingLater: Bool
    ) throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        #expect(link(spool.path("queue/sending", name), spool.path(other, name)) == 0)
        let recovery = try recover(spool)
        #expect(recovery.removedNames == 1)
        #expect(recovery.uncertain == (isSendingLater ? [name] : []))
        #expect(spool.names(other) == (isSendingLater ? [] : [name.text]))
        #expect(spool.names("queue/sending") == (isSendingLater ? [name.text] : []))
    }

    @Test func `a writer's second name for a file on the wire is not touched`() throws {
        let spool = try TestSpool()
        let name = try spool.sending()
        #expect(link(spool.path("queue/sending", name), spool.scratch.path("drop/b.eml")) == 0)
        let recovery = try recover(spool)
        #expect(recovery.uncertain == [name])
        #expect(recovery.removedNames == 0)
    }

    @Test func `a reason is removed when its message is opened again`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        _ = try spool.spool.fail(name, from: .queue, reason: [1], state: DeliveryState(name))
        #expect(rename(spool.path("failed", name), spool.path("queue", name)) == 0)
        let opened = try spool.spool.open(queued: name)
        #expect(opened.name == name)
        #expect(opened.state?.nextAttempt == 0)
        #expect(spool.names("failed").isEmpty)
    }
}

/// The drop folder on ext4 or whatever holds the scratch folders, the spool on tmpfs.
@Suite("Another file system", .enabled(if: isOtherFileSystem("/dev/shm")))
struct CrossDeviceTests {
    /// A spool whose folders lie in a folder of /dev/shm that goes with it.
    private final class Apart {
        let spool: TestSpool
        let root: String

        init() throws {
            var template = Array("/dev/shm/postchute-XXXXXX".utf8CString)
            _ = try #require(mkdtemp(&template))
            root = String(
                decoding: template.dropLast().map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
            spool = try TestSpool(spoolPath: root)
        }

        deinit { removeTree(root) }

        func names(_ folder: String) -> [String] {
            folderNames("\(root)/\(folder)").filter { $0 != "sending" && $0 != "lock" }
        }

        var crossing: [String] { spool.scratch.names("drop/.postchute-claim") }
    }

    @Test func `a file crosses by way of the private folder`() throws {
        let apart = try Apart()
        let content = String(repeating: "0123456789\r\n", count: 100_000)
        let name = try apart.spool.claimed("big.eml", content)
        #expect(apart.names("queue") == [name.text])
        #expect(apart.crossing.isEmpty)
        #expect(apart.spool.scratch.names("drop") == [".postchute-claim"])
        let file = try apart.spool.spool.open(queued: name).file
        #expect(try file.readHead(.max) == Array(content.utf8))
        #expect(file.facts.permissions == 0o600)
        let folder = apart.spool.scratch.path("drop/.postchute-claim")
        let descriptor = open(folder, O_RDONLY)
        defer { close(descriptor) }
        #expect(try FileFacts(descriptor: descriptor).permissions == 0o700)
    }

    @Test func `the folder is never a message`() throws {
        let apart = try Apart()
        let drop = try apart.spool.spool.dropDirectory()
        #expect(drop.isReserved(FileName(".postchute-claim")!))
        #expect(!drop.isReserved(FileName("queue")!))
    }

    @Test func `killed before the copy: the next start copies`() throws {
        let apart = try Apart()
        let name = try interrupted(apart)
        try writeFile(Array("half".utf8), to: "\(apart.root)/queue/.\(name.id.text).copy")
        let recovery = try apart.spool.restarted().recover()
        #expect(recovery.finishedClaims == [name])
        #expect(recovery.removedTemporaries == 1)
        #expect(apart.names("queue") == [name.text])
        #expect(apart.crossing.isEmpty)
        #expect(try readFile("\(apart.root)/queue/\(name.text)") == Array("whole".utf8))
    }

    @Test(arguments: ["queue", "held"])
    func `killed between copy and unlink: the original goes`(_ folder: String) throws {
        let apart = try Apart()
        let name = try interrupted(apart)
        try writeFile(Array("whole".utf8), to: "\(apart.root)/\(folder)/\(name.text)")
        let recovery = try apart.spool.restarted().recover()
        #expect(recovery.finishedClaims == [name])
        #expect(apart.crossing.isEmpty)
        #expect(apart.names(folder) == [name.text])
    }

    @Test func `what is to be set aside crosses straight to held`() throws {
        let apart = try Apart()
        try apart.spool.put("a.eml", "Subject: cut")
        let path = apart.spool.scratch.path("drop/a.eml")
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let name = try apart.spool.spool.hold(
            unclaimed: FileName("a.eml")!,
            in: apart.spool.spool.dropDirectory(),
            descriptor: descriptor,
            facts: FileFacts(descriptor: descriptor),
            reason: Array("cut".utf8)
        )
        #expect(apart.names("held") == [name.text, "\(name.text).txt"])
        #expect(apart.names("queue") == [])
        #expect(apart.crossing.isEmpty)
    }

    @Test func `killed on its way to held: the next start does not send it`() throws {
        let apart = try Apart()
        let name = try interrupted(apart)
        try writeFile(Array("cut".utf8), to: "\(apart.root)/held/\(name.text).txt")
        let recovery = try apart.spool.restarted().recover()
        #expect(recovery.finishedClaims == [name])
        #expect(apart.names("queue") == [])
        #expect(apart.names("held") == [name.text, "\(name.text).txt"])
        #expect(apart.crossing.isEmpty)
    }

    @Test func `a start that cannot finish a crossing leaves what tells where it leads`() throws {
        let apart = try Apart()
        let name = try interrupted(apart)
        try writeFile(Array("cut".utf8), to: "\(apart.root)/held/\(name.text).txt")
        // A file with two names is not copied.
        let path = apart.spool.scratch.path("drop/.postchute-claim/\(name.text)")
        #expect(link(path, apart.spool.scratch.path("other")) == 0)
        let recovery = try apart.spool.restarted().recover()
        #expect(recovery.problems.count == 1)
        #expect(apart.crossing == [name.text])
        #expect(apart.names("held").contains("\(name.text).txt"))
    }

    /// A message that stands in the private folder only.
    private func interrupted(_ apart: Apart) throws -> SpoolName {
        let first = try apart.spool.claimed("first.eml")
        #expect(unlink("\(apart.root)/queue/\(first.text)") == 0)
        let name = SpoolName(id: .example, original: FileName(unchecked: Array("a.eml".utf8)))
        try apart.spool.scratch.write("whole", to: "drop/.postchute-claim/\(name.text)")
        return name
    }

    @Test func `nothing is claimed before the sweep that it is waiting for`() throws {
        let apart = try Apart()
        try apart.spool.put("a.eml")
        apart.spool.spool.awaitRecovery()
        #expect(kind { _ = try apart.spool.claim("a.eml") } == .busy)
        #expect(apart.spool.scratch.names("drop").contains("a.eml"))
        _ = try apart.spool.spool.recover()
        _ = try apart.spool.claim("a.eml")
        #expect(apart.names("queue").count == 1)
    }

    @Test func `a copy that fails gives the file back to its writer`() throws {
        let apart = try Apart()
        try apart.spool.put("a.eml")
        apart.spool.controls.folderResult.store(0, ordering: .relaxed)
        _ = try apart.spool.claimed("first.eml")
        apart.spool.controls.folderResult.store(-ENOSPC, ordering: .relaxed)
        #expect(kind { _ = try apart.spool.claim("a.eml") } == .io)
        #expect(apart.spool.scratch.names("drop") == [".postchute-claim", "a.eml"])
        #expect(apart.names("queue").count == 1)
        #expect(apart.crossing.isEmpty)
    }

    @Test func `a file that is open for writing stays with its writer`() throws {
        let apart = try Apart()
        try apart.spool.put("a.eml")
        let path = apart.spool.scratch.path("drop/a.eml")
        let writer = open(path, O_WRONLY | O_APPEND)
        #expect(kind { _ = try apart.spool.claim("a.eml") } == .busy)
        #expect(apart.names("queue").isEmpty)
        #expect(apart.crossing.isEmpty)
        close(writer)
        let name = try apart.spool.claim("a.eml")
        #expect(apart.names("queue") == [name.text])
    }

    @Test func `a file written to while it is copied goes back to its writer`() throws {
        let apart = try Apart()
        try apart.spool.put("a.eml")
        let path = apart.spool.scratch.path("drop/.postchute-claim")
        _ = try apart.spool.claimed("first.eml")
        // The sync of the copy is the last thing before the original would go.
        apart.spool.controls.onSync.withLock { onSync in
            onSync = {
                let name = folderNames(path).first ?? ""
                let writer = open("\(path)/\(name)", O_WRONLY | O_APPEND | O_NONBLOCK)
                if writer >= 0 { close(writer) }
            }
        }
        #expect(kind { _ = try apart.spool.claim("a.eml") } == .busy)
        apart.spool.controls.onSync.withLock { $0 = nil }
        #expect(apart.spool.scratch.names("drop") == [".postchute-claim", "a.eml"])
        #expect(apart.names("queue").count == 1)
        #expect(apart.crossing.isEmpty)
        _ = try apart.spool.claim("a.eml")
        #expect(apart.names("queue").count == 2)
    }

    @Test func `a message that comes back over file systems is known by its content`() throws {
        let apart = try Apart()
        let name = try apart.spool.claimed("a.eml", "the content")
        var state = DeliveryState(name)
        state.uncertainCount = 1
        let spool = apart.spool.spool
        _ = try spool.fail(name, from: .queue, reason: [1], state: state)
        try apart.spool.put(name.text, "the content")
        #expect(unlink("\(apart.root)/failed/\(name.text)") == 0)
        #expect(try apart.spool.claim(name.text) == name)
        #expect(try spool.open(queued: name).state?.uncertainCount == 1)
        #expect(apart.names("failed").isEmpty)
    }
}

/// Whether a folder lies on another file system than scratch folders do.
private func isOtherFileSystem(_ path: String) -> Bool {
    guard let scratch = try? ScratchFolder("device") else { return false }
    var here = linux_facts()
    var there = linux_facts()
    guard linux_look(AT_FDCWD, scratch.path, &here) == 0, linux_look(AT_FDCWD, path, &there) == 0
    else { return false }
    return here.device != there.device
}
