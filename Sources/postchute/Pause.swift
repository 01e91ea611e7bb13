internal import ArgumentParser
internal import Operations

/// `postchute pause`: stops a pickup or a route.
struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop sending from a pickup, or by a route, until it is resumed."
    )

    @OptionGroup var settings: SettingsOption
    @OptionGroup var target: PauseOption

    func run() throws { try PauseSwitch(settings.folders()).pause(target.target).finish() }
}
