/// Every fault of a sandbox, and how often each was committed.
///
/// Shared by all sessions: a rule that holds three times holds three times in all.
package struct FaultBook: Sendable {
    /// How many Message-IDs `once` remembers before it forgets them all.
    static let onceLimit = 100_000

    private let rules: [FaultRule]
    private let outages: [Range<Duration>]
    private var dice: Dice
    private var matches: [Int]
    private var seen: Set<String> = []

    /// The moment of the event; the driver sets it first.
    var now: SandboxTime
    private let start: SandboxTime

    /// Opens a book with the rules of a script.
    package init(
        _ script: FaultScript = FaultScript(),
        startedAt start: SandboxTime = SandboxTime(milliseconds: 0)
    ) {
        self.start = start
        now = start
        rules = script.rules
        outages = script.outages
        dice = Dice(seed: script.seed)
        matches = Array(repeating: 0, count: script.rules.count)
    }

    /// The fault to commit at a moment, and takes note of it.
    ///
    /// A rule of the script comes before an address.
    package mutating func take(at point: FaultPoint, for subject: FaultSubject) -> Fault? {
        for (index, rule) in rules.enumerated() where rule.applies(at: point, to: subject) {
            guard rule.period?.contains(age) ?? true, dice.falls(rule.percentage) else { continue }
            matches[index] += 1
            let number = matches[index] - rule.skip
            guard number > 0, rule.times.map({ number <= $0 }) ?? true else { continue }
            return rule.fault
        }
        return takeAddress(at: point, for: subject)
    }

    /// The sandbox's time since its start.
    private var age: Duration { .milliseconds(now.milliseconds - start.milliseconds) }

    /// Whether nothing is served now.
    var isOutage: Bool { outages.contains { $0.contains(age) } }

    private mutating func takeAddress(at point: FaultPoint, for subject: FaultSubject) -> Fault? {
        switch point {
        case .mail, .recipient, .data, .content, .dot, .signIn: break
        case .greeting, .handshake, .ehlo, .startTLS, .auth, .reset, .noOperation, .verify, .quit:
            return nil
        }
        if let sender = subject.sender, FaultAddress.isFault(sender),
            let fault = take(sender, as: .sender, at: point, for: subject)
        {
            return fault
        }
        for recipient in subject.recipients where FaultAddress.isFault(recipient) {
            if let fault = take(recipient, as: .recipient, at: point, for: subject) {
                return fault
            }
        }
        if point == .signIn, let mailbox = subject.mailbox.flatMap({ SandboxAddress($0) }),
            FaultAddress.isFault(mailbox)
        {
            return take(mailbox, as: .mailbox, at: point, for: subject)
        }
        return nil
    }

    private mutating func take(
        _ address: SandboxAddress,
        as role: FaultAddress.Role,
        at point: FaultPoint,
        for subject: FaultSubject
    ) -> Fault? {
        guard let wish = FaultAddress(localPart: address.localPart, role: role) else {
            let isNew = role == .recipient && point == .recipient
            return isNew ? Fault(effect: .reply(FaultAddress.unknown(address))) : nil
        }
        guard wish.point == point else { return nil }
        let message = subject.messageID ?? subject.sender?.text ?? ""
        if wish.isOnce, !isFirst("\(address.text) \(message)") { return nil }
        return wish.fault
    }

    /// Whether a key is new; a full memory is emptied, since a fault too many does no harm.
    private mutating func isFirst(_ key: String) -> Bool {
        if seen.count >= Self.onceLimit { seen.removeAll() }
        return seen.insert(key).inserted
    }
}

/// Random numbers that are the same for the same seed (SplitMix64).
struct Dice: Sendable {
    private var state: UInt64

    /// Begins a sequence.
    init(seed: UInt64) { state = seed }

    /// Whether something happens that happens in so many of a hundred cases; certainty throws no
    /// dice, so that rules without a chance leave the sequence alone.
    mutating func falls(_ percentage: Double) -> Bool {
        guard percentage < 100 else { return true }
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) * 0x1p-53 * 100 < percentage
    }
}
