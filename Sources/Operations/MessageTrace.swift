internal import Delivery
internal import Ledger
internal import Settings

/// What `trace` found in the ledger.
package struct MessageTrace: Sendable {
    let messages: [LedgerMessage]
    let isCut: Bool
    /// What happened to the only message, oldest first; empty where there are several.
    let events: [MessageEvent]
    let limit: Int
    let now: Int64
    /// Why what was found may not be all.
    let complaints: [String]

    /// Asks the ledger.
    ///
    /// - Throws: When it cannot be read, or for a question that makes no sense.
    package init(_ relay: RelayFolders, _ question: TraceQuestion) throws(CommandRefusal) {
        now = relay.now()
        limit = question.limit
        if let pickup = question.pickup { _ = try relay.pickups(named: pickup) }
        let asked = try question.query(now: now)
        let query = relay.mask.map { asked.masked(by: $0) } ?? asked
        let reader = try relay.ledger()
        let limit = question.limit
        var page = try relay.ask { try reader.messages(query, after: nil, limit: limit) }
        if page.messages.isEmpty, let other = relay.mask.flatMap(asked.askingForSubject) {
            page = try relay.ask { try reader.messages(other, after: nil, limit: limit) }
        }
        (messages, isCut) = (page.messages, page.next != nil)
        let only = page.messages.count == 1 ? page.messages.first : nil
        events = try relay.ask { try only.map { try reader.events(of: $0.id) } ?? [] }
        let since = query.since ?? 0
        let lost = try relay.ask { try reader.lostEvents(since: since) }
        complaints = relay.ledgerComplaints(lost: lost)
    }

    /// 0, or 65 where nothing was found.
    var status: ExitStatus { messages.isEmpty ? .data : .done }
}

extension RelayFolders {
    /// The ledger of these settings.
    ///
    /// - Throws: Where the settings want none.
    func ledger() throws(CommandRefusal) -> LedgerReader {
        guard settings.ledger.isEnabled else {
            throw CommandRefusal(
                "No ledger is kept: [ledger] has enabled = false in the settings.",
                .unavailable
            )
        }
        return LedgerReader(stateDirectory: settings.state.directory)
    }

    /// Asks the ledger, and says what to do where it cannot answer.
    func ask<Answer>(_ body: () throws -> Answer) throws(CommandRefusal) -> Answer {
        do {
            return try body()
        } catch let error as LedgerError {
            throw CommandRefusal("\(error.sentence) \(error.advice)", .unavailable)
        } catch {
            throw CommandRefusal("The ledger cannot be read: \(error)", .unavailable)
        }
    }

    /// Why the ledger may not have everything, one line each.
    func ledgerComplaints(lost: Int) -> [String] {
        var lines: [String] = []
        if let trouble = daemon().snapshot?.ledger {
            lines.append("The ledger is behind: \(trouble)")
        }
        if lost > 0 {
            lines.append(
                "\(Readable.count(lost, "event")) could not be written down; the log says when."
            )
        }
        return lines
    }
}
