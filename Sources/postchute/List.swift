internal import ArgumentParser
internal import Operations

/// `postchute list`: the messages in the folders.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List messages: those in one folder, or all that are not sent."
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "The folder.")
    var folder: ListedFolder?

    @Option(help: "Only this pickup.")
    var pickup: String?

    @Option(help: "The most messages of each folder; the latest are listed.")
    var limit = MessageList.standardLimit

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() throws {
        let folders = try settings.folders()
        try carryOut { () throws(CommandRefusal) in
            let list = try MessageList(folders, folder: folder, pickup: pickup, limit: limit)
            return json ? list.json : list.text
        }
    }
}

extension ListedFolder: ExpressibleByArgument {}
