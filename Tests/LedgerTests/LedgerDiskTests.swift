import Delivery
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Ledger

/// A small file system of its own, for as long as it is held.
private final class SmallDisk {
    let path: String
    private let scratch: ScratchFolder

    init?() {
        guard geteuid() == 0, let scratch = try? ScratchFolder("disk"),
            let path = try? scratch.makeFolder("mount"),
            mount("tmpfs", path, "tmpfs", 0, "size=1m,mode=700") == 0
        else { return nil }
        (self.scratch, self.path) = (scratch, path)
    }

    func remount(readOnly: Bool) -> Bool {
        mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | (readOnly ? MS_RDONLY : 0)), "size=1m") == 0
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    static let isAllowed = SmallDisk() != nil
}

@Suite("A ledger on a disk in trouble", .enabled(if: SmallDisk.isAllowed))
struct LedgerDiskTests {
    @Test func `a full disk is said once and the rest is written when there is room`() throws {
        let disk = try #require(SmallDisk())
        let said = Mutex<[LedgerWriter.Notice]>([])
        let writer = LedgerWriter(
            stateDirectory: disk.path,
            keep: nil,
            now: { LedgerFixture.noon },
            tell: { notice in said.withLock { $0.append(notice) } }
        )
        writer.start()
        writer.note(SampleMail(0).claimed)
        #expect(writer.flush(seconds: 20))
        let filler = "\(disk.path)/filler"
        let file = open(filler, O_CREAT | O_WRONLY, 0o600)
        let block = [UInt8](repeating: 1, count: 4096)
        while write(file, block, block.count) > 0 {}
        close(file)
        for number in 1..<2000 { writer.note(SampleMail(number).event()) }
        #expect(!writer.flush(seconds: 3))
        #expect(writer.trouble == .full(path: "\(disk.path)/ledger.sqlite"))
        unlink(filler)
        // There has to be room for all: the disk itself is made larger.
        #expect(mount("tmpfs", disk.path, "tmpfs", UInt(MS_REMOUNT), "size=100m") == 0)
        #expect(writer.flush(seconds: 30))
        #expect(writer.trouble == nil)
        writer.stop()
        let reader = LedgerReader(stateDirectory: disk.path)
        #expect(try reader.messages(LedgerQuery(), limit: 10_000).messages.count == 2000)
        let notices = said.withLock { $0 }
        #expect(
            notices == [.begun, .trouble(.full(path: "\(disk.path)/ledger.sqlite")), .recovered]
        )
    }

    @Test func `a disk that became read-only is said and written to when it can be`() throws {
        let disk = try #require(SmallDisk())
        let writer = LedgerWriter(
            stateDirectory: disk.path,
            keep: nil,
            now: { LedgerFixture.noon },
            tell: { _ in }
        )
        // Open files keep a file system from being made read-only: before the writer opens any.
        #expect(disk.remount(readOnly: true))
        writer.start()
        writer.note(SampleMail(0).claimed)
        #expect(!writer.flush(seconds: 1))
        #expect(writer.trouble == .denied(path: "\(disk.path)/ledger.sqlite"))
        #expect(disk.remount(readOnly: false))
        #expect(writer.flush(seconds: 20))
        writer.stop()
        let reader = LedgerReader(stateDirectory: disk.path)
        #expect(try reader.message(SampleMail(0).id)?.last == "claimed")
    }
}
