internal import ArgumentParser
internal import Operations

/// `postchute hold`: sets messages aside.
struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set waiting or failed messages aside."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var messages: MessagesOption

    func validate() throws { try messages.requireSome() }

    func run() throws { try messages.carryOut(.hold, in: settings.folders()) }
}
