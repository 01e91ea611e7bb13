internal import ArgumentParser
internal import Operations

/// `postchute hold`: sets messages aside.
struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set waiting or failed messages aside."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var messages: MessagesOption
    @OptionGroup var bulk: BulkOption

    func validate() throws { try bulk.validate(messages) }

    func run() throws {
        let folders = try settings.folders()
        guard bulk.all else { return try messages.carryOut(.hold, in: folders) }
        try bulk.carryOut(.hold, in: folders, pickup: messages.pickup)
    }
}
