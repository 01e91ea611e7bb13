internal import ArgumentParser
internal import Operations

/// `postchute status`: whether mail flows, and what keeps it from flowing.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show pickups and routes, and what keeps mail from flowing.",
        discussion: """
            Exits with 0 when mail flows, 69 when no daemon is running, 75 when something is \
            suspended or paused.
            """
    )

    @OptionGroup var settings: SettingsOption

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let report = StatusReport(try settings.folders())
        try (json ? report.json : report.text).finish()
    }
}
