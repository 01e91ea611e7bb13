internal import Alerts
internal import Delivery
internal import EventLog
internal import NIOCore
internal import Settings
internal import Spool
internal import WebClient

extension Relay {
    /// Reads what was told before, and hands the engine the spools of Postchute's own mail.
    ///
    /// Called before the first message can fail.
    func startAlerts() {
        alerts.load()
        outboxes.start()
    }

    /// Tells the senders of a pickup, where its settings say so.
    static func tellSender(
        of pickup: PickupSettings,
        _ bounces: BounceDesk,
        _ outboxes: Outboxes
    ) -> @Sendable (SpoolName) -> Void {
        guard let outbox = outboxes[.bounce, pickup.name] else { return { _ in } }
        return { bounces.failed($0, pickup: pickup.name, by: outbox) }
    }

    /// Watches conditions and tells people, until the task is cancelled.
    func watchConditions() async {
        var senders: [String: any AlertSender] = [:]
        for channel in settings.alerts.channels {
            do {
                senders[channel.name] = try sender(of: channel)
            } catch {
                senders[channel.name] = SilentSender(sentence: "the proxy \(error.phrase).")
            }
        }
        await alerts.run(senders, now: EngineClock.system.wall)
    }

    private func sender(of channel: AlertChannelSettings) throws(ProxyDefect) -> any AlertSender {
        switch channel.means {
        case .mail(let mail):
            guard let outbox = outboxes[.alert, channel.name] else {
                return SilentSender(sentence: "its folder in the state directory cannot be used.")
            }
            return MailSender(outbox) { NoticeMail.octets($0, mail, host: HostName.own) }
        case .webhook(let webhook):
            let transport = try services.transport(for: webhook)
            return WebhookSender(webhook, host: HostName.own, transport: transport)
        case .command(let command):
            return CommandSender(command, host: HostName.own)
        }
    }
}

/// Stands for a channel that cannot be used before the daemon is started anew.
struct SilentSender: AlertSender {
    let sentence: String

    func send(_ notice: Notice) async -> String? { "The channel cannot be used: \(sentence)" }
}

extension ServiceAccess {
    /// How a webhook is reached.
    ///
    /// - Throws: ``ProxyDefect`` when the address of a proxy cannot be used.
    func transport(for webhook: AlertWebhook) throws(ProxyDefect) -> any WebTransport {
        try transport(caFile: webhook.caFile, connectTimeout: .seconds(10))
    }
}
