/// Where a reading of the wall clock lies on the clock that never jumps.
///
/// Histories keep wall time, since they outlive the process, and the wall clock can be set: between
/// two steps it is the monotonic clock plus a constant, which is an *era*. A reading that fits
/// several eras, as after a step backwards, is taken as of the latest: a message then waits a
/// little longer rather than too short.
struct ClockEras {
    private struct Era {
        let begin: Duration
        /// The wall clock less the monotonic clock.
        var offset: Duration
    }

    private var eras: [Era]

    /// A smaller difference is the clock being slewed, and two clocks not being read at once.
    static let smallestStep = Duration.seconds(1)
    /// More steps than this are somebody's experiment: the oldest era is forgotten.
    private static let limit = 32

    /// Begins with the clocks as they are; `wall` is in microseconds since 1970.
    init(wall: Int64, at now: Duration) {
        eras = [Era(begin: now, offset: .microseconds(wall) - now)]
    }

    /// Compares the clocks, and returns by how much the wall clock was set since the last time.
    mutating func note(wall: Int64, at now: Duration) -> Duration? {
        let offset = Duration.microseconds(wall) - now
        guard let last = eras.last else { return nil }
        let step = offset - last.offset
        guard step >= Self.smallestStep || step <= .zero - Self.smallestStep else {
            eras[eras.count - 1].offset = offset
            return nil
        }
        eras.append(Era(begin: now, offset: offset))
        if eras.count > Self.limit { eras.removeFirst() }
        return step
    }

    /// When the wall clock showed a time, `now` at the latest; before the first era for a time
    /// before that.
    func instant(of wall: Int64, upTo now: Duration) -> Duration {
        var (end, instant) = (now, now)
        for era in eras.reversed() {
            let candidate = .microseconds(wall) - era.offset
            if candidate <= end {
                if candidate >= era.begin { return candidate }
                // In none of the eras before either: it was skipped by the step.
                instant = era.begin
            }
            end = era.begin
        }
        guard let first = eras.first else { return instant }
        let candidate = .microseconds(wall) - first.offset
        return candidate < first.begin ? candidate : instant
    }
}
