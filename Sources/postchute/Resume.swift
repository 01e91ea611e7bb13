internal import ArgumentParser
internal import Operations

/// `postchute resume`: lets a pickup or a route go on.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a pickup or a route go on; a suspended route is tried again at once."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var target: PauseOption

    func run() throws { try PauseSwitch(settings.folders()).resume(target.target).finish() }
}
