extension RouteSettings {
    /// Whose limits the route's are: routes of one account share them.
    ///
    /// A mailbox is named by its address and the cloud, in which nobody else has that address.
    package var accountName: String {
        if let account { return account }
        let user = signIn.user?.lowercased() ?? ""
        return switch service {
        case .exchangeOnline, .graph, .hve, .acs: "\(user)@\(accountRealm)"
        case .connector, .directSend: mailDomain ?? host.lowercased()
        case .smtp: "route \(name)"
        }
    }

    /// Among whose accounts a user's name means one.
    package var accountRealm: String {
        switch service {
        case .exchangeOnline, .graph: cloud.rawValue
        case .hve, .acs: service.rawValue
        case .connector, .directSend, .smtp: name
        }
    }
}
