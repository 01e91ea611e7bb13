extension Rehearsal {
    /// The tenant without a file: one mailbox for each account, and tokens that sign in as anybody.
    ///
    /// Limits and the rights of senders are those of the service only if `isStrict`.
    package static func builtIn(
        accounts: [SandboxAccount],
        tokens: Set<String>,
        isStrict: Bool
    ) -> Rehearsal {
        var rehearsal = Rehearsal()
        rehearsal.isStrict = isStrict
        rehearsal.universalTokens = tokens
        if !isStrict { rehearsal.limits = .none }
        var domains: [String] = []
        for account in accounts {
            var mailbox = Mailbox(address: account.mailbox)
            mailbox.password = account.password
            rehearsal.mailboxes.append(mailbox)
            let domain = mailbox.address.split(separator: "@").last.map(String.init) ?? ""
            if !domains.contains(domain) { domains.append(domain) }
        }
        rehearsal.organisations = [
            Organisation(
                name: "sandbox",
                id: "5a4db0c5-0000-4000-8000-000000000001",
                domains: domains
            )
        ]
        return rehearsal
    }
}
