/// A fault that an address at `fault.test` asks for, such as `dot.432-4.3.2@fault.test`.
///
/// The local part is a list of words separated by dots: a place, `once`, a pause, an effect. What
/// follows a `+` only makes addresses distinct.
package struct FaultAddress: Hashable, Sendable {
    /// In which part of the session an address was given.
    package enum Role: Hashable, Sendable {
        case sender, recipient, mailbox

        /// Where a fault is committed when its address does not say.
        var usualPoint: FaultPoint {
            switch self {
            case .sender: .mail
            case .recipient: .recipient
            case .mailbox: .signIn
            }
        }
    }

    /// The domain whose addresses ask for faults.
    package static let domain = "fault.test"
    /// The longest pause an address or a script can ask for.
    package static let longestDelay = Duration.seconds(3600)

    /// Where the fault is committed.
    package let point: FaultPoint
    /// Whether the fault is committed only the first time.
    package let isOnce: Bool
    /// What is done there.
    package let fault: Fault

    /// Whether an address belongs to the domain of faults.
    package static func isFault(_ address: SandboxAddress) -> Bool {
        address.domain.utf8.count == domain.utf8.count && address.domain.lowercased() == domain
    }

    /// Reads the words of a local part, or returns `nil` when they name no fault.
    package init?(localPart: String, role: Role) {
        var reader = WordReader(localPart)
        guard reader.readAll(), reader.delay != nil || reader.effect != nil else { return nil }
        isOnce = reader.isOnce
        // The Message-ID that `once` goes by is known only at the final dot.
        point = reader.point ?? (reader.isOnce ? .dot : role.usualPoint)
        fault = Fault(delay: reader.delay, effect: reader.effect)
        // A recipient comes after MAIL, and a mailbox that signs in is in no envelope.
        guard !(role == .recipient && point == .mail), role != .mailbox || point == .signIn
        else { return nil }
    }

    /// The reply to a recipient that names no fault.
    static func unknown(_ address: SandboxAddress) -> SandboxReply {
        SandboxReply(
            550,
            "5.1.10 Recipient not found: \"\(address.localPart)\" names no fault of this sandbox"
        )
    }

    private struct WordReader {
        var point: FaultPoint?
        var isOnce = false
        var delay: Duration?
        var effect: FaultEffect?
        private var words: ArraySlice<Substring>

        init(_ localPart: String) {
            words =
                localPart.lowercased().prefix { $0 != "+" }
                .split(separator: ".", omittingEmptySubsequences: false)[...]
        }

        /// Reads every word; `false` when one is unknown or comes twice.
        mutating func readAll() -> Bool {
            while let word = words.popFirst() {
                guard readPlace(word) || readPause(word) || readEffect(word) else { return false }
            }
            return true
        }

        private mutating func readPlace(_ word: Substring) -> Bool {
            let places: [Substring: FaultPoint] = [
                "mail": .mail, "rcpt": .recipient, "data": .data, "dot": .dot,
            ]
            if word == "once", !isOnce {
                isOnce = true
                return true
            }
            guard point == nil, let place = places[word] else { return false }
            point = place
            return true
        }

        private mutating func readPause(_ word: Substring) -> Bool {
            let prefix = "delay-"
            guard delay == nil, word.hasPrefix(prefix),
                let pause = FaultAddress.duration(word.dropFirst(prefix.count))
            else { return false }
            delay = pause
            return true
        }

        private mutating func readEffect(_ word: Substring) -> Bool {
            guard effect == nil else { return false }
            switch word {
            case "close-before-dot":
                point = .content
                effect = .close
            case "close-after-dot":
                point = .dot
                effect = .close
            case "close": effect = .close
            case "half-reply": effect = .halfReply
            case "endless-reply": effect = .endlessReply
            default: return readReply(word)
            }
            return true
        }

        /// `550`, or `550-5.1.10`, either with a variant at its end: `535-5.7.139-locked`.
        private mutating func readReply(_ word: Substring) -> Bool {
            let parts = word.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), parts[0].utf8.count == 3,
                let code = Int(parts[0]), (200...599).contains(code)
            else { return false }
            let word = parts.count == 2 ? String(parts[1]) : nil
            if word == nil || FaultCatalogue.has(code: code, status: nil, variant: word) {
                effect = .reply(FaultCatalogue.reply(code: code, status: nil, variant: word))
                return true
            }
            guard let subject = words.popFirst(), let last = words.popFirst() else { return false }
            let detail = last.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let status = "\(parts[1]).\(subject).\(detail[0])"
            let variant = detail.count == 2 ? String(detail[1]) : nil
            guard FaultCatalogue.isStatus(status),
                variant == nil
                    || FaultCatalogue.has(code: code, status: status, variant: variant)
            else { return false }
            effect = .reply(FaultCatalogue.reply(code: code, status: status, variant: variant))
            return true
        }
    }

    /// A pause such as `5s` or `200ms`, or `nil` when it is none or longer than an hour.
    static func duration(_ text: some StringProtocol) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard (1...7).contains(digits.utf8.count), let number = Int(digits) else { return nil }
        let result: Duration
        switch String(text.dropFirst(digits.count)) {
        case "s": result = .seconds(number)
        case "ms": result = .milliseconds(number)
        case "m": result = .seconds(number * 60)
        default: return nil
        }
        return result <= longestDelay ? result : nil
    }
}
