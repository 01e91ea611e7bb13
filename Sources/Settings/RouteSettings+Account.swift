extension RouteSettings {
    /// Whose limits the route's are: routes of one account share them.
    ///
    /// A mailbox has an address that no other tenant has, so that the address is enough.
    package var accountName: String {
        if let account { return account }
        let user = signIn.user?.lowercased() ?? ""
        return switch service {
        case .exchangeOnline, .graph: user
        case .hve, .acs: "\(service.rawValue) \(user)"
        case .connector, .directSend: mailDomain ?? host.lowercased()
        case .smtp: "route \(name)"
        }
    }
}
