internal import ArgumentParser
internal import Operations

/// `postchute erase`: takes an address out of what Postchute keeps.
struct Erase: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Erase an address: messages to and from it, and its rows of the ledger.",
        discussion: "Says what would go; only --yes changes anything. What waits to be sent stays."
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "The address, such as anna@contoso.com.")
    var address: String

    @Option(help: "Only messages of this pickup; the ledger stays.")
    var pickup: String?

    @Flag(help: "Messages in failed/ and held/ too.")
    var all = false

    @Flag(help: "Do it.")
    var yes = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let folders = try settings.folders()
        try carryOut { () throws(CommandRefusal) in
            var erasure = try Erasure(folders, address, pickup: pickup, takesAll: all)
            if yes { erasure.erase() }
            return json ? erasure.json : erasure.text
        }
    }
}
