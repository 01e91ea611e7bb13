/// Whose turn it is among pickups that share an account: each gets its weight's part of what is sent.
///
/// Every turn moves its owner on by the inverse of the weight, and the one who has come least far
/// is next. Who had nothing to send for a while begins where the others are, so that it can neither
/// save turns up nor fall behind.
struct WeightedTurns {
    private var places: [Int: Int] = [:]
    private var front = 0

    /// How far an owner has come.
    func place(of owner: Int) -> Int { max(places[owner] ?? 0, front) }

    /// Takes a turn and returns where it stands among those that several routes have taken.
    mutating func took(_ owner: Int, _ priority: DeliveryPriority) -> Int {
        let place = place(of: owner)
        places[owner] = place + priority.step
        return place
    }

    /// Notes that what took a turn is served now.
    ///
    /// Not when it is taken: what one route has loaded ahead would push the others' turns back.
    mutating func reached(_ place: Int) { front = max(front, place) }

    /// Forgets an owner that is gone.
    mutating func remove(_ owner: Int) { places[owner] = nil }
}

/// How large a pickup's part of a shared account is while others have messages as well.
package enum DeliveryPriority: String, Hashable, Sendable, CaseIterable {
    case low, normal, high

    /// Parts of what is sent.
    package var weight: Int {
        switch self {
        case .low: 1
        case .normal: 4
        case .high: 16
        }
    }

    /// The inverse of the weight, in whole numbers.
    fileprivate var step: Int { 16 / weight }
}
