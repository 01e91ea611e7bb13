internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import MailMessage
internal import NIOPosix
internal import Operations
internal import Settings
internal import Submission

/// `postchute verify`: whether routes work, step by step, without a message.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove each step of a route, or name the exact one that is missing.",
        discussion: """
            Opens one session for each route, also beside a running daemon, looks at addresses, TLS, \
            capabilities, token and sign-in, names a sender and takes that back. Nothing is sent \
            unless --send-to asks for it. Exit status 0: nothing is missing; 69: something failed \
            that may pass; 78: settings or rights have to change.
            """
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "The route; all of them where none is named.")
    var route: String?

    @Option(help: "The sender to try; by default the route's mailbox.")
    var from: String?

    @Option(help: "A mailbox that the application must not be allowed to use.")
    var outOfScope: String?

    @Option(help: "Send a small message to this address and show the reply.")
    var sendTo: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try settings.adoptServiceUser()
        let settings = try settings.load()
        let routes = try chosen(from: settings)
        let options = RouteInspection.Options(
            sender: try address(from, "--from"),
            outOfScope: try address(outOfScope, "--out-of-scope")?.text,
            recipient: try address(sendTo, "--send-to")
        )
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let services = try ServiceAccess(settings, loop: loop)
        var report = VerifyReport([])
        for route in routes {
            let inspection = RouteInspection(route, options, services, loop)
            report.routes.append(await inspection.report())
        }
        await services.stop()
        try (json ? report.json : report.text(Self.marks)).finish()
    }

    private func chosen(from settings: RelaySettings) throws -> [RouteSettings] {
        guard let route else { return settings.routes }
        let routes = settings.routes.filter { $0.name == route }
        if routes.isEmpty {
            let known = settings.routes.map(\.name).joined(separator: ", ")
            Console.complain("There is no route \"\(route)\". The routes are: \(known).")
            throw ExitStatus.usage.error
        }
        return routes
    }

    private func address(_ text: String?, _ option: String) throws -> MailAddress? {
        guard let text else { return nil }
        do {
            return try MailAddress(exactly: text)
        } catch {
            throw ValidationError("\(option) takes a mail address, and \"\(text)\" is none.")
        }
    }

    private static var marks: VerifyReport.Marks {
        .suiting(
            isTerminal: isatty(STDOUT_FILENO) == 1,
            environment: ProcessInfo.processInfo.environment
        )
    }
}
