internal import CLinux
internal import Glibc

/// The folders of one pickup and every move of a message between them.
///
/// ARCHITECTURE.md has the states, the call that is each transition and what a crash leaves. Every
/// method blocks on the disk: call them on ``SpoolThreads`` or on a pickup's own thread, from any
/// number of threads at once.
package final class MessageSpool: Sendable {
    let folders: SpoolFolders
    let hooks: SpoolHooks
    let states: StateStore
    let drops: DropDirectories
    private let lock: Monitor<SpoolLock?>
    private let ids = Monitor(IDSource())
    let claimFolder = Monitor<Folder?>(nil)
    let collecting = Monitor<Folder?>(nil)
    let givenBack = Monitor(GivenBack())
    let mayClaim = Monitor(true)
    private let mayCopy = Monitor(true)

    /// Opens the spool for the daemon: creates missing folders, checks owners and modes, takes the
    /// lock.
    ///
    /// The lock of a `former` spool in the same folders is shared, so that it is never free in
    /// between; it is freed when both are closed. Then the former one's messages on the wire must
    /// have been settled before ``recover()``.
    ///
    /// - Throws: ``SpoolError/Kind/unsafe(cure:)`` with the command that cures a folder;
    ///   ``SpoolError/Kind/locked(process:)`` when another process has the spool.
    package init(
        opening options: SpoolOptions,
        hooks: SpoolHooks = SpoolHooks(),
        takingOver former: MessageSpool? = nil
    ) throws(SpoolError) {
        // Reading a lease's break as "die" is the default; see `open(queued:)`.
        _ = linux_ignore_lease_breaks()
        folders = try SpoolFolders(options, hooks: hooks)
        self.hooks = hooks
        if let shared = former?.lock(of: folders.state) {
            lock = Monitor(shared)
        } else {
            lock = Monitor(try SpoolLock(state: folders.state, spool: folders.root.path))
        }
        states = StateStore(folder: folders.state, mustBeOurs: options.writers == .untrusted)
        drops = DropDirectories(
            root: folders.drop,
            opener: FolderOpener(options: options, hooks: hooks)
        )
    }

    /// Everything that would keep ``init(opening:hooks:)`` from opening the spool, but for the
    /// lock; creates nothing.
    package static func check(_ options: SpoolOptions) -> [SpoolError] {
        FolderOpener(options: options, hooks: SpoolHooks()).problems()
    }

    /// Frees the lock; descriptors close with the last reference.
    package func close() { lock.locked { $0 = nil } }

    private func lock(of state: Folder) -> SpoolLock? {
        lock.locked { $0 }.flatMap { $0.isOn(state) ? $0 : nil }
    }

    /// Whether both spools hold one lock: they are the same folders.
    package func sharesLock(with other: MessageSpool) -> Bool {
        guard let mine = lock.locked({ $0 }), let others = other.lock.locked({ $0 }) else {
            return false
        }
        return mine === others
    }

    /// Whether files may be taken in whose content has to be copied; they stay with their writers
    /// otherwise.
    package func allowCopies(_ isAllowed: Bool) { mayCopy.locked { $0 = isAllowed } }

    func checkRoom() throws(SpoolError) {
        guard mayCopy.locked({ $0 }) else {
            throw SpoolError(.lowSpace, "copy files to", path: folders.root.path)
        }
    }

    /// Where the spool is.
    package var options: SpoolOptions { folders.options }

    /// The error that made one of the folders sick: every barrier on it fails until a restart.
    package var sickness: SpoolError? { folders.sickness }

    /// Throws when a folder was moved away or replaced since the spool was opened.
    ///
    /// Messages already claimed are safe either way, but new ones would go where nobody looks.
    package func checkFolders() throws(SpoolError) { try folders.checkInPlace() }

    /// Whether somebody paused the pickup: `queue/PAUSED` exists.
    package var isPaused: Bool {
        let name = Array(SpoolFolder.pausedName.utf8)
        return ((try? folders.queue.facts(name)) ?? nil) != nil
    }

    /// The file system magic of the drop folder, such as 0xEF53 for ext4.
    package func dropFileSystem() throws(SpoolError) -> Int64 {
        let magic = linux_file_system(folders.drop.descriptor)
        guard magic >= 0 else {
            let number = Int32(truncatingIfNeeded: -magic)
            throw SpoolError(number: number, "look at", path: folders.drop.path)
        }
        return magic
    }

    /// The drop folder (an empty path) or one of its subfolders, opened without following links.
    package func dropDirectory(relative path: [UInt8] = []) throws(SpoolError) -> DropDirectory {
        try drops.directory(path)
    }

    /// Lets go of a subfolder that is gone.
    package func forget(_ directory: DropDirectory) { drops.forget(directory) }

    /// A new id, later than all before it.
    func makeID() -> SpoolID { ids.locked { $0.next(at: hooks.now()) } }

    /// The state of a message, or `nil` when it has no history.
    package func state(of id: SpoolID) throws(SpoolError) -> DeliveryState? { try states.load(id) }

    /// When a message is due, in microseconds since 1970, or `nil` when it has no history.
    package func nextAttempt(of id: SpoolID) throws(SpoolError) -> Int64? {
        try states.nextAttempt(of: id)
    }
}
