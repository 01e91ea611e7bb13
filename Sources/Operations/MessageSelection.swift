internal import Delivery
internal import Glibc
internal import MailMessage
internal import Settings
internal import Spool
internal import Submission

/// Which messages of a folder a command means; what is `nil` excludes none.
package struct MessageSelection: Sendable {
    /// The folder, or the usual one of the verb.
    package var folder: ListedFolder?
    /// When they failed or were set aside, or were claimed where there is no text beside them.
    package var since: TimeReference?
    package var until: TimeReference?
    /// Words of a server's reply, whole numbers and codes only: `5.7.6` is not in `5.7.60`.
    package var reply: String?
    /// Part of the envelope, as `a@example.com` or `example.com`.
    package var from: String?
    package var to: String?
    /// The route of the last attempt.
    package var route: String?

    /// Selects every message.
    package init() {}
}

/// A selection that is ready to look at messages.
struct MessageFilter {
    private let selection: MessageSelection
    private let from: AddressPattern?
    private let to: AddressPattern?
    private let relay: RelaySettings

    init(_ selection: MessageSelection, _ relay: RelayFolders) throws(CommandRefusal) {
        self.selection = selection
        self.relay = relay.settings
        from = try Self.pattern(selection.from, "--from")
        to = try Self.pattern(selection.to, "--to")
        if let route = selection.route { _ = try relay.route(named: route) }
    }

    private static func pattern(
        _ text: String?,
        _ option: String
    ) throws(CommandRefusal) -> AddressPattern? {
        guard let text else { return nil }
        guard let pattern = AddressPattern(text) else {
            throw CommandRefusal(
                "\(option) \"\(text)\" is no address; write a@example.com or example.com.",
                .usage
            )
        }
        return pattern
    }

    /// Whether a message is meant; one that was moved meanwhile is not.
    ///
    /// - Throws: When what decides cannot be read.
    func matches(_ message: FoundMessage) throws(SpoolError) -> Bool {
        do throws(SpoolError) {
            // What costs least first.
            guard try matchesTime(message), try matchesReply(message) else { return false }
            return try matchesEnvelope(message)
        } catch {
            if error.kind == .vanished { return false }
            throw error
        }
    }

    private func matchesTime(_ message: FoundMessage) throws(SpoolError) -> Bool {
        guard selection.since != nil || selection.until != nil else { return true }
        guard let at = try message.spool.setAsideAt(message.entry) else { return false }
        let (since, until) = (selection.since?.microseconds, selection.until?.microseconds)
        return at >= since ?? .min && at < until ?? .max
    }

    private func matchesReply(_ message: FoundMessage) throws(SpoolError) -> Bool {
        guard selection.reply != nil || selection.route != nil else { return true }
        let text = try message.spool.reason(of: message.entry).map(ReasonFile.lines)
        let isTold = text.map { ReasonFile.route($0) != nil } ?? false
        let state = isTold ? nil : try message.history()
        if let route = selection.route {
            let last = text.flatMap(ReasonFile.route) ?? state?.attempts.latest?.route
            if last != route { return false }
        }
        guard let reply = selection.reply else { return true }
        let said = (text.map(ReasonFile.replies) ?? []) + (state.map(\.said) ?? [])
        return said.contains { Self.says($0, reply) }
    }

    private func matchesEnvelope(_ message: FoundMessage) throws(SpoolError) -> Bool {
        guard from != nil || to != nil else { return true }
        let pickup = relay.pickups.first { $0.name == message.pickup }
        let rules = ContentRules(pickup, relay)
        let state = try message.history()
        let outcome = try rules.prepare(message.entry, state, in: message.spool).outcome
        guard case .success(let prepared)? = outcome else { return false }
        let envelope = prepared.inspected.envelope
        let isFrom = from.map { from in envelope.sender.map { from.matches($0) } ?? false }
        let isTo = to.map { to in envelope.recipients.contains { to.matches($0.address) } }
        return isFrom ?? true && isTo ?? true
    }

    /// Whether a line says the words, not as part of a longer number.
    static func says(_ line: String, _ words: String) -> Bool {
        let (text, wanted) = (Array(line.lowercased().utf8), Array(words.lowercased().utf8))
        guard !wanted.isEmpty, text.count >= wanted.count else { return false }
        return (0...(text.count - wanted.count)).contains { start in
            let end = start + wanted.count
            guard text[start..<end].elementsEqual(wanted) else { return false }
            let before = start > 0 ? text[start - 1] : 0
            let after = end < text.count ? text[end] : 0
            let splits =
                isDigit(before) && isDigit(wanted[0])
                || isDigit(after) && isDigit(wanted[wanted.count - 1])
            return !splits
        }
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }
}

extension FoundMessage {
    /// The history, or `nil` where there is none or it is closed to us.
    fileprivate func history() throws(SpoolError) -> DeliveryState? {
        guard let id = entry.id else { return nil }
        do throws(SpoolError) {
            return try spool.state(of: id)
        } catch {
            if error.kind == .denied || error.kind == .vanished { return nil }
            throw error
        }
    }
}

extension DeliveryState {
    /// What servers said, in lines.
    fileprivate var said: [String] {
        ([lastReply] + attempts.records.map(\.detail)).flatMap {
            $0.split(separator: "\n").map(String.init)
        }
    }
}
