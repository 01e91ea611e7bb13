internal import ArgumentParser
internal import Dashboard
internal import Glibc
internal import Operations
internal import SafeText
internal import Settings

/// `postchute token`: who may sign in to the dashboard.
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and remove the tokens that open the dashboard.",
        discussion: """
            A token is shown once, when it is made; kept is only its digest. Exit status 0: done; 64: \
            there is no such token, or there is one already; 69: the file of tokens cannot be used.
            """,
        subcommands: [Add.self, ListTokens.self, RemoveToken.self]
    )

    /// `postchute token add`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Make a token and show it, once."
        )

        @OptionGroup var settings: SettingsOption

        @Argument(help: "Who or what it is for; log lines carry it.")
        var name: String

        @Option(help: "What it allows: viewer looks, operator also acts.")
        var role = DashboardRole.viewer

        func run() throws {
            let folders = try settings.adoptServiceUser()
            try Token.carryOut { () throws(TokenFileError) in
                let file = try Token.file(of: folders)
                let secret = try file.add(name, role: role, now: Int64(time(nil)))
                Console.print(secret)
                // Whoever takes the token by a pipe gets the token alone.
                Console.complain("This is the token of \(name); it is not shown again.")
                if folders.http == nil {
                    Console.complain("The settings have no [http]: nothing asks for it yet.")
                }
            }
        }
    }

    /// `postchute token list`.
    struct ListTokens: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the tokens, without their secrets."
        )

        @OptionGroup var settings: SettingsOption

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let folders = try settings.adoptServiceUser()
            try Token.carryOut { () throws(TokenFileError) in
                let tokens = try TokenFile(stateDirectory: folders.state.directory).read()
                Console.print(json ? TokenList.json(tokens) : TokenList.table(tokens))
            }
        }
    }

    /// `postchute token remove`.
    struct RemoveToken: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Remove a token; who signed in with it is signed out."
        )

        @OptionGroup var settings: SettingsOption

        @Argument(help: "The name of the token.")
        var name: String

        func run() throws {
            let folders = try settings.adoptServiceUser()
            try Token.carryOut { () throws(TokenFileError) in
                try Token.file(of: folders).remove(name)
                Console.print("The token \(name) is removed.")
            }
        }
    }

    /// The file of tokens, in a state directory that is there.
    private static func file(of settings: RelaySettings) throws(TokenFileError) -> TokenFile {
        do {
            try StateFolder.prepare(settings.state)
        } catch {
            throw .unusable("\(error)")
        }
        return TokenFile(stateDirectory: settings.state.directory)
    }

    private static func carryOut(_ body: () throws(TokenFileError) -> Void) throws {
        do throws(TokenFileError) {
            try body()
        } catch {
            Console.complain(error.sentence)
            throw status(of: error).error
        }
    }

    private static func status(of error: TokenFileError) -> ExitStatus {
        switch error {
        case .notAName, .exists, .missing, .tooMany: .usage
        case .spoiled, .unusable: .unavailable
        }
    }
}

extension DashboardRole: ExpressibleByArgument {}
