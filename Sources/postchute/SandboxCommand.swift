internal import ArgumentParser
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Sandbox
internal import ServiceLifecycle
internal import UnixSignals

/// `postchute sandbox`: a mail server on loopback that behaves like Exchange Online.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Run a mail server on loopback that behaves like Exchange Online.",
        discussion:
            "It keeps what it accepts in a folder and fails on request; see docs/sandbox.md."
    )

    @Option(help: "The address to listen on; loopback only.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes a free one.")
    var port = 2525

    @Option(help: "Where accepted messages and the certificate, ca.pem, are kept.")
    var folder = "sandbox"

    @Option(help: "A file of faults to commit.")
    var script: String?

    @Option(help: "How connections are secured: starttls, implicit or none.")
    var tls = "starttls"

    @Flag(help: "Let everybody send without signing in.")
    var open = false

    @Option(help: "A mailbox that may sign in, with --password.")
    var mailbox = "sandbox@example.com"

    @Option(help: "The mailbox's password; for tests only, as others can see it.")
    var password = "sandbox"

    func run() async throws {
        let options = try options()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = SandboxServer(options: options, group: group)
        do {
            try await server.start()
        } catch {
            Console.complain("\(error)")
            throw ExitStatus.unavailable.error
        }
        Console.print("The sandbox listens on \(host):\(server.port) and keeps mail in \(folder).")
        try await serve(server)
        try await group.shutdownGracefully()
    }

    private func options() throws -> SandboxOptions {
        var options = SandboxOptions()
        guard let security = SandboxOptions.Security(rawValue: tls) else {
            throw ValidationError("--tls is starttls, implicit or none, not \"\(tls)\".")
        }
        options.host = host
        options.port = port
        options.folder = folder
        options.security = security
        options.access = open ? .open : .accounts
        options.accounts = [SandboxAccount(mailbox: mailbox, password: password)]
        if let script { options.script = try faults(script) }
        options.onAccepted = { message in
            let recipients = message.recipients.map(\.address.text).joined(separator: ", ")
            Console.print("accepted \(message.fileName).eml for \(recipients)")
        }
        return options
    }

    private func faults(_ path: String) throws -> FaultScript {
        do {
            return try FaultScript(try TextFile.read(path))
        } catch {
            Console.complain("\(path): \(error)")
            throw ExitStatus.settings.error
        }
    }

    private func serve(_ server: SandboxServer) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: SandboxService(server: server))],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: QuietHandler.logger
            )
        )
        try await group.run()
    }
}

/// The sandbox as a service that ends with SIGTERM or SIGINT.
private struct SandboxService: Service {
    let server: SandboxServer

    func run() async throws {
        try? await gracefulShutdown()
        await server.stop()
    }
}
