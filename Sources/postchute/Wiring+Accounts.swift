internal import Delivery
internal import Settings
internal import Submission

extension SignInSettings {
    /// Whether a refused sign-in may be tried again by itself: a token locks no account.
    var mayBeProbed: Bool {
        switch self {
        case .none, .token, .identity: true
        case .password: false
        }
    }
}

extension DeliveryRoute {
    /// The route of a route's settings; pace and sessions are the account's where it has one.
    init(
        _ route: RouteSettings,
        _ submitter: any Submitter,
        isPaused: @escaping @Sendable () -> Bool = { false },
        takeResumeRequest: @escaping @Sendable () -> Bool = { false }
    ) {
        let account = DeliveryAccount(route)
        self.init(
            name: route.name,
            submitter: submitter,
            connections: route.connections,
            rate: account == nil ? DeliveryRate(route.rate) : nil,
            maximumRecipients: route.maximumRecipients ?? 500,
            mayProbeSignIn: route.signIn.mayBeProbed,
            account: account,
            errorBreaker: route.service.blocksFailingSenders,
            isPaused: isPaused,
            takeResumeRequest: takeResumeRequest
        )
    }
}

extension DeliveryAccount {
    /// The account of a route's settings; `nil` where it has no limits to share.
    init?(_ route: RouteSettings) {
        let isAlone =
            route.service == .smtp && route.account == nil && route.recipientsPerDay == nil
            && route.externalRecipientsPerDay == nil
        if isAlone { return nil }
        self.init(Owner(route))
        messages = DeliveryRate(route.rate)
        sessions = route.connections
        recipientsPerDay = route.recipientsPerDay
        recipientsPerMessage = route.maximumRecipients
        if route.service == .graph { octets = .graphUploads }
        if let perDay = route.externalRecipientsPerDay {
            external = ExternalRecipients(
                tenant: route.tenant ?? route.accountName,
                perDay: perDay,
                internalDomains: Set(route.internalDomains)
            )
        }
    }
}

extension DeliveryAccount.Owner {
    /// Whose account a route sends with.
    init(_ route: RouteSettings) {
        if route.account == nil, route.signIn.isEachAuthor {
            self = .eachAuthor(tenant: route.accountRealm)
        } else {
            self = .mailbox(route.accountName)
        }
    }
}

extension DeliveryRate {
    /// What Graph lets an application upload for one mailbox: 150 MB in 5 minutes.
    fileprivate static let graphUploads = DeliveryRate(150_000_000, per: .seconds(300))
}

extension MailService {
    /// Whether Microsoft blocks a sender whose submissions fail in the same way again and again.
    fileprivate var blocksFailingSenders: Bool {
        switch self {
        case .exchangeOnline, .hve, .graph: true
        case .smtp, .connector, .directSend, .acs: false
        }
    }
}
