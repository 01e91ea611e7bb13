internal import CLinux
internal import Glibc

/// What a start found and repaired.
package struct SpoolRecovery: Hashable, Sendable {
    /// Messages that stood in `sending/`: nobody can know whether the server has them.
    package var uncertain: [SpoolName] = []
    /// Files in `sending/` that are no messages of ours; they stay there.
    package var strangers: [FileName] = []
    /// Claims from another file system that were finished.
    package var finishedClaims: [SpoolName] = []
    /// Second names of one file that were removed.
    package var removedNames = 0
    /// Temporary files that were removed.
    package var removedTemporaries = 0
    /// Reasons without their message that were removed.
    package var removedReasons = 0
    /// States that were removed because their message was accepted or has been gone for a week.
    package var removedStates = 0
    /// What could not be repaired; the spool works nevertheless.
    package var problems: [SpoolError] = []
}

extension MessageSpool {
    /// How long a state waits for a message that is nowhere in the spool, in microseconds.
    ///
    /// A person may have taken it out to bring it back, and accepted recipients must not get it
    /// again then.
    static let stateKeptWithoutMessage: Int64 = 7 * 86_400 * 1_000_000

    /// Lets nothing enter the spool before ``recover()`` has succeeded.
    ///
    /// What is just being claimed or set aside looks like something a crash left: its reason without
    /// its message would be swept away, or its copy.
    package func awaitRecovery() { mayClaim.locked { $0 = false } }

    /// Returns once ``recover()`` has succeeded, where it is awaited.
    ///
    /// - Throws: ``SpoolError/Kind/busy`` when that takes more than a second: the pickup's thread has
    ///   to notice meanwhile that its folder is gone or that it is to stop.
    func waitForRecovery(of name: FileName) throws(SpoolError) {
        for _ in 0..<200 {
            if mayClaim.locked({ $0 }) { return }
            usleep(5000)
        }
        throw SpoolError(.busy, "claim", path: folders.drop.path(of: name.octets))
    }

    /// Repairs what a crash left; to be called once, before the first attempt.
    package func recover() throws(SpoolError) -> SpoolRecovery {
        var recovery = SpoolRecovery()
        try sweepTemporaries(&recovery)
        attempt(&recovery) { recovery throws(SpoolError) in
            recovery.finishedClaims = try finishClaims()
            // Not before: by its reason a file on its way to `held/` is known.
            try sweepReasons(in: folders.held, &recovery)
        }
        try readSending(&recovery)
        attempt(&recovery) { recovery throws(SpoolError) in
            try sweepReasons(in: folders.failed, &recovery)
            try sweepReasons(in: folders.drop, &recovery)
        }
        attempt(&recovery) { recovery throws(SpoolError) in
            try sweepStates(&recovery)
        }
        mayClaim.locked { $0 = true }
        return recovery
    }

    /// A sweep that fails leaves litter, not danger: the messages go on.
    private func attempt(
        _ recovery: inout SpoolRecovery,
        _ body: (inout SpoolRecovery) throws(SpoolError) -> Void
    ) {
        do throws(SpoolError) {
            try body(&recovery)
        } catch {
            recovery.problems.append(error)
        }
    }

    private func sweepTemporaries(_ recovery: inout SpoolRecovery) throws(SpoolError) {
        for folder in [folders.state, folders.queue, folders.failed, folders.held] {
            var found: [FileName] = []
            try folder.forEachName { name, _ in
                if TemporaryName.isTemporary(name), let name = FileName(octets: name) {
                    found.append(name)
                }
                return true
            }
            for name in found where try removeTemporary(name, in: folder) {
                recovery.removedTemporaries += 1
            }
        }
    }

    private func removeTemporary(
        _ name: FileName,
        in folder: Folder
    ) throws(SpoolError) -> Bool {
        guard try folder.facts(name.octets)?.isFolder == true else {
            return try folder.remove(name.octets)
        }
        // What somebody put into it may not go: litter must not keep messages waiting.
        return (try? folder.removeBundle(name.octets)) ?? false
    }

    private func readSending(_ recovery: inout SpoolRecovery) throws(SpoolError) {
        var names: [FileName] = []
        try folders.sending.forEachName { name, _ in
            if let name = FileName(octets: name) { names.append(name) }
            return true
        }
        for fileName in names {
            guard let name = SpoolName(octets: fileName.octets),
                let facts = try folders.sending.facts(fileName.octets),
                facts.isRegular || facts.isFolder
            else {
                recovery.strangers.append(fileName)
                continue
            }
            if facts.isRegular, facts.links > 1, try removeSecondName(name, facts, &recovery) {
                continue
            }
            recovery.uncertain.append(name)
        }
        recovery.uncertain.sort()
    }

    /// Removes the earlier of two names of one file; whether `sending/` had the earlier one.
    ///
    /// Both names can survive a crash where a rename is not one transaction on disk.
    private func removeSecondName(
        _ name: SpoolName,
        _ facts: FileFacts,
        _ recovery: inout SpoolRecovery
    ) throws(SpoolError) -> Bool {
        for (folder, isLater) in [(folders.queue, false), (folders.failed, true)]
            + [(folders.held, true), (try folders.folder(.sent(day: folders.today)), true)]
        {
            guard try folder.facts(name.octets)?.isSameFile(as: facts) == true else { continue }
            try (isLater ? folders.sending : folder).remove(name.octets)
            recovery.removedNames += 1
            if isLater { return true }
        }
        return false
    }

    private func sweepReasons(
        in folder: Folder,
        _ recovery: inout SpoolRecovery
    ) throws(SpoolError) {
        var reasons: [FileName] = []
        try folder.forEachName { name, _ in
            if Self.isReason(name), SpoolName.leadingID(name) != nil,
                let name = FileName(octets: name)
            {
                reasons.append(name)
            }
            return true
        }
        for reason in reasons {
            let message = Array(reason.octets.dropLast(4))
            guard SpoolName(octets: message) != nil, try folder.facts(message) == nil,
                try folder.remove(reason.octets)
            else { continue }
            recovery.removedReasons += 1
        }
    }

    private func sweepStates(_ recovery: inout SpoolRecovery) throws(SpoolError) {
        var orphans = Set(try states.ids())
        guard !orphans.isEmpty else { return }
        let places = [folders.queue, folders.sending, folders.failed, folders.held, folders.drop]
        for folder in places + [try collectingFolder()].compactMap({ $0 }) {
            try folder.forEachName { name, _ in
                if let id = SpoolName.leadingID(name) { orphans.remove(id) }
                return !orphans.isEmpty
            }
        }
        let limit = hooks.now() - Self.stateKeptWithoutMessage
        for id in orphans {
            guard let facts = try folders.state.facts(id.octets) else { continue }
            if facts.changed / 1000 >= limit, try !isSent(id) { continue }
            try states.remove(id)
            recovery.removedStates += 1
        }
    }

    /// Whether the message of a state was accepted: the crash came before the state went.
    private func isSent(_ id: SpoolID) throws(SpoolError) -> Bool {
        guard let name = try readableState(of: id)?.name else { return false }
        var days: [FileName] = []
        try folders.sent.forEachName { octets, kind in
            if kind == .folder, let day = FileName(octets: octets) { days.append(day) }
            return true
        }
        for day in days {
            let folder = try folders.sent.subfolder(day.octets)
            for octets in [name.octets, name.legalOnWindows.octets]
            where try folder.facts(octets) != nil { return true }
        }
        return false
    }
}
