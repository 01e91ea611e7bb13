internal import ArgumentParser
internal import Operations

/// `postchute trace`: what happened to messages, from the ledger.
struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find messages in the ledger; of a single one, tell everything that happened."
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "A part of the file name, an address, the subject, the Message-ID or the id.")
    var text: String?

    @Option(help: "A part of the file name; * stands for anything.")
    var file: String?

    @Option(help: "The sender or a recipient; from @ on for everybody of a domain.")
    var address: String?

    @Option(help: "A part of the subject.")
    var subject: String?

    @Option(help: "A part of the Message-ID.")
    var messageID: String?

    @Option(help: "A part of a reply, such as 5.7.60.")
    var reply: String?

    @Option(help: "Only this pickup.")
    var pickup: String?

    @Option(help: "Only this route.")
    var route: String?

    @Option(help: "Not older than this: 2h, 3d, 2026-11-20 or 2026-11-20T08:00 (UTC).")
    var since: String?

    @Option(help: "Older than this.")
    var until: String?

    @Option(help: "The last event is one of these: sent, failed, deferred, held, removed …")
    var last: String?

    @Option(help: "The most messages; the latest are listed.")
    var limit = TraceQuestion.standardLimit

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print CSV.")
    var csv = false

    func validate() throws {
        if !(1...10_000).contains(limit) {
            throw ValidationError("--limit must be from 1 to 10000.")
        }
        if json, csv { throw ValidationError("Say --json or --csv.") }
    }

    func run() throws {
        let folders = try settings.folders()
        var question = TraceQuestion()
        (question.text, question.file, question.address) = (text, file, address)
        (question.subject, question.messageID, question.reply) = (subject, messageID, reply)
        (question.pickup, question.route, question.last) = (pickup, route, last)
        (question.since, question.until, question.limit) = (since, until, limit)
        let asked = question
        try carryOut { () throws(CommandRefusal) in
            let trace = try MessageTrace(folders, asked)
            return json ? trace.json : csv ? trace.csv : trace.text
        }
    }
}
