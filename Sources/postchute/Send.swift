internal import ArgumentParser
internal import Operations

/// `postchute send`: one shot, without the daemon and without its folders.
struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send message files once, without the daemon.",
        discussion: """
            Each file is copied, checked and submitted as from a pickup folder; the file itself is \
            not touched. Exit status 0: accepted for every recipient; 65: refused for good; 75: not \
            now, try again; when several differ, the worst of them.
            """
    )

    @OptionGroup var settings: SettingsOption

    @Option(help: "The route to send by; may be left out where the settings have only one.")
    var route: String?

    @Argument(help: "Message files.")
    var files: [String]

    func run() async throws {
        try settings.adoptServiceUser()
        let settings = try settings.load()
        let outcome = try await OneShot(settings: settings, route: route, files: files).run()
        Console.print(outcome.lines)
        if outcome.status != .done { throw outcome.status.error }
    }
}
