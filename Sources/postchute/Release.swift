internal import ArgumentParser
internal import Operations

/// `postchute release`: sends messages that were set aside.
struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put messages that were set aside back into the queue."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var messages: MessagesOption
    @OptionGroup var bulk: BulkOption

    func validate() throws { try bulk.validate(messages) }

    func run() throws {
        let folders = try settings.folders()
        guard bulk.all else { return try messages.carryOut(.release, in: folders) }
        try bulk.carryOut(.release, in: folders, pickup: messages.pickup)
    }
}
