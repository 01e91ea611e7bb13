internal import ArgumentParser
internal import Operations

/// `postchute show`: everything about one message.
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one message: where it is, what it says, and what became of it so far."
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "The beginning of its id, or its file name.")
    var message: String

    @Option(help: "Only this pickup.")
    var pickup: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let folders = try settings.folders()
        try carryOut { () throws(CommandRefusal) in
            let details = try MessageDetails(folders, message, pickup: pickup)
            return json ? details.json : details.text
        }
    }
}
