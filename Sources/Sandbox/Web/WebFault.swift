/// A fault of the HTTP side, asked for by an address at `fault.test` or by a script.
struct WebFault: Hashable, Sendable {
    /// Who commits a fault.
    enum Point: String, Hashable, Sendable, CaseIterable {
        case token, device, metadata, graph
    }

    /// What is done instead of the ordinary answer.
    enum Effect: Hashable, Sendable {
        /// A status, with or without `Retry-After` in seconds.
        case status(Int, retryAfter: Int?)
        /// A refusal by its `AADSTS` number.
        case signIn(Int)
        /// A refusal by its Graph code.
        case graph(GraphError)
        /// 200, and nothing is kept: as Graph did with large messages.
        case accepted
        /// No answer ever; nothing is kept.
        case silent
        /// No answer ever, although the message is kept.
        case keptSilent
        /// The connection is cut; nothing is kept.
        case cut
        /// The connection is cut, although the message is kept.
        case keptCut
        /// Nothing but the pause.
        case delayOnly

        /// What becomes of the connection.
        var ending: WebAnswer.Ending {
            switch self {
            case .silent, .keptSilent: .silent
            case .cut, .keptCut: .cut
            case .status, .signIn, .graph, .accepted, .delayOnly: .sent
            }
        }

        /// Whether the message is kept in spite of the fault.
        var isKept: Bool {
            switch self {
            case .keptSilent, .keptCut, .delayOnly: true
            case .status, .signIn, .graph, .accepted, .silent, .cut: false
            }
        }
    }

    let effect: Effect
    var delay: Duration?
    /// Whether the fault is committed only the first time a Message-ID comes.
    var isOnce = false

    /// Reads the words after the place, separated by dots, such as `once.503-retry-7`.
    init?(words: some StringProtocol) {
        var effect: Effect?
        for word in words.split(separator: ".", omittingEmptySubsequences: false) {
            if word.lowercased() == "once", !isOnce {
                isOnce = true
            } else if word.lowercased().hasPrefix("delay-"), delay == nil {
                guard let pause = FaultAddress.duration(word.dropFirst(6)) else { return nil }
                delay = pause
            } else if effect == nil, let read = Self.effect(String(word)) {
                effect = read
            } else {
                return nil
            }
        }
        guard effect != nil || delay != nil else { return nil }
        self.effect = effect ?? .delayOnly
    }

    /// Reads the local part of an address such as `graph.429@fault.test`.
    init?(address: SandboxAddress) {
        guard FaultAddress.isFault(address) else { return nil }
        let local = address.localPart.prefix { $0 != "+" }
        guard local.lowercased().hasPrefix("graph.") else { return nil }
        self.init(words: local.dropFirst(6))
    }

    private static func effect(_ word: String) -> Effect? {
        switch word.lowercased() {
        case "timeout": return .silent
        case "kept-timeout": return .keptSilent
        case "close": return .cut
        case "kept-close": return .keptCut
        case "200": return .accepted
        default: break
        }
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 3, parts[1].lowercased() == "retry", let status = status(parts[0]),
            let seconds = Int(parts[2]), (0...86_400).contains(seconds)
        {
            return .status(status, retryAfter: seconds)
        }
        if word.lowercased().hasPrefix("aadsts"), let code = Int(word.dropFirst(6)),
            SignInRefusal.requested(code) != nil
        {
            return .signIn(code)
        }
        if let status = status(word[...]) { return .status(status, retryAfter: nil) }
        return GraphError(named: word).map { .graph($0) }
    }

    private static func status(_ text: Substring) -> Int? {
        guard text.utf8.count == 3, let status = Int(text), (400...599).contains(status) else {
            return nil
        }
        return status
    }
}

/// The faults a script has asked for, and the messages that met theirs.
struct WebFaultBook: Sendable {
    private struct Rule: Sendable {
        let point: WebFault.Point
        let fault: WebFault
        var times: Int
    }

    /// How many rules wait at most.
    static let most = 1000

    private var rules: [Rule] = []
    private var seen: Set<String> = []

    /// Has a fault committed so many times; `false` when too many wait.
    mutating func add(_ fault: WebFault, at point: WebFault.Point, times: Int) -> Bool {
        guard rules.count < Self.most else { return false }
        rules.append(Rule(point: point, fault: fault, times: times))
        return true
    }

    /// Forgets every rule.
    mutating func clear() { rules = [] }

    /// The fault to commit now.
    mutating func take(at point: WebFault.Point) -> WebFault? {
        guard let index = rules.firstIndex(where: { $0.point == point }) else { return nil }
        rules[index].times -= 1
        let fault = rules[index].fault
        if rules[index].times <= 0 { rules.remove(at: index) }
        return fault
    }

    /// The fault that a recipient asks for.
    mutating func take(for recipients: [SandboxAddress], messageID: String) -> WebFault? {
        for recipient in recipients {
            guard let fault = WebFault(address: recipient) else { continue }
            if fault.isOnce {
                if seen.count >= FaultBook.onceLimit { seen.removeAll() }
                guard seen.insert("\(recipient.text) \(messageID)").inserted else { continue }
            }
            return fault
        }
        return nil
    }
}
