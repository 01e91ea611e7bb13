/// What became of one message after a power cut, when the daemon had run on what was left.
struct MessageOutcome: Sendable {
    /// What the server was given at once.
    struct Delivery: Hashable, Sendable {
        let octets: [UInt8]
        let recipients: Set<String>
    }

    /// A file with the message's content.
    struct File: Hashable, Sendable {
        let place: Place
        /// Whether a text that gives a reason lies beside it, and is whole.
        let hasReason: Bool
    }

    /// Every file of the message.
    var files: [File] = []
    /// What the server was given, now.
    var deliveries: [Delivery] = []
    /// Whether the log says that a second copy is possible.
    var isAnnounced = false
}

extension MessageCase {
    /// How what was left breaks the promise, before any daemon has run.
    var brokenRemains: [String] {
        var broken: [String] = []
        let copies = remains.copies
        if copies.isEmpty { broken.append("it is lost") }
        // The only moment at which a message may have two names: its copy is on disk, and the
        // original has not been removed.
        let claims = copies.filter { $0.path.contains("/.postchute-claim/") }
        if copies.count > 1 && !(copies.count == 2 && claims.count == 1) {
            broken.append("it is in \(copies.count) folders: \(copies.map(\.path))")
        }
        if !isWhole {
            if knowledge.isMentioned { broken.append("it was sent before its content was on disk") }
            if knowledge.isContentDurable { broken.append("content that was on disk is gone") }
            if isSettled { broken.append("it was settled before its content was on disk") }
        }
        return broken
    }

    /// How what became of it breaks the promise.
    ///
    /// `original` is what the server had been given before the power failed.
    func broken(by outcome: MessageOutcome, original: [MessageOutcome.Delivery]) -> [String] {
        var broken = brokenRemains
        if outcome.files.count != 1 {
            broken.append("it ended in \(outcome.files.count) places: \(outcome.files)")
        }
        // What its writer had not synced and nobody had sent may be anything: it must only be told.
        if isWhole {
            broken += outcome.files.compactMap { complaint($0, outcome) }
            broken += outcome.deliveries.compactMap { complaint($0, original) }
        }
        let isAnnounced = outcome.isAnnounced || knowledge.isAnnounced
        if hasSecondCopy(outcome) && !isAnnounced {
            broken.append("a second copy was sent without a word")
        }
        return broken
    }

    /// Whether a recipient may have got the message twice.
    private func hasSecondCopy(_ outcome: MessageOutcome) -> Bool {
        var served = knowledge.mayBeAccepted
        for delivery in outcome.deliveries {
            if !served.isDisjoint(with: delivery.recipients) { return true }
            served.formUnion(delivery.recipients)
        }
        return false
    }

    /// How likely it is that the promise is broken, for those who look for that: a message whose
    /// place tells less than its server knows is.
    var suspicion: Int {
        if !brokenRemains.isEmpty { return 2 }
        let isUntold = remains.copies.contains {
            !$0.path.contains("/sending/") && !$0.path.contains("/sent/")
        }
        let hasBadHistory = remains.files.contains { !$0.isWhole && $0.path.contains("/state/2") }
        return !knowledge.mayBeAccepted.isEmpty && isUntold || hasBadHistory ? 1 : 0
    }

    /// Whether every file of the message has all of its content.
    var isWhole: Bool { remains.copies.allSatisfy(\.isWhole) }

    private var isSettled: Bool {
        remains.copies.contains { file in
            ["/sent/", "/failed/", "/held/"].contains { file.path.contains($0) }
        }
    }

    private func complaint(_ file: MessageOutcome.File, _ outcome: MessageOutcome) -> String? {
        switch file.place {
        case .sent:
            outcome.deliveries.isEmpty && !knowledge.isAccepted
                ? "it is in sent/, and no server took it" : nil
        case .failed, .held:
            file.hasReason ? nil : "it is in \(file.place)/ without a reason"
        case .drop, .queue, .sending: "it stayed in \(file.place)"
        }
    }

    private func complaint(
        _ delivery: MessageOutcome.Delivery,
        _ original: [MessageOutcome.Delivery]
    ) -> String? {
        let text = String(decoding: delivery.octets, as: UTF8.self)
        let header = text.prefix(2000)
        guard text.hasSuffix("\r\n\(message.ending)\r\n"), header.contains("\r\nMessage-ID: <"),
            header.contains("\r\nDate: ")
        else { return "a part of it was delivered: \(text.suffix(200))" }
        let isSame =
            knowledge.mayBeAccepted.isEmpty || original.contains { $0.octets == delivery.octets }
        return isSame ? nil : "the second copy is not the same: \(text.prefix(300))"
    }
}
