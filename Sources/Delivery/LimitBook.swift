/// One limit in force: what was used, and how much of it the disk knows of.
///
/// Confined to the delivery loop; shared by everything the limit concerns.
final class LimitWindow {
    /// What the disk knows it by (ARCHITECTURE.md, "Limits").
    let name: String
    var window: SlidingWindow
    /// Everything ever taken in this process.
    fileprivate var taken = 0
    /// How much of ``taken`` a crash would count.
    fileprivate var granted: Int
    /// What a save under way grants.
    fileprivate var pending: Int?
    /// The largest amount that waited for a grant.
    fileprivate var wanted = 0
    /// How much the last save granted ahead, and ``taken`` at that time.
    fileprivate var lastGrant = (ahead: 0, taken: 0)

    init(_ name: String, _ window: SlidingWindow) {
        self.name = name
        self.window = window
        granted = window.limit == .max ? .max : 0
    }

    /// Takes over another limit; what was granted of an unlimited one is no grant.
    fileprivate func adopt(_ fresh: SlidingWindow) {
        guard fresh.limit != window.limit || fresh.span != window.span else { return }
        window.adopt(limitOf: fresh)
        if fresh.limit == .max {
            granted = .max
        } else if granted == .max {
            granted = taken
        }
        pending = nil
    }

    /// How much the next save grants ahead: twice what was used since the last one.
    ///
    /// A crash counts it as used. So an account that sends thirty messages a minute is granted a
    /// thousandth of its day or two, and one that sends as fast as the server takes up to a
    /// twenty-fifth, for a save comes once a second at most.
    fileprivate func nextGrant() -> Int {
        guard window.limit != .max else { return 0 }
        let least = max(window.limit / 500, 1)
        let most = max(window.limit / 25, least)
        let used = (taken &- lastGrant.taken).saturatingDoubled
        return max(min(max(used, least), most), wanted.saturatingDoubled)
    }
}

/// All limits of the relay, by name, and what becomes of them on disk.
///
/// Knows no files: it makes the records to be saved, and is told whether that succeeded.
final class LimitBook {
    /// Whether limits are kept on disk at all.
    let isKept: Bool
    private var windows: [String: LimitWindow] = [:]
    /// What an earlier process used of limits that nobody has asked for yet.
    private var dormant: [String: SlidingWindow] = [:]
    private var readAt: Duration = .zero
    /// Whether the disk refuses saves: mail goes on, and a crash would forget.
    private(set) var isFailing = false
    /// Whether something waits for a grant, or soon will.
    private(set) var needsSave = false
    /// Whether something changed since the last save.
    private(set) var hasChanged = false

    init(isKept: Bool) { self.isKept = isKept }

    /// The limit of a name; made, with what an earlier process used of it, when first asked for.
    func limit(_ name: String, _ fresh: @autoclosure () -> SlidingWindow) -> LimitWindow {
        if let known = windows[name] { return known }
        var window = fresh()
        if let earlier = dormant.removeValue(forKey: name) {
            window.restore(earlier.live, closedUntil: earlier.closedUntil)
        }
        let made = LimitWindow(name, window)
        windows[name] = made
        return made
    }

    /// The limit of a name as the settings have it now, with what was used of it so far.
    func adopt(_ name: String, _ fresh: SlidingWindow) -> LimitWindow {
        let limit = limit(name, fresh)
        limit.adopt(fresh)
        return limit
    }

    /// The limit of a name, if anybody has asked for it.
    subscript(_ name: String) -> LimitWindow? { windows[name] }

    /// Forgets a limit nobody uses; only when it is empty.
    func remove(_ limit: LimitWindow) { windows[limit.name] = nil }

    /// Whether an amount may be used as far as the disk is concerned; if not, it asks for a save.
    func mayTake(_ amount: Int, of limit: LimitWindow) -> Bool {
        guard isKept, !isFailing else { return true }
        if limit.granted - limit.taken >= amount { return true }
        limit.wanted = max(limit.wanted, amount)
        needsSave = true
        return false
    }

    /// Takes an amount for something that starts.
    func take(_ amount: Int, of limit: LimitWindow) {
        limit.window.reserve(amount)
        limit.taken = limit.taken.addingReportingOverflow(amount).partialValue
        hasChanged = true
        if isKept, limit.granted - limit.taken < (limit.lastGrant.ahead + 1) / 2 {
            needsSave = true
        }
    }

    /// Ends what ``take(_:of:)`` began.
    func settle(_ amount: Int, used: Int, of limit: LimitWindow, at now: Duration) {
        limit.window.settle(amount, used: used, at: now)
        hasChanged = true
    }

    /// Treats a limit as used up.
    func close(_ limit: LimitWindow, until instant: Duration) {
        limit.window.close(until: instant)
        hasChanged = true
    }
}

extension LimitBook {
    /// What is to be saved now; ``saved(_:)`` must be called with the outcome.
    ///
    /// The last save of a process grants nothing: a next start adds nothing to what was counted.
    func records(_ clock: LimitRecords.Clock, at now: Duration, isLast: Bool) -> LimitRecords {
        (needsSave, hasChanged) = (false, false)
        var records = LimitRecords(clock: clock, windows: [])
        for limit in windows.values {
            limit.window.expire(at: now)
            let ahead = isLast ? 0 : limit.nextGrant()
            limit.lastGrant = (ahead, limit.taken)
            limit.wanted = 0
            let grant = limit.granted == .max ? 0 : ahead
            let pending = limit.granted == .max ? .max : limit.taken + ahead
            limit.pending = pending
            // From now on the file may be the new one, which knows of no more than this.
            limit.granted = min(limit.granted, pending)
            records.add(limit.name, limit.window, grant: limit.window.reserved + grant, at: now)
        }
        for (name, var window) in dormant {
            window.expire(at: now)
            dormant[name] = window.isEmpty ? nil : window
            records.add(name, window, grant: 0, at: now)
        }
        return records
    }

    /// Takes the outcome of a save; returns whether the disk began or ceased to refuse.
    func saved(_ isSaved: Bool) -> Bool {
        for limit in windows.values {
            if isSaved, let pending = limit.pending { limit.granted = pending }
            limit.pending = nil
        }
        if !isSaved { hasChanged = true }
        defer { isFailing = !isSaved }
        return isFailing == isSaved
    }

    /// Takes over what an earlier process left, a time ago that is certain.
    func restore(_ records: LimitRecords, elapsed: Duration, at now: Duration) {
        readAt = now
        for record in records.windows {
            var window = record.window(elapsed: elapsed, at: now)
            window.expire(at: now)
            guard !window.isEmpty else { continue }
            if let known = windows[record.name] {
                known.window.restore(window.live, closedUntil: window.closedUntil)
            } else {
                dormant[record.name] = window
            }
        }
    }

    /// Takes note that more time has passed before the start than was certain then.
    func age(by time: Duration) {
        for limit in windows.values { limit.window.age(by: time, before: readAt) }
        for name in Array(dormant.keys) { dormant[name]?.age(by: time, before: readAt) }
    }
}

extension Int {
    /// Twice the number, as far as that can be told.
    fileprivate var saturatingDoubled: Int { self > .max / 2 ? .max / 2 : 2 * self }
}
