/// How many submissions of an account may run at once.
///
/// The server's word lowers it by one, quiet minutes raise it by one: another program with the same
/// mailbox takes its part without anybody being told. Pure; instants are on the monotonic clock.
package struct SessionAllowance: Hashable, Sendable {
    /// What the settings allow.
    package let maximum: Int
    /// What is allowed now.
    package private(set) var allowed: Int
    private var changedAt: Duration?

    /// Refusals within this time are those of one burst.
    static let burst = Duration.seconds(10)
    /// How long nothing may be refused before one more session is tried.
    static let quiet = Duration.seconds(300)

    /// Creates an allowance that begins at its maximum.
    package init(maximum: Int) {
        self.maximum = max(maximum, 1)
        allowed = self.maximum
    }

    /// Notes that the server refused one session too many.
    ///
    /// Returns whether fewer run from now on: at one, there is nothing left to lower.
    package mutating func refused(at now: Duration) -> Bool {
        if let changedAt, now - changedAt < Self.burst, allowed < maximum { return true }
        guard allowed > 1 else {
            changedAt = now
            return false
        }
        allowed -= 1
        changedAt = now
        return true
    }

    /// Lets time pass.
    package mutating func climb(at now: Duration) {
        guard allowed < maximum, let changed = changedAt, now - changed >= Self.quiet else {
            return
        }
        allowed += 1
        changedAt = now
    }

    /// When ``climb(at:)`` has something to do next.
    package var nextClimb: Duration? {
        allowed < maximum ? changedAt.map { $0 + Self.quiet } : nil
    }
}
