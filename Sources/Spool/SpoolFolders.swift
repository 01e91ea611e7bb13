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
        let opened = try opener.folder(day, in: sent, .readable)
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

/// Opens, creates and checks the folders of a spool.
struct FolderOpener {
    let options: SpoolOptions
    let hooks: SpoolHooks

    /// The drop folder, which must exist.
    func dropFolder() throws(SpoolError) -> Folder {
        let folder = try Folder.open(path: options.dropPath, hooks: hooks)
        try check(folder, .sharedParent)
        return folder
    }

    /// The folder that holds the spool where that is not the drop folder; created where missing.
    func spoolRoot() throws(SpoolError) -> Folder {
        let created = linux_make_directory(AT_FDCWD, options.spoolPath, 0o700) == 0
        let folder = try Folder.open(path: options.spoolPath, hooks: hooks)
        if created { try open(folder, to: .sharedParent) }
        try check(folder, .sharedParent)
        return folder
    }

    /// A folder of the spool, created where missing.
    func folder(
        _ name: String,
        in parent: Folder,
        _ rule: FolderRule
    ) throws(SpoolError) -> Folder {
        let octets = Array(name.utf8)
        let created = try parent.makeFolder(octets)
        let folder = try parent.subfolder(octets)
        if created {
            try open(folder, to: rule)
            try parent.sync.wait()
        }
        try check(folder, rule)
        if !created { try openFurther(folder, rule) }
        return folder
    }

    /// Refuses a folder in which somebody else could tamper with messages.
    func check(_ folder: Folder, _ rule: FolderRule) throws(SpoolError) {
        if let error = try problem(folder, rule) { throw error }
    }

    private func problem(_ folder: Folder, _ rule: FolderRule) throws(SpoolError) -> SpoolError? {
        switch options.writers {
        case .trusted: return nil
        case .untrusted: break
        }
        let facts = try folder.facts()
        let group = options.operatorsGroup
        return rule.cure(for: facts, path: folder.path, operatorsGroup: group).map {
            SpoolError(.unsafe(cure: $0), "use folder", path: folder.path)
        }
    }

    /// Lets the operators' group into a folder made before the setting named that group.
    private func openFurther(_ folder: Folder, _ rule: FolderRule) throws(SpoolError) {
        guard let group = options.operatorsGroup, options.writers == .untrusted, rule != .secret
        else { return }
        let facts = try folder.facts()
        let mode = rule.mode(operatorsGroup: group)
        if facts.group != group || facts.permissions & mode != mode { try open(folder, to: rule) }
    }

    private func open(_ folder: Folder, to rule: FolderRule) throws(SpoolError) {
        var result: Int32 = 0
        if let group = options.operatorsGroup, rule != .secret {
            result = linux_set_group(folder.descriptor, group)
        }
        if result == 0 {
            // Exactly this mode: inside the drop folder a new folder inherits the set-group-id bit.
            let mode = rule.mode(operatorsGroup: options.operatorsGroup)
            result = linux_set_mode(folder.descriptor, mode)
        }
        // Network mounts with synthetic modes refuse both, which is what `trusted` is for.
        guard result == 0 || options.writers == .trusted else {
            throw SpoolError(number: -result, "set group and mode of", path: folder.path)
        }
    }

    /// Everything `postchute check` has to say about the folders; creates nothing.
    func problems() -> [SpoolError] {
        var found: [SpoolError] = []
        let drop = examine(&found) { () throws(SpoolError) in
            try Folder.open(path: options.dropPath, hooks: hooks)
        }
        report(drop, .sharedParent, &found)
        let root =
            options.isInDrop
            ? drop
            : examine(&found) { () throws(SpoolError) in
                try Folder.open(path: options.spoolPath, hooks: hooks)
            }
        if !options.isInDrop { report(root, .sharedParent, &found) }
        let queue = examine("queue", in: root, .movable, &found)
        _ = examine(SpoolFolder.sendingName, in: queue, .secret, &found)
        _ = examine(SpoolFolder.sentRoot, in: root, .readable, &found)
        _ = examine("failed", in: root, .movable, &found)
        _ = examine("held", in: root, .movable, &found)
        _ = examine("state", in: root, .secret, &found)
        return found
    }

    private func examine(
        _ name: String,
        in parent: Folder?,
        _ rule: FolderRule,
        _ found: inout [SpoolError]
    ) -> Folder? {
        guard let parent else { return nil }
        let folder = examine(&found) { () throws(SpoolError) in
            try parent.subfolder(Array(name.utf8))
        }
        report(folder, rule, &found)
        return folder
    }

    /// Opens a folder if it exists: the daemon creates missing ones, but for the drop folder.
    private func examine(
        _ found: inout [SpoolError],
        _ open: () throws(SpoolError) -> Folder
    ) -> Folder? {
        do throws(SpoolError) {
            return try open()
        } catch {
            let isSpool = error.path != Array(options.dropPath.utf8)
            if error.kind != .vanished || !isSpool { found.append(error) }
            return nil
        }
    }

    private func report(_ folder: Folder?, _ rule: FolderRule, _ found: inout [SpoolError]) {
        guard let folder else { return }
        do throws(SpoolError) {
            if let error = try problem(folder, rule) { found.append(error) }
        } catch {
            found.append(error)
        }
    }
}
