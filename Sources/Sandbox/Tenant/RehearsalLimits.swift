internal import Glibc

extension Rehearsal {
    /// The limits of the service; `nil` where there is none.
    package struct Limits: Hashable, Sendable {
        /// Messages of a mailbox in any 60 seconds.
        package var messagesPerMinute: Int? = 30
        /// Sessions of a mailbox at once.
        package var sessions: Int? = 3
        /// Recipients of a mailbox in any 24 hours.
        package var recipientsPerDay: Int? = 10_000
        /// Recipients of one message.
        package var recipientsPerMessage: Int? = 500
        /// External recipients of an organisation in any 24 hours.
        package var externalRecipients = ExternalRecipients.byLicences
        /// External recipients of an organisation in any 24 hours when the sender's domain ends in
        /// `onmicrosoft.com`.
        package var onmicrosoftRecipients: Int? = 100
        /// Octets announced with SIZE, which are not the limit.
        package var advertisedOctets = 157_286_400
        /// Octets of one message.
        package var messageOctets = 36_700_160
        /// Equal failures of a sender within an hour after which it is blocked.
        package var equalFailures: Int? = 10
        /// How long such a sender is blocked.
        package var failurePenalty = Duration.seconds(3600)
        /// How long an access token lives.
        package var tokenLife = Duration.seconds(3600)
        /// How long a token must still live to be taken for high volumes.
        package var highVolumeTokenRest = Duration.seconds(600)
        package var communication = Communication()
        package var graph = Graph()

        /// Creates the limits of the service.
        package init() {}
    }

    /// How many external recipients an organisation has a day.
    package enum ExternalRecipients: Hashable, Sendable {
        case unlimited
        case limited(Int)
        /// 500 × licences^0.7 + 9,500.
        case byLicences
    }

    /// The limits of Azure Communication Services.
    package struct Communication: Hashable, Sendable {
        package var messagesPerMinute: Int? = 30
        package var messagesPerHour: Int? = 100
        package var recipientsPerMessage: Int? = 50
        /// Octets of one message.
        package var messageOctets = 10_485_760

        /// Creates the limits of a domain of one's own.
        package init() {}
    }

    /// The limits of Graph for one application and one mailbox.
    package struct Graph: Hashable, Sendable {
        /// Requests in any ten minutes.
        package var requests: Int? = 10_000
        /// Requests at once.
        package var requestsAtOnce: Int? = 4
        /// Octets of one request's body.
        package var requestOctets = 4_194_304
        /// Octets uploaded in any five minutes.
        package var uploadOctets: Int? = 157_286_400

        /// Creates the limits of the service.
        package init() {}
    }
}

extension Rehearsal.Limits {
    /// No limit but the size that is announced.
    package static var none: Self {
        var limits = Self()
        limits.messagesPerMinute = nil
        limits.sessions = nil
        limits.recipientsPerDay = nil
        limits.recipientsPerMessage = nil
        limits.externalRecipients = .unlimited
        limits.onmicrosoftRecipients = nil
        limits.messageOctets = limits.advertisedOctets
        limits.equalFailures = nil
        limits.communication.messagesPerMinute = nil
        limits.communication.messagesPerHour = nil
        limits.communication.recipientsPerMessage = nil
        limits.graph.requests = nil
        limits.graph.requestsAtOnce = nil
        limits.graph.uploadOctets = nil
        return limits
    }
}

extension Rehearsal {
    /// How many external recipients an organisation has in any 24 hours; `nil` without a limit.
    package func externalRecipients(of organisation: Organisation) -> Int? {
        switch limits.externalRecipients {
        case .unlimited: return nil
        case .limited(let count): return count
        case .byLicences:
            let licences = mailboxes.count {
                $0.isLicensed && self.organisation(of: $0.address)?.id == organisation.id
            }
            return Int(500 * pow(Double(licences), 0.7)) + 9500
        }
    }
}
