internal import CLinux
internal import Glibc

/// Removes what is older than the rules keep from one spool, some messages at a time.
///
/// Works by name beside the daemon and beside people, as an operator's `remove` does: what somebody
/// moved meanwhile is theirs. Only messages go, by their names and types: links, pipes and whatever
/// somebody put there stay. Nothing is synced: what a power cut brings back is removed again.
package struct RetentionSweep: Sendable {
    private let spool: OperatorSpool
    private let states: StateStore?
    private let rules: RetentionRules
    private let now: @Sendable () -> Int64
    private var stages: [Stage]
    /// What was removed so far.
    package private(set) var counts = RetentionCounts()

    private enum Stage {
        /// Everything of one day of `sent/`.
        case day(String)
        /// As much of `sent/` as is too much, beginning with this day's oldest.
        case excess([String], octets: Int64)
        case measure
        case failed
        /// These of `failed/`.
        case expired([SpoolName])
    }

    /// Prepares a sweep of a spool that the daemon has open.
    package init(
        opening options: SpoolOptions,
        _ rules: RetentionRules,
        now: @escaping @Sendable () -> Int64 = { SpoolHooks.systemTime() }
    ) throws(SpoolError) {
        spool = try OperatorSpool(opening: options)
        states = StateStore(folder: try spool.folder(.state), mustBeOurs: false)
        (self.rules, self.now) = (rules, now)
        stages = []
        if let sent = rules.sent {
            let days = try spool.days().reversed()
            stages = days.filter { Self.isOver($0, for: sent, at: now()) }.map { .day($0) }
        }
        if rules.sentOctets != nil { stages.append(.measure) }
        if rules.failed != nil { stages.append(.failed) }
    }

    /// Whether everything was looked at.
    package var isDone: Bool { stages.isEmpty }

    /// Looks further and removes at most so many messages, whose names it returns; blocking.
    ///
    /// After an error the part that could not be looked at is left to the next sweep.
    package mutating func step(limit: Int = 200) throws(SpoolError) -> [SpoolName] {
        guard !stages.isEmpty else { return [] }
        let stage = stages.removeFirst()
        switch stage {
        case .day(let day): return try removeDay(day, limit)
        case .measure: try measure()
        case .excess(let days, let octets): return try removeExcess(days, octets, limit)
        case .failed: try findFailed()
        case .expired(let names): return try removeFailed(names, limit)
        }
        return []
    }

    /// Whether a day, from its end on, is older than `span`; what is no day never is.
    static func isOver(_ day: String, for span: Int64, at now: Int64) -> Bool {
        let digits = day.utf8.filter { $0 != UInt8(ascii: "-") }
        guard let start = CivilTime(octets: digits + Array("T000000000000".utf8)),
            start.dayText == day
        else { return false }
        let (end, isBeyond) = span.addingReportingOverflow(start.microseconds + 86_400_000_000)
        return !isBeyond && end <= now
    }
}

// Messages that were sent.
extension RetentionSweep {
    private mutating func removeDay(_ day: String, _ limit: Int) throws(SpoolError) -> [SpoolName] {
        guard let folder = try existing(.sent(day: day)) else { return [] }
        let names = try Self.messages(in: folder, limit: limit)
        let removed = try remove(names, from: folder)
        counts.sent += removed.count
        if names.count == limit {
            // What cannot be removed must not be met for ever.
            if !removed.isEmpty { stages.insert(.day(day), at: 0) }
        } else {
            try removeFolder(of: day)
        }
        return removed
    }

    /// Removes the folder of a day in which nothing is left; somebody's file keeps it.
    private func removeFolder(of day: String) throws(SpoolError) {
        guard let folder = try existing(.sent(day: day)) else { return }
        try Self.removeHalfRemoved(in: folder)
        let sent = try spool.root.subfolder(Array(SpoolFolder.sentRoot.utf8))
        do throws(SpoolError) {
            try sent.removeFolder(Array(day.utf8))
        } catch {
            guard error.number == ENOTEMPTY || error.number == EEXIST else { throw error }
        }
    }

    /// What a crash left of a bundle that was being removed.
    private static func removeHalfRemoved(in folder: Folder) throws(SpoolError) {
        var names: [[UInt8]] = []
        try folder.forEachName { octets, kind in
            if kind == .folder, TemporaryName.isTemporary(octets) { names.append(Array(octets)) }
            return true
        }
        for name in names { _ = try folder.removeBundle(name) }
    }

    private mutating func measure() throws(SpoolError) {
        guard let limit = rules.sentOctets else { return }
        var octets: Int64 = 0
        let days = try spool.days()
        for day in days {
            guard let folder = try existing(.sent(day: day)) else { continue }
            for name in try Self.messages(in: folder, limit: .max) {
                octets += try Self.octets(of: name, in: folder)
            }
        }
        if octets > limit {
            stages.insert(.excess(days.reversed(), octets: octets - limit), at: 0)
        }
    }

    private mutating func removeExcess(
        _ days: [String],
        _ excess: Int64,
        _ limit: Int
    ) throws(SpoolError) -> [SpoolName] {
        guard let day = days.first, excess > 0 else { return [] }
        guard let folder = try existing(.sent(day: day)) else {
            stages.insert(.excess(Array(days.dropFirst()), octets: excess), at: 0)
            return []
        }
        let names = try Self.messages(in: folder, limit: .max).sorted()
        var victims: [SpoolName] = []
        var rest = excess
        for name in names where rest > 0 && victims.count < limit {
            victims.append(name)
            rest -= try Self.octets(of: name, in: folder)
        }
        let removed = try remove(victims, from: folder)
        counts.sent += removed.count
        let isDayDone = victims.count == names.count || removed.isEmpty
        if isDayDone, names.count == removed.count { try removeFolder(of: day) }
        let further = isDayDone ? Array(days.dropFirst()) : days
        stages.insert(.excess(further, octets: rest), at: 0)
        return removed
    }
}

// Messages that failed.
extension RetentionSweep {
    /// Notes what is new in `failed/`, and finds what has been there for too long.
    private mutating func findFailed() throws(SpoolError) {
        guard let span = rules.failed, let folder = try existing(.failed), let states else {
            return
        }
        let known = try readRecord(states.folder)
        var record = FailedRecord()
        var expired: [SpoolName] = []
        let now = now()
        for name in try Self.messages(in: folder, limit: .max) {
            let entry = try entry(of: name, in: folder, known.entries[name.octets], now)
            record.entries[name.octets] = entry
            let (end, isBeyond) = entry.since.addingReportingOverflow(span)
            if !isBeyond, end <= now { expired.append(name) }
        }
        if record != known {
            try states.folder.write(
                record.octets,
                as: FailedRecord.fileName,
                through: FailedRecord.temporaryName
            )
        }
        if !expired.isEmpty { stages.insert(.expired(expired.sorted()), at: 0) }
    }

    private func entry(
        of name: SpoolName,
        in folder: Folder,
        _ known: FailedRecord.Entry?,
        _ now: Int64
    ) throws(SpoolError) -> FailedRecord.Entry {
        let reason = try folder.facts(name.reasonOctets)
        var entry = FailedRecord.Entry(
            since: now,
            inode: reason?.inode ?? 0,
            born: reason?.born ?? 0
        )
        // An instant to come is of a clock that was set since.
        guard let known, known.since <= now else { return entry }
        if known.inode == entry.inode, known.born == entry.born || entry.born == 0 { return known }
        // Another reason: it failed again, unless its last attempt was before; then the folder was
        // copied or restored.
        guard let last = try? states?.load(name.id)?.attempts.latest, last.started <= known.since
        else { return entry }
        entry.since = known.since
        return entry
    }

    private func readRecord(_ folder: Folder) throws(SpoolError) -> FailedRecord {
        let descriptor: Int32
        do throws(SpoolError) {
            descriptor = try folder.open(FailedRecord.fileName, O_RDONLY)
        } catch {
            if error.kind == .vanished { return FailedRecord() }
            throw error
        }
        let path = folder.path(of: FailedRecord.fileName)
        let file = try MessageFile(descriptor: descriptor, path: path)
        return FailedRecord(try file.readHead(FailedRecord.maximumOctets))
    }

    /// Message first, then its reason and its history: without the message both are litter that the
    /// next start removes.
    private mutating func removeFailed(
        _ names: [SpoolName],
        _ limit: Int
    ) throws(SpoolError) -> [SpoolName] {
        guard let folder = try existing(.failed) else { return [] }
        if names.count > limit {
            stages.insert(.expired(Array(names.dropFirst(limit))), at: 0)
        }
        let removed = try remove(Array(names.prefix(limit)), from: folder)
        for name in removed {
            try folder.remove(name.reasonOctets)
            try states?.remove(name.id)
        }
        counts.failed += removed.count
        return removed
    }
}

// Files.
extension RetentionSweep {
    private func existing(_ place: SpoolFolder) throws(SpoolError) -> Folder? {
        do throws(SpoolError) {
            return try spool.folder(place)
        } catch {
            // A link in the place of a day leads out of the spool.
            if error.kind == .vanished { return nil }
            if case .notPlain = error.kind { return nil }
            throw error
        }
    }

    /// The messages in a folder: regular files and bundles under names of ours.
    private static func messages(in folder: Folder, limit: Int) throws(SpoolError) -> [SpoolName] {
        var candidates: [SpoolName] = []
        try folder.forEachName { octets, kind in
            if kind != .other, !MessageSpool.isReason(octets), let name = SpoolName(octets: octets)
            {
                candidates.append(name)
            }
            return candidates.count < limit
        }
        return candidates
    }

    private static func octets(of name: SpoolName, in folder: Folder) throws(SpoolError) -> Int64 {
        guard let facts = try folder.facts(name.octets) else { return 0 }
        guard facts.isFolder else { return max(facts.size, 0) }
        let bundle = try folder.subfolder(name.octets)
        var sum: Int64 = 0
        for member in try bundle.bundleNames(limit: 10_000) {
            sum += max(try bundle.facts(member.octets)?.size ?? 0, 0)
        }
        return sum
    }

    /// Removes messages; returns those that were still there.
    private mutating func remove(
        _ names: [SpoolName],
        from folder: Folder
    ) throws(SpoolError) -> [SpoolName] {
        var removed: [SpoolName] = []
        for name in names {
            guard let facts = try folder.facts(name.octets), facts.isRegular || facts.isFolder
            else { continue }
            let octets = try Self.octets(of: name, in: folder)
            let isGone =
                facts.isFolder
                ? try Self.removeBundle(name, in: folder) : try folder.remove(name.octets)
            guard isGone else { continue }
            counts.octets += octets
            removed.append(name)
        }
        return removed
    }

    /// A folder with folders in it is somebody's, not a bundle: it stays.
    private static func removeBundle(
        _ name: SpoolName,
        in folder: Folder
    ) throws(SpoolError) -> Bool {
        let bundle = try folder.subfolder(name.octets)
        for member in try bundle.bundleNames(limit: 10_000)
        where try bundle.facts(member.octets)?.isFolder == true {
            return false
        }
        return try folder.removeBundle(name.octets)
    }
}
