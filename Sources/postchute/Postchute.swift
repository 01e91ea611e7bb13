internal import ArgumentParser
internal import Glibc
internal import Settings

/// The command line.
@main
struct Postchute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postchute",
        abstract: "Watches drop folders and submits each message to Microsoft 365.",
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Relay",
                subcommands: [
                    Init.self, Run.self, Check.self, Verify.self, Login.self, Send.self,
                ]
            ),
            CommandGroup(
                name: "Messages",
                subcommands: [
                    Status.self, Top.self, List.self, Show.self, Retry.self, Hold.self,
                    Release.self,
                    Remove.self, Pause.self, Resume.self, Explain.self,
                ]
            ),
            CommandGroup(name: "Trying it out", subcommands: [SandboxCommand.self, Demo.self]),
        ]
    )

    /// Runs the command and exits with the statuses of sysexits.h.
    static func main() async {
        // A reader that goes away must not kill a command between two moves, and a lease that is
        // broken must not kill the daemon.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGIO, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}

/// The option every command that reads the settings has.
struct SettingsOption: ParsableArguments {
    @Option(name: .customLong("config"), help: "The settings file.")
    var path = RelaySettings.defaultPath
}
