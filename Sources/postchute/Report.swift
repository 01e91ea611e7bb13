internal import ArgumentParser
internal import Operations

/// `postchute report`: how much was sent and what failed, from the ledger.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add up what happened: by day, pickup, route or kind of failure."
    )

    @OptionGroup var settings: SettingsOption

    @Option(help: "What there is a line for: day, pickup, route or failure.")
    var by = ActivityReport.Grouping.day

    @Option(help: "Not older than this: 2h, 3d, 2026-11-20 or 2026-11-20T08:00 (UTC).")
    var since = "7d"

    @Option(help: "Older than this.")
    var until: String?

    @Option(help: "Only this pickup.")
    var pickup: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print CSV.")
    var csv = false

    func validate() throws {
        if json, csv { throw ValidationError("Say --json or --csv.") }
    }

    func run() throws {
        let folders = try settings.folders()
        try carryOut { () throws(CommandRefusal) in
            let report = try ActivityReport(
                folders,
                by: by,
                since: since,
                until: until,
                pickup: pickup
            )
            return json ? report.json : csv ? report.csv : report.text
        }
    }
}

extension ActivityReport.Grouping: ExpressibleByArgument {}
