internal import ArgumentParser
internal import Operations

/// `postchute explain`: what a refusal means.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain a server's reply: what it means, what Postchute does, what you can do.",
        discussion: """
            Takes a reply, a line of the log, the text beside a failed message, an error of \
            Microsoft's sign-in (AADSTS…) or of Microsoft Graph; in quotes, or without an argument \
            from standard input.
            """
    )

    @Argument(help: "The reply, or a code such as 5.7.60.")
    var reply: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let text =
            reply.isEmpty
            ? TextFile.readStandardInput(limit: Explanation.limit)
            : reply.joined(separator: " ")
        try carryOut { () throws(CommandRefusal) in
            let explanation = try Explanation(text)
            return json ? explanation.json : explanation.text
        }
    }
}
