internal import ArgumentParser
internal import Operations

/// `postchute release`: sends messages that were set aside.
struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put messages that were set aside back into the queue."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var messages: MessagesOption

    func validate() throws { try messages.requireSome() }

    func run() throws { try messages.carryOut(.release, in: settings.folders()) }
}
