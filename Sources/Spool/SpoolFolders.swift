internal import CLinux
internal import Glibc

/// The folders of one spool, opened once and checked.
final class SpoolFolders: Sendable {
    let options: SpoolOptions
    let hooks: SpoolHooks
    let drop: Folder
    let root: Folder
    let queue: Folder
    let sending: Folder
    let sent: Folder
    let failed: Folder
    let held: Folder
    let state: Folder

    private let days = Monitor([(day: String, folder: Folder)]())
    /// Today and yesterday; a third for a clock that was set.
    private static let openDays = 3

    /// Opens the folders, creating those that are missing.
    init(_ options: SpoolOptions, hooks: SpoolHooks) throws(SpoolError) {
        self.options = options
        self.hooks = hooks
        let opener = FolderOpener(options: options, hooks: hooks)
        drop = try opener.dropFolder()
        root = options.isInDrop ? drop : try opener.spoolRoot()
        queue = try opener.folder("queue", in: root, .movable)
        sending = try opener.folder(SpoolFolder.sendingName, in: queue, .secret)
        sent = try opener.folder(SpoolFolder.sentRoot, in: root, .readable)
        failed = try opener.folder("failed", in: root, .movable)
        held = try opener.folder("held", in: root, .movable)
        state = try opener.folder("state", in: root, .secret)
    }

    /// The open folder for a place in the spool; a day's folder is created where it is missing.
    func folder(_ place: SpoolFolder) throws(SpoolError) -> Folder {
        switch place {
        case .queue: queue
        case .sending: sending
        case .sent(let day): try dayFolder(day)
        case .failed: failed
        case .held: held
        case .state: state
        }
    }

    /// The day that `sent/` files a message under that is accepted now.
    var today: String { CivilTime(microseconds: hooks.now()).dayText }

    private func dayFolder(_ day: String) throws(SpoolError) -> Folder {
        if let known = days.locked({ $0.first { $0.day == day }?.folder }) { return known }
        let opener = FolderOpener(options: options, hooks: hooks)
        let opened = try opener.folder(day, in: sent, .readable, othersCreateIt: true)
        return days.locked { days in
            // Two threads may have opened it: one folder must have one ``FolderSync``.
            if let other = days.first(where: { $0.day == day }) { return other.folder }
            if days.count == Self.openDays { days.removeFirst() }
            days.append((day, opened))
            return opened
        }
    }

    /// Forgets a day's folder, which somebody has removed.
    func forget(day: String) { days.locked { $0.removeAll { $0.day == day } } }

    /// The first folder whose sync failed; see ``FolderSync``.
    var sickness: SpoolError? {
        let all = [queue, sending, sent, failed, held, state] + days.locked { $0.map(\.folder) }
        return all.lazy.compactMap(\.sync.sickness).first
    }

    /// Throws when a path no longer leads to the folder we hold open.
    func checkInPlace() throws(SpoolError) {
        try checkInPlace(drop, parent: AT_FDCWD, name: options.dropPath)
        if !options.isInDrop { try checkInPlace(root, parent: AT_FDCWD, name: options.spoolPath) }
        for (folder, name) in [(queue, "queue"), (sent, "sent"), (failed, "failed")]
            + [(held, "held"), (state, "state")]
        {
            try checkInPlace(folder, parent: root.descriptor, name: name)
        }
        try checkInPlace(sending, parent: queue.descriptor, name: SpoolFolder.sendingName)
    }

    private func checkInPlace(
        _ folder: Folder,
        parent: Int32,
        name: String
    ) throws(SpoolError) {
        var facts = linux_facts()
        let result = linux_look(parent, name, &facts)
        guard result == 0 else {
            throw SpoolError(number: -result, "find folder", path: folder.path)
        }
        guard FileFacts(facts).isSameFile(as: try folder.facts()) else {
            throw SpoolError(.changed("identity"), "use folder", path: folder.path)
        }
    }
}
