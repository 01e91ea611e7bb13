internal import ArgumentParser
internal import Glibc
internal import Operations

/// `postchute remove`: deletes messages for good.
struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete messages for good, with their reasons and histories."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var messages: MessagesOption
    @OptionGroup var bulk: BulkOption

    @Flag(help: "Do not ask.")
    var yes = false

    func validate() throws { try bulk.validate(messages) }

    func run() throws {
        guard yes || bulk.dryRun || isatty(STDIN_FILENO) == 1 else {
            Console.complain("Nothing is removed: there is nobody to ask, so say --yes.")
            throw ExitStatus.usage.error
        }
        let confirm = { yes || Console.confirms($0) }
        let folders = try settings.folders()
        guard bulk.all else {
            return try messages.carryOut(.remove, in: folders, confirm: confirm)
        }
        try bulk.carryOut(.remove, in: folders, pickup: messages.pickup, confirm: confirm)
    }
}

extension Console {
    /// Asks on the terminal; everything but a word that begins with y is a no.
    static func confirms(_ question: String) -> Bool {
        complain("\(question) [y/N]")
        return readLine()?.lowercased().hasPrefix("y") ?? false
    }
}
