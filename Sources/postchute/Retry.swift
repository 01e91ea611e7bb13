internal import ArgumentParser
internal import Operations

/// `postchute retry`: sends failed messages again.
struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put failed messages back into the queue, and make deferred ones due at once."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var messages: MessagesOption
    @OptionGroup var bulk: BulkOption

    func validate() throws { try bulk.validate(messages) }

    func run() throws {
        let folders = try settings.folders()
        guard bulk.all else { return try messages.carryOut(.retry, in: folders) }
        try bulk.carryOut(.retry, in: folders, pickup: messages.pickup)
    }
}
