import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

/// A small file system of its own, for as long as it is held.
private final class SmallDisk {
    let path: String
    private let scratch: ScratchFolder

    init?(size: String, _ options: String = "") {
        guard geteuid() == 0, let scratch = try? ScratchFolder("disk"),
            let path = try? scratch.makeFolder("mount"),
            mount("tmpfs", path, "tmpfs", 0, "size=\(size),mode=700\(options)") == 0
        else { return nil }
        self.scratch = scratch
        self.path = path
    }

    func remountReadOnly() -> Bool {
        mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    static let isAllowed = SmallDisk(size: "64k") != nil
}

@Suite("A disk in trouble")
struct TroubleTests {
    @Test func `after a failed sync the content is copied and must be inspected again`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed("a.eml", "the content")
        let file = try spool.spool.open(queued: name).file
        spool.controls.fileResult.store(-EIO, ordering: .relaxed)
        let rewritten = try spool.spool.makeClaimDurable(file, named: name)
        #expect(rewritten !== file)
        #expect(rewritten.facts.inode != file.facts.inode)
        #expect(try rewritten.readHead(100) == Array("the content".utf8))
        #expect(spool.names("queue") == [name.text])
        try spool.spool.beginSending(name, file: rewritten)
    }

    @Test func `a folder that could not be synced holds back every message and says so`() throws {
        let spool = try TestSpool()
        let first = try spool.claimed("a.eml")
        let second = try spool.claimed("b.eml")
        let file = try spool.spool.open(queued: first).file
        #expect(spool.spool.sickness == nil)
        spool.controls.folderResult.store(-EIO, ordering: .relaxed)
        #expect(kind { _ = try spool.spool.makeClaimDurable(file, named: first) } == .io)
        spool.controls.folderResult.store(0, ordering: .relaxed)
        _ = try spool.claimed("c.eml")
        let error = #expect(throws: SpoolError.self) {
            try spool.spool.makeClaimDurable(
                spool.spool.open(queued: second).file,
                named: second
            )
        }
        #expect(error?.kind == .sick)
        let queue = spool.scratch.path("drop/queue")
        #expect(
            spool.spool.sickness?.sentence
                == "cannot sync \(queue): Input/output error; check the disk, then restart postchute"
        )
        #expect(spool.names("queue").count == 3)
        let restarted = try spool.restarted()
        #expect(restarted.sickness == nil)
    }

    @Test func `a message whose B2 fails goes back to the queue without being uncertain`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        let file = try spool.spool.open(queued: name).file
        _ = try spool.spool.makeClaimDurable(file, named: name)
        spool.controls.folderResult.store(-EIO, ordering: .relaxed)
        #expect(kind { try spool.spool.beginSending(name, file: file) } == .io)
        #expect(spool.names("queue") == [name.text])
        #expect(spool.names("queue/sending").isEmpty)
    }

    @Test func `an accepted message whose B3 fails is in sent and the error is told`() throws {
        let spool = try TestSpool()
        _ = try spool.spool.settleSent(spool.sending("first.eml"))
        let name = try spool.sending()
        spool.controls.folderResult.store(-EIO, ordering: .relaxed)
        #expect(kind { _ = try spool.spool.settleSent(name) } == .io)
        #expect(spool.names("sent/2026-11-23").contains(name.text))
    }

    @Test(.enabled(if: SmallDisk.isAllowed))
    func `a full disk keeps every message where it is`() throws {
        let disk = try #require(SmallDisk(size: "64k"))
        let options = SpoolOptions(dropPath: disk.path)
        let spool = try MessageSpool(opening: options)
        try writeFile(Array("Subject: x\r\n\r\n".utf8), to: "\(disk.path)/a.eml")
        let filler = open("\(disk.path)/filler", O_CREAT | O_WRONLY, 0o600)
        let block = [UInt8](repeating: 0, count: 4096)
        while write(filler, block, block.count) > 0 {}
        close(filler)
        let drop = try spool.dropDirectory()
        let original = FileName("a.eml")!
        let descriptor = try drop.open(original)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        let name = try spool.claim(original, in: drop, descriptor: descriptor, facts: facts)
        let error = #expect(throws: SpoolError.self) {
            try spool.fail(name, from: .queue, reason: block, state: DeliveryState(name))
        }
        #expect(error?.kind == .noSpace)
        #expect(
            error?.sentence == "cannot write \(disk.path)/state/\(name.id.text): No space left on "
                + "device; free some space, messages stay where they are"
        )
        #expect(folderNames("\(disk.path)/queue") == [name.text, "sending"])
        #expect(folderNames("\(disk.path)/failed").isEmpty)
        #expect(folderNames("\(disk.path)/state") == ["lock"])
        #expect(unlink("\(disk.path)/filler") == 0)
        #expect(
            try spool.fail(name, from: .queue, reason: block, state: DeliveryState(name))
                == .moved(name)
        )
    }

    @Test(.enabled(if: SmallDisk.isAllowed))
    func `a disk that became read-only keeps every message where it is`() throws {
        let disk = try #require(SmallDisk(size: "256k"))
        let spool = try MessageSpool(opening: SpoolOptions(dropPath: disk.path))
        let drop = try spool.dropDirectory()
        try writeFile(Array("x".utf8), to: "\(disk.path)/a.eml")
        let original = FileName("a.eml")!
        let descriptor = try drop.open(original)
        let facts = try FileFacts(descriptor: descriptor)
        close(descriptor)
        spool.close()
        try #require(disk.remountReadOnly())
        let error = #expect(throws: SpoolError.self) {
            try spool.claim(original, in: drop, descriptor: descriptor, facts: facts)
        }
        #expect(error?.kind == .readOnly)
        #expect(
            error?.sentence.hasSuffix(
                ": Read-only file system; mount it writable again, messages stay where they are"
            ) == true
        )
        #expect(folderNames(disk.path).contains("a.eml"))
    }

    @Test func `a folder without write permission keeps the message where it is`() async {
        await #expect(processExitsWith: .success) {
            // Root passes every permission check, so somebody else must try.
            let scratch = try ScratchFolder("denied")
            let drop = try scratch.makeFolder("drop", mode: 0o700)
            if geteuid() == 0 {
                guard chown(scratch.path, 54_322, 54_322) == 0, chown(drop, 54_322, 54_322) == 0,
                    setgroups(0, nil) == 0, setgid(54_322) == 0, setuid(54_322) == 0
                else { exit(2) }
            }
            let spool = try MessageSpool(opening: SpoolOptions(dropPath: drop))
            try scratch.write("x", to: "drop/a.eml")
            let directory = try spool.dropDirectory()
            let name = FileName("a.eml")!
            let descriptor = try directory.open(name)
            let facts = try FileFacts(descriptor: descriptor)
            guard chmod("\(drop)/queue", 0o500) == 0 else { exit(3) }
            do throws(SpoolError) {
                _ = try spool.claim(name, in: directory, descriptor: descriptor, facts: facts)
                exit(4)
            } catch {
                let advice = ": Permission denied; check owner and mode of the folder"
                guard error.kind == .denied, error.sentence.hasSuffix(advice) else { exit(5) }
            }
            guard folderNames(drop).contains("a.eml") else { exit(6) }
        }
    }

    // claim ×64 on 16 threads: each B1 needs its file, queue/ and the drop folder; with one leader
    // per folder the syncs of folders stay far below one for each message.
    @Test func `concurrent barriers share the syncs of folders`() async throws {
        let spool = try TestSpool()
        let names = try (0..<256).map { try spool.claimed("\($0).eml") }
        let before = spool.controls.folderSyncs.load(ordering: .relaxed)
        let threads = SpoolThreads()
        let failures = Monitor(0)
        for name in names {
            threads.run {
                do {
                    let file = try spool.spool.open(queued: name).file
                    _ = try spool.spool.makeClaimDurable(file, named: name)
                    try spool.spool.beginSending(name, file: file)
                    guard case .moved = try spool.spool.settleSent(name) else {
                        throw WaitError("not moved")
                    }
                } catch {
                    failures.locked { $0 += 1 }
                }
            }
        }
        threads.stop()
        #expect(failures.locked { $0 } == 0)
        #expect(spool.names("sent/2026-11-23").count == 256)
        let syncs = spool.controls.folderSyncs.load(ordering: .relaxed) - before
        #expect(syncs < 3 * 256, "\(syncs) syncs of folders for 256 messages")
    }
}
