package import MailMessage
package import Settings

extension RelaySettings {
    /// The rules of a pickup's messages, with what its routes mean for them.
    package func rules(of pickup: PickupSettings) -> MessageRules {
        var rules = pickup.messages
        let routes = routes.filter { pickup.routes.contains($0.name) }
        rules.envelope.allowsNullSender = routes.contains {
            $0.service.takesNullSender && !$0.signIn.isEachAuthor
        }
        return rules
    }
}

extension MailService {
    /// Whether messages of the null sender can be handed in: a mailbox sends as somebody.
    fileprivate var takesNullSender: Bool {
        switch self {
        case .smtp, .connector: true
        case .exchangeOnline, .directSend, .hve, .acs, .graph: false
        }
    }
}
