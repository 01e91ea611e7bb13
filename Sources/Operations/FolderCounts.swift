internal import Spool

/// How many messages lie in the folders of one pickup.
struct FolderCounts: Hashable, Sendable {
    /// Messages in the queue, deferred ones included.
    var queue = 0
    /// Messages in the queue that were tried before; `nil` where only the daemon's user may look.
    var deferred: Int?
    /// `nil` where only the daemon's user may look.
    var sending: Int?
    var failed = 0
    var held = 0
    /// Messages accepted on the day of the count, in UTC.
    var sentToday = 0
    var isPaused = false

    /// Creates counts of zero.
    init() {}

    /// Counts by names alone: no file is looked at.
    init(of spool: OperatorSpool, today: String) throws(SpoolError) {
        let histories = try Self.unlessDenied { () throws(SpoolError) in try spool.histories() }
        var tried = 0
        try spool.list(.queue) { entry in
            queue += 1
            if let id = entry.id, histories?.containsSorted(id) == true { tried += 1 }
            return true
        }
        deferred = histories.map { _ in tried }
        sending = try Self.unlessDenied { () throws(SpoolError) in
            try Self.count(.sending, spool)
        }
        failed = try Self.count(.failed, spool)
        held = try Self.count(.held, spool)
        sentToday = try Self.count(.sent(day: today), spool)
        isPaused = try Self.isPaused(spool)
    }

    private static func count(
        _ place: SpoolFolder,
        _ spool: OperatorSpool
    ) throws(SpoolError) -> Int {
        var count = 0
        try spool.list(place) { _ in
            count += 1
            return true
        }
        return count
    }

    private static func isPaused(_ spool: OperatorSpool) throws(SpoolError) -> Bool {
        do throws(SpoolError) {
            return try spool.isPaused()
        } catch {
            // No queue yet: the daemon has never run.
            if error.kind == .vanished { return false }
            throw error
        }
    }

    private static func unlessDenied<Value>(
        _ body: () throws(SpoolError) -> Value
    ) throws(SpoolError) -> Value? {
        do throws(SpoolError) {
            return try body()
        } catch {
            if error.kind == .denied { return nil }
            throw error
        }
    }
}
