internal import ArgumentParser
internal import Operations
internal import Settings

/// `postchute check`: settings, folders and permissions.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check settings, folders and permissions; each complaint comes with its cure."
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "The settings file, instead of --config.")
    var file: String?

    func run() throws {
        var option = settings
        option.path = file ?? settings.path
        try option.adoptServiceUser()
        try SettingsCheck.run(path: option.path).finish()
    }
}
