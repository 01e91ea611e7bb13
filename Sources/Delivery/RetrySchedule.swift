/// When a message that failed for the time being is tried again (RFC 5321 §4.5.4.1).
package struct RetrySchedule: Hashable, Sendable {
    /// The pause after the first failed attempt.
    package var first: Duration
    /// The pause that doubling never exceeds.
    package var maximum: Duration
    /// How long a message may wait in unsuspended time before it fails for good.
    package var giveUpAfter: Duration
    /// The pause after an uncertain outcome: long enough for a person to look first.
    package var afterUncertain: Duration

    /// Creates a schedule; the defaults are those of the settings reference.
    package init(
        first: Duration = .seconds(60),
        maximum: Duration = .seconds(3600),
        giveUpAfter: Duration = .seconds(2 * 86_400),
        afterUncertain: Duration = .seconds(900)
    ) {
        self.first = first
        self.maximum = maximum
        self.giveUpAfter = giveUpAfter
        self.afterUncertain = afterUncertain
    }

    /// The pause after the given number of failed attempts.
    ///
    /// `jitter`, a number in `0..<1`, spreads the pause over 90–110 %, so that messages deferred
    /// together do not come back together.
    package func pause(afterAttempts attempts: Int, jitter: Double) -> Duration {
        let doublings = min(max(attempts - 1, 0), 20)
        let pause = min(first * (1 << doublings), maximum)
        return pause * (900 + Int(200 * min(max(jitter, 0), 1))) / 1000
    }
}
