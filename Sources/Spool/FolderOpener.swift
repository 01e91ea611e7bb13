internal import CLinux
internal import Glibc

/// Opens, creates and checks the folders of a spool.
struct FolderOpener {
    let options: SpoolOptions
    let hooks: SpoolHooks

    /// The drop folder, which must exist.
    func dropFolder() throws(SpoolError) -> Folder {
        let folder = try open(options.dropPath)
        try check(folder, .sharedParent)
        return folder
    }

    /// The folder that holds the spool where that is not the drop folder; created where missing.
    func spoolRoot() throws(SpoolError) -> Folder {
        let created = linux_make_directory(AT_FDCWD, options.spoolPath, 0o700) == 0
        let folder = try open(options.spoolPath)
        if created { try open(folder, to: .sharedParent) }
        try syncParent(of: folder, isNew: created)
        try check(folder, .sharedParent)
        return folder
    }

    /// Makes the name of the spool's own folder durable: without it everything in it is lost.
    ///
    /// Also of one that was there: whoever made it may have been killed before the sync.
    private func syncParent(of folder: Folder, isNew: Bool) throws(SpoolError) {
        do throws(SpoolError) {
            let parent = try folder.subfolder(Array("..".utf8))
            defer { withExtendedLifetime(parent) {} }
            try parent.sync.wait()
        } catch {
            // Somebody else's folder, which we may enter and not read: its owner's business.
            if isNew || error.kind != .denied { throw error }
        }
    }

    /// A folder of the spool, created where missing; its name is durable when this returns.
    ///
    /// Where another thread may be creating it too, that thread's sync may not be over.
    func folder(
        _ name: String,
        in parent: Folder,
        _ rule: FolderRule,
        othersCreateIt: Bool = false
    ) throws(SpoolError) -> Folder {
        try folder(Array(name.utf8), in: parent, rule, othersCreateIt: othersCreateIt)
    }

    /// The same for a name that is no text.
    func folder(
        _ octets: [UInt8],
        in parent: Folder,
        _ rule: FolderRule,
        othersCreateIt: Bool = false
    ) throws(SpoolError) -> Folder {
        let created = try parent.makeFolder(octets)
        let folder = try open(octets, in: parent, rule)
        if created { try open(folder, to: rule) }
        // A folder's first sync is never left out: whoever made this one may have been killed.
        if !created && othersCreateIt { parent.sync.touch() }
        try parent.sync.wait()
        try check(folder, rule)
        if !created { try openFurther(folder, rule) }
        return folder
    }

    private func open(_ path: String) throws(SpoolError) -> Folder {
        do throws(SpoolError) {
            return try Folder.open(path: path, hooks: hooks)
        } catch {
            throw curable(error, .sharedParent) { linux_look(AT_FDCWD, path, &$0) }
        }
    }

    private func open(
        _ name: [UInt8],
        in parent: Folder,
        _ rule: FolderRule
    ) throws(SpoolError) -> Folder {
        do throws(SpoolError) {
            return try parent.subfolder(name)
        } catch {
            throw curable(error, rule) { facts in
                name.withName { linux_look(parent.descriptor, $0, &facts) }
            }
        }
    }

    /// What keeps a folder closed to us is an owner or a mode that has a cure like any other.
    private func curable(
        _ error: SpoolError,
        _ rule: FolderRule,
        look: (inout linux_facts) -> Int32
    ) -> SpoolError {
        var facts = linux_facts()
        guard error.kind == .denied, options.writers == .untrusted, look(&facts) == 0 else {
            return error
        }
        let group = options.operatorsGroup
        return rule.cure(for: FileFacts(facts), path: error.path, operatorsGroup: group).map {
            SpoolError(.unsafe(cure: $0), "use folder", path: error.path, number: error.number)
        } ?? error
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
            try open(options.dropPath)
        }
        report(drop, .sharedParent, &found)
        let root =
            options.isInDrop
            ? drop
            : examine(&found) { () throws(SpoolError) in
                try open(options.spoolPath)
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
            try open(Array(name.utf8), in: parent, rule)
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
