/// What was measured of the daemon at one moment.
struct SoakSample: Sendable {
    /// Seconds since the soak began.
    var time: Double
    /// Resident memory and its highest value so far, in kilobytes.
    var residentKB: Int
    var peakKB: Int
    /// Open descriptors.
    var descriptors: Int
    /// The daemon's own threads, and those of the runtime, some of which come and go.
    var threads: Int
    var workers: Int
    /// Processor time used so far, in seconds.
    var processorTime: Double
    /// Messages that arrived so far, and lines logged so far.
    var messages: Int
    var logLines: Int
    /// Messages on their way.
    var queue: Int
    /// Whether nothing was on its way and sessions were closed.
    var isAtRest: Bool
    /// What the descriptors led to.
    var open: [String] = []

    /// What was not open in an earlier sample.
    func opened(since earlier: SoakSample) -> [String] {
        var rest = earlier.open
        return open.filter { file in
            guard let index = rest.firstIndex(of: file) else { return true }
            rest.remove(at: index)
            return false
        }
    }
}

/// What many samples say about growth: pure, so that the criteria can be tested.
struct SoakTrend: Sendable {
    /// The samples at rest after the warm-up: only these can be compared with each other.
    let atRest: [SoakSample]

    /// Leaves out what came before the end of the warm-up.
    init(_ samples: [SoakSample], warmUp: Double) {
        atRest = samples.filter { $0.isAtRest && $0.time >= warmUp }
    }

    /// The medians of the first and the last quarter of a value.
    struct Ends: Sendable, Equatable {
        let first: Double
        let last: Double

        /// How much the last exceeds the first.
        var growth: Double { last - first }
    }

    /// Megabytes of resident memory.
    var memory: Ends? { ends(atRest.map { Double($0.residentKB) / 1024 }) }

    /// Open descriptors.
    var descriptors: Ends? { ends(atRest.map { Double($0.descriptors) }) }

    /// The daemon's own threads.
    var threads: Ends? { ends(atRest.map { Double($0.threads) }) }

    /// The threads of the runtime and of libraries.
    var workers: Ends? { ends(atRest.map { Double($0.workers) }) }

    /// Milliseconds of processor time for each message, from one rest to the next.
    var cost: Ends? {
        ends(
            zip(atRest, atRest.dropFirst()).compactMap { before, after in
                let messages = after.messages - before.messages
                guard messages > 0 else { return nil }
                return (after.processorTime - before.processorTime) * 1000 / Double(messages)
            }
        )
    }

    /// Megabytes of memory gained in an hour, by least squares.
    var memorySlope: Double? {
        guard atRest.count > 2 else { return nil }
        let count = Double(atRest.count)
        let hours = atRest.map { $0.time / 3600 }
        let sizes = atRest.map { Double($0.residentKB) / 1024 }
        let (meanHour, meanSize) = (hours.reduce(0, +) / count, sizes.reduce(0, +) / count)
        let spread = hours.map { ($0 - meanHour) * ($0 - meanHour) }.reduce(0, +)
        guard spread > 0 else { return nil }
        return zip(hours, sizes).map { ($0 - meanHour) * ($1 - meanSize) }.reduce(0, +) / spread
    }

    /// Everything that is not flat; empty is the proof.
    ///
    /// Memory may differ by 3 MB, which is what the pages of a heap do by chance; descriptors and
    /// threads by nothing; workers by the one that has just become idle; the cost of a message by a
    /// fifth in either direction.
    var complaints: [String] {
        guard atRest.count >= 12, let memory, let descriptors, let threads, let workers, let cost
        else {
            return ["\(atRest.count) samples at rest say nothing about growth"]
        }
        var complaints: [String] = []
        if memory.growth > 3 { complaints.append("memory grew: \(memory)") }
        if descriptors.growth != 0 { complaints.append("descriptors differ: \(descriptors)") }
        if threads.growth != 0 { complaints.append("threads differ: \(threads)") }
        if workers.growth > 1 { complaints.append("workers grew: \(workers)") }
        if abs(cost.growth) > cost.first / 5 { complaints.append("the cost differs: \(cost)") }
        return complaints
    }

    private func ends(_ values: [Double]) -> Ends? {
        let quarter = values.count / 4
        guard quarter > 0 else { return nil }
        return Ends(
            first: Self.median(values.prefix(quarter)),
            last: Self.median(values.suffix(quarter))
        )
    }

    private static func median(_ values: ArraySlice<Double>) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
