internal import HeapModule
internal import Spool

/// Which messages of one pickup wait, which are due, and which are under way.
///
/// Holds names only, never content. Confined to the delivery loop.
struct PickupQueue {
    private struct Deferred: Comparable {
        let due: Duration
        let name: SpoolName

        static func < (left: Deferred, right: Deferred) -> Bool {
            left.due == right.due ? left.name < right.name : left.due < right.due
        }
    }

    /// When a message is due, and the time its history gives for that in microseconds since 1970.
    private struct Appointment {
        let due: Duration
        let nextAttempt: Int64?
    }

    private var fresh: QueueWindow
    private var deferred = Heap<Deferred>()
    private var appointments: [SpoolID: Appointment] = [:]
    private var inFlight: Set<SpoolID> = []
    /// The ids of what is deferred, and of some that no longer is.
    private var ages = Heap<SpoolID>()
    private var prefersDeferred = false
    /// What was deferred since the folder began to be read; `nil` while nobody reads it.
    private var postponedWhileReading: [Deferred]?
    /// Whether names were turned away because the window was full: the folder must be read again.
    private(set) var hasOverflowed = false

    /// Creates an empty queue.
    init(window: QueueWindow = QueueWindow()) { fresh = window }

    /// Messages that wait for nothing but their turn.
    var freshCount: Int { fresh.count }
    /// Messages that wait for an instant.
    var deferredCount: Int { deferred.count }
    /// Messages under way.
    var inFlightCount: Int { inFlight.count }
    /// The messages under way.
    var underWay: Set<SpoolID> { inFlight }
    /// When the next deferred message is due.
    var nextDue: Duration? { deferred.min?.due }

    /// The message that was claimed first of those that wait or are under way.
    var oldest: SpoolID? {
        mutating get {
            while let id = ages.min, appointments[id] == nil { ages.removeMin() }
            return [fresh.firstID, ages.min, inFlight.min()].compactMap(\.self).min()
        }
    }

    // A message comes here again with every attempt: what is out of date must not pile up.
    private mutating func noteAge(of id: SpoolID) {
        if ages.count > 2 * appointments.count + 64 {
            ages = Heap(appointments.keys)
        } else {
            ages.insert(id)
        }
    }

    /// Whether ``take(at:)`` has something to look at.
    func hasDue(at now: Duration) -> Bool {
        !fresh.isEmpty || (nextDue.map { $0 <= now } ?? false)
    }

    /// Adds a message behind the others.
    mutating func append(_ name: SpoolName) {
        if !fresh.append(name) { hasOverflowed = true }
    }

    /// Adds a message that is due at an instant of the monotonic clock.
    ///
    /// A message deferred twice keeps its first instant: a scan can meet what an attempt has just
    /// deferred. `nextAttempt` is what its history says in microseconds since 1970, where it has
    /// one: as long as that stays the same, so does the instant.
    mutating func postpone(_ name: SpoolName, until due: Duration, nextAttempt: Int64? = nil) {
        guard appointments[name.id] == nil else { return }
        appointments[name.id] = Appointment(due: due, nextAttempt: nextAttempt)
        let entry = Deferred(due: due, name: name)
        deferred.insert(entry)
        noteAge(of: name.id)
        postponedWhileReading?.append(entry)
    }

    /// Takes the next message and marks it as under way, or returns `nil` when none is due.
    ///
    /// New and deferred messages alternate, so that neither a backlog nor a storm of retries keeps
    /// the other waiting.
    mutating func take(at now: Duration) -> SpoolName? {
        if prefersDeferred, let name = takeDeferred(at: now) {
            prefersDeferred = false
            return name
        }
        if let name = takeFresh() {
            prefersDeferred = true
            return name
        }
        return takeDeferred(at: now)
    }

    // Scans and claims may both have brought a name; the sets make the second one harmless.
    private mutating func takeFresh() -> SpoolName? {
        while let name = fresh.popFirst() {
            if appointments[name.id] == nil, inFlight.insert(name.id).inserted { return name }
        }
        return nil
    }

    private mutating func takeDeferred(at now: Duration) -> SpoolName? {
        while let next = deferred.min, next.due <= now {
            deferred.removeMin()
            appointments[next.name.id] = nil
            if inFlight.insert(next.name.id).inserted { return next.name }
        }
        return nil
    }

    /// Ends what ``take(at:)`` began: the message is no longer in the queue folder.
    mutating func finish(_ id: SpoolID) { inFlight.remove(id) }

    /// Ends what ``take(at:)`` began and makes the message due again at once, before the others.
    mutating func putBack(_ name: SpoolName, at now: Duration) {
        inFlight.remove(name.id)
        postpone(name, until: now)
        prefersDeferred = true
    }

    /// Marks a message as under way that was not taken from here: a leftover of a crash.
    mutating func begin(_ id: SpoolID) { inFlight.insert(id) }

    /// Notes that the folder begins to be read, for ``replaceWaiting(with:due:)``.
    mutating func beginReading() { postponedWhileReading = [] }

    /// Replaces the names that wait by what the folder holds; what is under way stays.
    ///
    /// `due` turns the next attempt, in microseconds since 1970, into an instant of the monotonic
    /// clock. It is asked only about what is not known yet or was changed by somebody: a message
    /// that waits already keeps its instant, or a wall clock that was set back would put it off
    /// again with every reading.
    mutating func replaceWaiting(with reading: QueueReading, due: (Int64) -> Duration) {
        let claimedMeanwhile = fresh
        let missed = postponedWhileReading ?? []
        postponedWhileReading = nil
        fresh = reading.fresh
        let known = appointments
        deferred = Heap()
        ages = Heap()
        appointments = [:]
        hasOverflowed = reading.isPartial
        for (name, nextAttempt) in reading.deferred {
            let kept = known[name.id].flatMap { $0.nextAttempt == nextAttempt ? $0.due : nil }
            postpone(name, until: kept ?? due(nextAttempt), nextAttempt: nextAttempt)
        }
        // What was deferred while the folder was read is missing from it, too.
        for entry in missed {
            postpone(entry.name, until: entry.due, nextAttempt: known[entry.name.id]?.nextAttempt)
        }
        // Claims that arrived while the folder was read may be missing from it; a name that is in
        // both is taken once, since the second finds its file gone.
        var rest = claimedMeanwhile
        while let name = rest.popFirst() { append(name) }
    }

    /// Whether nothing waits without an instant: time to read the folder again.
    var isWindowEmpty: Bool { fresh.isEmpty }
}
