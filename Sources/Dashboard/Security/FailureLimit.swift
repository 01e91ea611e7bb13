/// How many wrong tokens are answered and logged one by one: of one address, and of all.
///
/// A right token always opens, whatever failed before: with 256 bits no rate of guessing matters, and
/// nobody can lock out somebody else. What is limited is the work and the log lines that the wrong
/// ones cost.
struct FailureLimit: Sendable {
    /// A store that fills by one at a time.
    private struct Store {
        var rest: Double
        var filled: Duration

        mutating func take(capacity: Double, each span: Duration, at now: Duration) -> Bool {
            rest = min(rest + (now - filled) / span, capacity)
            filled = now
            if rest < 1 { return false }
            rest -= 1
            return true
        }
    }

    private static let ofAddress = (capacity: 10.0, span: Duration.seconds(30))
    private static let ofAll = (capacity: 60.0, span: Duration.seconds(1))
    /// How many addresses are told apart.
    static let mostAddresses = 1000
    /// How long an address is remembered that fails no more, and what it is told to wait.
    static let memory = Duration.seconds(600)
    static let wait = Duration.seconds(30)

    private var addresses: [String: Store] = [:]
    private var all: Store?

    /// Counts a wrong token; `false` when there were too many before.
    mutating func allows(_ address: String, at now: Duration) -> Bool {
        if addresses[address] == nil, addresses.count >= Self.mostAddresses {
            addresses = addresses.filter { now - $0.value.filled < Self.memory }
            if addresses.count >= Self.mostAddresses { addresses.removeAll() }
        }
        var own = addresses[address] ?? Store(rest: Self.ofAddress.capacity, filled: now)
        let isWithin = own.take(
            capacity: Self.ofAddress.capacity,
            each: Self.ofAddress.span,
            at: now
        )
        addresses[address] = own
        guard isWithin else { return false }
        var total = all ?? Store(rest: Self.ofAll.capacity, filled: now)
        defer { all = total }
        return total.take(capacity: Self.ofAll.capacity, each: Self.ofAll.span, at: now)
    }
}
