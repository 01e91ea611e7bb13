import CLinux
import Glibc
import Synchronization
import TestSupport

@testable import Spool

/// A spool in a scratch folder with a clock and barriers a test can set.
final class TestSpool: Sendable {
    let scratch: ScratchFolder
    let spool: MessageSpool
    let controls: Controls
    let options: SpoolOptions

    /// What a test changes while the spool runs.
    final class Controls: Sendable {
        /// 2026-11-23 10:15:30 UTC.
        static let noon: Int64 = 1_795_428_930_123_456
        let now = Atomic<Int64>(Controls.noon)
        let folderSyncs = Atomic<Int>(0)
        let fileSyncs = Atomic<Int>(0)
        /// What the next barriers return, −errno.
        let folderResult = Atomic<Int32>(0)
        let fileResult = Atomic<Int32>(0)
        /// What happens while the first kind of barrier is waited for.
        let onSync = Mutex<(@Sendable () -> Void)?>(nil)

        var hooks: SpoolHooks {
            SpoolHooks(
                now: { self.now.load(ordering: .relaxed) },
                sync: { descriptor in
                    self.folderSyncs.add(1, ordering: .relaxed)
                    self.onSync.withLock { $0 }?()
                    let result = self.folderResult.load(ordering: .relaxed)
                    return result == 0 ? SpoolHooks.systemSync(descriptor) : result
                },
                syncData: { descriptor in
                    self.fileSyncs.add(1, ordering: .relaxed)
                    let result = self.fileResult.load(ordering: .relaxed)
                    return result == 0 ? SpoolHooks.systemSyncData(descriptor) : result
                }
            )
        }
    }

    /// Opens a spool in `drop/`, or in `spoolPath` where one is given.
    init(spoolPath: String? = nil, operatorsGroup: UInt32? = nil) throws {
        scratch = try ScratchFolder("spool")
        try scratch.makeFolder("drop", mode: 0o700)
        controls = Controls()
        options = SpoolOptions(
            dropPath: scratch.path("drop"),
            spoolPath: spoolPath,
            operatorsGroup: operatorsGroup
        )
        spool = try MessageSpool(opening: options, hooks: controls.hooks)
    }

    /// Starts again over the same folders, as after a crash: nothing of the first is closed
    /// properly but its lock.
    func restarted() throws -> MessageSpool {
        spool.close()
        return try MessageSpool(opening: options, hooks: controls.hooks)
    }

    /// Puts a file into the drop folder.
    func put(_ name: String, _ content: String = "Subject: x\r\n\r\nbody\r\n") throws {
        try scratch.write(content, to: "drop/\(name)")
    }

    /// Puts a file into the drop folder and claims it.
    func claimed(
        _ name: String = "a.eml",
        _ content: String = "Subject: x\r\n\r\nbody\r\n"
    ) throws -> SpoolName {
        try put(name, content)
        return try claim(name)
    }

    /// Claims a file of the drop folder.
    func claim(_ name: String) throws -> SpoolName {
        try claim(FileName(unchecked: Array(name.utf8)))
    }

    /// Claims a file of the drop folder.
    func claim(_ name: FileName, by spool: MessageSpool? = nil) throws -> SpoolName {
        let spool = spool ?? self.spool
        let drop = try spool.dropDirectory()
        let descriptor = try drop.open(name)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        return try spool.claim(name, in: drop, descriptor: descriptor, facts: facts)
    }

    /// A message whose content may be on the wire.
    func sending(_ name: String = "a.eml") throws -> SpoolName {
        let claimed = try claimed(name)
        try spool.beginSending(claimed)
        return claimed
    }

    /// The names in a folder below the drop folder, without the spool's own.
    func names(_ relative: String) -> [String] {
        scratch.names("drop/\(relative)").filter { $0 != "sending" && $0 != "lock" }
    }

    /// The path of a message in a folder below the drop folder.
    func path(_ relative: String, _ name: SpoolName) -> String {
        scratch.path("drop/\(relative)/\(name.text)")
    }
}

extension SpoolName {
    var text: String { String(decoding: octets, as: UTF8.self) }
}

extension SpoolID {
    /// The id 20261123T101530123456-7h3k9q2mzx4wp.
    static let example = SpoolID(
        microseconds: TestSpool.Controls.noon,
        random: 0x788E_69B8_A9FE_9396
    )
}

/// The kind of the error a body throws, or `nil` when it throws none.
func kind(_ body: () throws -> Void) -> SpoolError.Kind? {
    do {
        try body()
        return nil
    } catch let error as SpoolError {
        return error.kind
    } catch {
        return .other
    }
}
