internal import ArgumentParser
internal import Operations

/// `postchute retry`: sends failed messages again.
struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put failed messages back into the queue, and make deferred ones due at once."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var messages: MessagesOption

    @Flag(help: "Every failed message.")
    var all = false

    func validate() throws {
        if !all { return try messages.requireSome() }
        if !messages.messages.isEmpty { throw ValidationError("Name messages or say --all.") }
    }

    func run() throws {
        let folders = try settings.folders()
        guard all else { return try messages.carryOut(.retry, in: folders) }
        try carryOut { () throws(CommandRefusal) in
            try MessageActions(.retry, folders, pickup: messages.pickup).retryAll()
        }
    }
}
