internal import ArgumentParser
internal import Operations

/// The messages a verb is about.
struct MessagesOption: ParsableArguments {
    @Argument(help: "The beginnings of their ids, or their file names.")
    var messages: [String] = []

    @Option(help: "Only this pickup.")
    var pickup: String?

    /// Does it to each of them and exits with the status of the worst.
    func carryOut(
        _ verb: MessageVerb,
        in folders: RelayFolders,
        confirm: (String) -> Bool = { _ in true }
    ) throws {
        try postchute.carryOut { () throws(CommandRefusal) in
            try MessageActions(verb, folders, pickup: pickup).run(messages, confirm: confirm)
        }
    }

    /// Refuses a verb without a message.
    func requireSome() throws {
        if messages.isEmpty { throw ValidationError("Name at least one message.") }
    }
}
