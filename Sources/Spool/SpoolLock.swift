internal import CLinux
internal import Glibc

/// The lock that keeps a second daemon out of a spool; freed with the process, whatever kills it.
final class SpoolLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock and leaves the process id in the file for those who are refused.
    init(state: Folder, spool: [UInt8]) throws(SpoolError) {
        let name = Array(SpoolFolder.lockName.utf8)
        descriptor = try state.open(name, O_RDWR | O_CREAT)
        let result = linux_lock(descriptor)
        if result == -EAGAIN || result == -EACCES {
            let holder = Self.process(in: descriptor)
            _ = linux_close(descriptor)
            throw SpoolError(.locked(process: holder), "use", path: spool)
        }
        guard result == 0 else {
            _ = linux_close(descriptor)
            throw SpoolError(number: -result, "lock", path: state.path(of: name))
        }
        let text = Array("\(getpid())\n".utf8)
        _ = linux_truncate(descriptor, 0)
        _ = text.withUnsafeBytes { linux_write_all(descriptor, $0.baseAddress, $0.count) }
    }

    /// Whether this is the lock of a state folder, by whatever path that was opened.
    func isOn(_ state: Folder) -> Bool {
        var (mine, named) = (linux_facts(), linux_facts())
        let name = SpoolFolder.lockName
        guard linux_look(descriptor, "", &mine) == 0,
            linux_look(state.descriptor, name, &named) == 0
        else { return false }
        return mine.device == named.device && mine.inode == named.inode
    }

    deinit { _ = linux_close(descriptor) }

    /// Whether somebody holds the lock, and who, without taking it.
    static func holder(state: Folder) throws(SpoolError) -> (isRunning: Bool, process: Int32?) {
        let name = Array(SpoolFolder.lockName.utf8)
        let descriptor: Int32
        do throws(SpoolError) {
            descriptor = try state.open(name, O_RDONLY)
        } catch {
            if error.kind == .vanished { return (false, nil) }
            throw error
        }
        defer { _ = linux_close(descriptor) }
        guard linux_is_locked(descriptor) == 1 else { return (false, nil) }
        return (true, process(in: descriptor))
    }

    private static func process(in descriptor: Int32) -> Int32? {
        var octets = [UInt8](repeating: 0, count: 16)
        let count = octets.withUnsafeMutableBytes {
            linux_read_at(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard count > 0 else { return nil }
        return Int32(
            String(decoding: octets.prefix(Int(count)).prefix { $0 > 0x20 }, as: UTF8.self)
        )
    }
}
