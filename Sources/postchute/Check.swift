internal import ArgumentParser
internal import Operations
internal import Settings

/// `postchute check`: settings, folders and permissions; or one message file.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check settings, folders and permissions, or what would become of a message file.",
        discussion: """
            Without a file, or with one that ends in .toml, it checks the settings, and each \
            complaint comes with its cure. Of any other file it prints envelope, changes, verdict and \
            route; nothing is moved and nothing is sent. Exit status 0: it would be sent; 65: it \
            would be refused or held.
            """
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "A settings file, instead of --config, or a message file.")
    var file: String?

    @Option(help: "The pickup by whose rules a message file is checked.")
    var pickup: String?

    @Flag(help: "Print JSON about a message file.")
    var json = false

    func run() throws {
        if let file, !file.hasSuffix(".toml") { return try check(message: file) }
        var option = settings
        option.path = file ?? settings.path
        try option.adoptServiceUser()
        try SettingsCheck.run(path: option.path).finish()
    }

    private func check(message: String) throws {
        let settings = try settings.adoptServiceUser()
        try carryOut { () throws(CommandRefusal) in
            let check = try FileCheck(settings, message, pickup: pickup)
            return json ? check.json : check.text
        }
    }
}
