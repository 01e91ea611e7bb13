internal import Alerts
internal import ArgumentParser
internal import Delivery
internal import FoundationEssentials
internal import Glibc
internal import NIOPosix
internal import Operations
internal import Settings
internal import Submission
internal import WebClient

/// `postchute alert --test`: whether alerts reach people.
struct TestAlert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "Send a test through the channels that tell people of trouble.",
        discussion: """
            Works beside a running daemon and without one. Exit status 0: every channel took the \
            test; 69: one did not; 75: a mail waits, try again; 78: the settings have no channel.
            """
    )

    @OptionGroup var settings: SettingsOption

    @Flag(help: "Send a test. Nothing else can be done with channels yet.")
    var test = false

    @Argument(help: "The channel; all of them where none is named.")
    var channel: String?

    func validate() throws {
        guard test else { throw ValidationError("Say --test to send a test to people.") }
    }

    func run() async throws {
        try settings.adoptServiceUser()
        let settings = try settings.load()
        let channels = try chosen(from: settings)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let services = try ServiceAccess(settings, loop: loop)
        var worst = ExitStatus.done
        for channel in channels {
            let trial = AlertTrial(channel: channel, settings: settings, services: services)
            let (sentence, status) = await trial.run()
            Console.print("\(channel.name): \(sentence)")
            if worst == .done || status == .unavailable { worst = status }
        }
        await services.stop()
        if worst != .done { throw worst.error }
    }

    private func chosen(from settings: RelaySettings) throws -> [AlertChannelSettings] {
        let channels = settings.alerts.channels
        guard !channels.isEmpty else {
            Console.complain(
                "The settings have no channel: add a table such as [alert.it]. docs/alerts.md shows "
                    + "how."
            )
            throw ExitStatus.settings.error
        }
        guard let channel else { return channels }
        let chosen = channels.filter { $0.name == channel }
        if chosen.isEmpty {
            let known = channels.map(\.name).joined(separator: ", ")
            Console.complain("There is no channel \"\(channel)\". The channels are: \(known).")
            throw ExitStatus.usage.error
        }
        return chosen
    }
}

/// One test of one channel.
struct AlertTrial {
    let channel: AlertChannelSettings
    let settings: RelaySettings
    let services: ServiceAccess

    /// Sends the test and says what became of it.
    func run() async -> (sentence: String, status: ExitStatus) {
        let notice = Notice.test(at: EngineClock.system.wall())
        switch channel.means {
        case .mail(let mail):
            return await send(mail, notice)
        case .webhook(let webhook):
            do {
                let transport = try services.transport(for: webhook)
                let sender = WebhookSender(webhook, host: HostName.own, transport: transport)
                return outcome(await sender.send(notice), "the service has accepted the test.")
            } catch {
                return ("not sent. The proxy \(error.phrase).", .unavailable)
            }
        case .command(let command):
            let sender = CommandSender(command, host: HostName.own)
            return outcome(await sender.send(notice), "the program has taken the test.")
        }
    }

    private func outcome(_ failure: String?, _ success: String) -> (String, ExitStatus) {
        failure.map { ("not sent. \($0)", .unavailable) } ?? (success, .done)
    }

    /// Sends the mail by the first route, without the daemon's spool, which the daemon has locked.
    private func send(_ mail: AlertMail, _ notice: Notice) async -> (String, ExitStatus) {
        let route = mail.routes[0]
        let path = "/tmp/postchute-alert-\(getpid()).eml"
        defer { unlink(path) }
        do {
            let octets = NoticeMail.octets(notice, mail, host: HostName.own)
            try Data(octets).write(to: URL(filePath: path), options: .withoutOverwriting)
            let shot = try OneShot(settings: settings, route: route, files: [path])
            let outcome = try await shot.run()
            let line = outcome.lines.first ?? ""
            let words = line.hasPrefix("\(path): ") ? line.dropFirst(path.count + 2) : line[...]
            if outcome.status == .done {
                let to = mail.to.map(\.text).joined(separator: ", ")
                return ("route \(route) has accepted the mail to \(to).", .done)
            }
            let status: ExitStatus = outcome.status == .tryLater ? .tryLater : .unavailable
            return ("not sent by route \(route): \(words)", status)
        } catch {
            return ("not sent by route \(route): \(error)", .unavailable)
        }
    }
}
