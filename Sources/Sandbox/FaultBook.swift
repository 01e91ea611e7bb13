/// Every fault of a sandbox, and how often each was committed.
///
/// Shared by all sessions: a rule that holds three times holds three times in all.
package struct FaultBook: Sendable {
    /// How many Message-IDs `once` remembers before it forgets them all.
    static let onceLimit = 100_000

    private let rules: [FaultRule]
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
        matches = Array(repeating: 0, count: script.rules.count)
    }

    /// The fault to commit at a moment, and takes note of it.
    ///
    /// A rule of the script comes before an address.
    package mutating func take(at point: FaultPoint, for subject: FaultSubject) -> Fault? {
        for (index, rule) in rules.enumerated() where rule.applies(at: point, to: subject) {
            matches[index] += 1
            let number = matches[index] - rule.skip
            guard number > 0, rule.times.map({ number <= $0 }) ?? true else { continue }
            return rule.fault
        }
        return takeAddress(at: point, for: subject)
    }

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
