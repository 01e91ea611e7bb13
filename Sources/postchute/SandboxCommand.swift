internal import ArgumentParser
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Sandbox
internal import ServiceLifecycle
internal import Settings
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

    @Option(help: "A tenant file: organisations, mailboxes, applications and limits.")
    var tenant: String?

    @Flag(help: "Without a tenant file: the service's limits, and senders' rights.")
    var strict = false

    @Option(help: "How many of the sandbox's seconds pass in a real one, up to 3600.")
    var speed = 1

    @Option(help: "The port of the MX side; with a tenant file a free one without this.")
    var relayPort: Int?

    @Option(help: "The port of the High Volume Email side, likewise.")
    var hvePort: Int?

    @Option(help: "The port of the Azure Communication Services side, likewise.")
    var acsPort: Int?

    @Option(help: "The port for HTTPS: tokens, Graph and the inbox; with a tenant file likewise.")
    var httpsPort: Int?

    @Option(help: "The port for plain HTTP: metadata services and the inbox, likewise.")
    var httpPort: Int?

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
        do {
            try server.writePorts()
            announce(server)
            try await serve(server)
            try server.writeCounts()
        } catch let error as SandboxError {
            Console.complain("\(error)")
            throw ExitStatus.unavailable.error
        }
        Console.print(server.counts.lines)
        try await group.shutdownGracefully()
    }

    private func announce(_ server: SandboxServer) {
        Console.print("The sandbox listens on \(host):\(server.port) and keeps mail in \(folder).")
        for side in SandboxSide.allCases {
            guard let port = server.ports[side] else { continue }
            Console.print("\(host):\(port) is \(side.title).")
        }
        if server.securePort > 0 {
            Console.print(
                "https://\(origin(server.securePort))/ is sign-in, Graph and the inbox."
            )
        }
        if server.plainPort > 0 {
            Console.print("http://\(origin(server.plainPort))/ is metadata services and the inbox.")
        }
    }

    /// Host and port as an address has them.
    private func origin(_ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
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
        guard (1...SandboxClock.maximumSpeed).contains(speed) else {
            throw ValidationError(
                "--speed is from 1 to \(SandboxClock.maximumSpeed), not \(speed)."
            )
        }
        options.clock = SandboxClock(speed: speed)
        options.isStrict = strict
        if let tenant { options.rehearsal = try rehearsal(tenant) }
        options.sidePorts = sidePorts
        options.web = web
        if let script { options.script = try faults(script) }
        options.onAccepted = { message in
            let recipients = message.recipients.map(\.address.text).joined(separator: ", ")
            Console.print("accepted \(message.fileName).eml for \(recipients)")
        }
        return options
    }

    /// With a tenant file every side listens, else only those that have a port.
    private var sidePorts: [SandboxSide: Int] {
        let given = [
            SandboxSide.relay: relayPort, .highVolume: hvePort, .communication: acsPort,
        ]
        return given.compactMapValues { $0 ?? (tenant == nil ? nil : 0) }
    }

    /// With a tenant file both ports are served, else only those that are given.
    private var web: WebOptions? {
        guard tenant != nil || httpsPort != nil || httpPort != nil else { return nil }
        var options = WebOptions()
        options.securePort = httpsPort ?? (tenant == nil ? nil : 0)
        options.plainPort = httpPort ?? (tenant == nil ? nil : 0)
        return options
    }

    private func rehearsal(_ path: String) throws -> Rehearsal {
        let text = try text(path)
        do throws(TenantFileErrors) {
            return try Rehearsal.parse(Array(text.utf8), file: path)
        } catch {
            Console.complain(error.errors.map(\.description))
            throw ExitStatus.settings.error
        }
    }

    /// The text of a file that the command line names.
    private func text(_ path: String) throws -> String {
        guard access(path, R_OK) == 0 else {
            Console.complain("\(path) cannot be read: \(String(cString: strerror(errno))).")
            throw ExitStatus.settings.error
        }
        return try TextFile.read(path)
    }

    private func faults(_ path: String) throws -> FaultScript {
        let text = try text(path)
        do throws(FaultScriptError) {
            return try FaultScript(text)
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
