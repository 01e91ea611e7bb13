internal import ArgumentParser
internal import Glibc
internal import Operations

/// The options of a verb for many messages.
struct BulkOption: ParsableArguments {
    @Flag(help: "Every message that the following options mean.")
    var all = false

    @Option(help: "Only those that failed or were set aside since, such as 2h or 2026-11-20.")
    var since: String?

    @Option(help: "Only those that failed or were set aside before.")
    var until: String?

    @Option(help: "Only those about which a server said this, such as 5.7.60.")
    var reply: String?

    @Option(help: "Only those from this address or domain.")
    var from: String?

    @Option(help: "Only those to this address or domain.")
    var to: String?

    @Option(help: "Only those that this route tried last.")
    var route: String?

    @Option(name: .customLong("in"), help: "The folder, where another than the usual is meant.")
    var folder: ListedFolder?

    @Flag(help: "Only count the messages and show the first ten.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    /// Refuses messages together with `--all`, and the other options without it.
    func validate(_ messages: MessagesOption) throws {
        guard !all else {
            if !messages.messages.isEmpty { throw ValidationError("Name messages or say --all.") }
            return
        }
        let words = [since, until, reply, from, to, route, folder?.rawValue]
        if dryRun || json || words.contains(where: { $0 != nil }) {
            throw ValidationError("These options go with --all.")
        }
        try messages.requireSome()
    }

    private func selection(at now: Int64) throws(CommandRefusal) -> MessageSelection {
        var selection = MessageSelection()
        selection.folder = folder
        if let since { selection.since = try TimeReference(since, now: now) }
        if let until { selection.until = try TimeReference(until, now: now) }
        (selection.reply, selection.route) = (reply, route)
        (selection.from, selection.to) = (from, to)
        return selection
    }

    /// Does it to all of them and exits with the status of the worst.
    ///
    /// `confirm` is asked once, before the first; an interruption ends it behind the message that is
    /// being moved.
    func carryOut(
        _ verb: MessageVerb,
        in folders: RelayFolders,
        pickup: String?,
        confirm: (String) -> Bool = { _ in true }
    ) throws {
        try postchute.carryOut { () throws(CommandRefusal) in
            let selection = try selection(at: RelayFolders.systemTime())
            let actions = try BulkActions(verb, folders, pickup: pickup, selection)
            if dryRun { return result(actions.rehearsal) }
            if actions.count > 0, !confirm(actions.question) {
                return CommandResult(["Nothing is done."])
            }
            Interruption.watch()
            var progress = ProgressLine(of: actions.count)
            let outcome = actions.run { done in
                progress.show(done)
                return !Interruption.isWanted
            }
            progress.end()
            return result(outcome)
        }
    }

    private func result(_ outcome: BulkOutcome) -> CommandResult {
        json ? outcome.json : outcome.text
    }
}
