internal import Settings

extension TenantFile {
    mutating func readOrganisation(_ reader: TenantTableReader<OrganisationKey>) {
        let id = reader.require(.id, TenantSyntax.guid)
        if reader.has(.domains) == false { reader.complain(.domains, "is missing.") }
        let domains = reader.list(.domains, TenantSyntax.domain)
        if let id, let owner = rehearsal.organisations.first(where: { $0.id == id }) {
            reader.complain(.id, "is the id of \(quoted(owner.name)) as well.")
        }
        for domain in domains {
            guard let owner = rehearsal.organisation(ofDomain: domain) else { continue }
            reader.complain(.domains, "\(quoted(domain)) is a domain of \(quoted(owner.name)).")
        }
        var organisation = Rehearsal.Organisation(
            name: reader.name,
            id: id ?? "",
            domains: domains
        )
        reader.read(.smtpClientAuthenticationDisabled, ValueSyntax.flag).map {
            organisation.isSMTPSignInDisabled = $0
        }
        reader.read(.basicAuthentication, ValueSyntax.flag).map {
            organisation.allowsPasswords = $0
        }
        reader.read(.securityDefaults, ValueSyntax.flag).map {
            organisation.hasSecurityDefaults = $0
        }
        reader.read(.rejectDirectSend, ValueSyntax.flag).map { organisation.rejectsDirectSend = $0 }
        rehearsal.organisations.append(organisation)
    }

    mutating func readMailbox(_ reader: TenantTableReader<MailboxKey>) {
        guard let address = ownAddress(reader) else { return }
        var mailbox = Rehearsal.Mailbox(address: address)
        mailbox.aliases = reader.list(.aliases, TenantSyntax.address)
        for alias in mailbox.aliases where isTaken(alias) || alias == address {
            reader.complain(.aliases, "\(quoted(alias)) is an address of another account.")
        }
        mailbox.password = reader.read(.password, ValueSyntax.text)
        reader.read(.smtpAuth, TenantSyntax.choice).map { mailbox.smtpSignIn = $0 }
        reader.read(.licensed, ValueSyntax.flag).map { mailbox.isLicensed = $0 }
        mailbox.maximumOctets = reader.read(.maxSize, TenantSyntax.size)
        mailbox.maximumRecipients = reader.read(.maxRecipients) { content throws(Objection) in
            try ValueSyntax.count(content, in: 1...1000)
        }
        mailbox.sendAs = reader.list(.sendAs, TenantSyntax.address)
        reader.read(.full, ValueSyntax.flag).map { mailbox.isFull = $0 }
        rehearsal.mailboxes.append(mailbox)
    }

    mutating func readHighVolumeAccount(_ reader: TenantTableReader<HighVolumeKey>) {
        guard let address = ownAddress(reader) else { return }
        var account = Rehearsal.HighVolumeAccount(address: address)
        account.password = reader.read(.password, ValueSyntax.text)
        account.allowedApplications = reader.list(.allowedApps)
        for application in account.allowedApplications
        where rehearsal.application(application) == nil {
            reader.complain(.allowedApps, "\(quoted(application)) is not an application.")
        }
        rehearsal.highVolumeAccounts.append(account)
    }

    mutating func readEmailResource(_ reader: TenantTableReader<EmailResourceKey>) {
        let tenant = tenant(reader, .tenant)
        let application = reader.require(.application, ValueSyntax.text)
        if let application, rehearsal.application(application) == nil {
            reader.complain(.application, "\(quoted(application)) is not an application.")
        }
        var resource = Rehearsal.EmailResource(
            name: reader.read(.resource, ValueSyntax.text) ?? reader.name,
            tenant: tenant,
            application: application ?? ""
        )
        resource.userNames = reader.list(.userNames).map { $0.lowercased() }
        if !reader.has(.mailFrom) { reader.complain(.mailFrom, "is missing.") }
        resource.senders = reader.list(.mailFrom, TenantSyntax.address)
        rehearsal.emailResources.append(resource)
    }

    mutating func readConnector(_ reader: TenantTableReader<ConnectorKey>) {
        var connector = Rehearsal.Connector(name: reader.name, tenant: tenant(reader, .tenant))
        connector.addresses = reader.list(.addresses, TenantSyntax.ipAddress)
        connector.certificateName = reader.read(
            .certificateName,
            TenantSyntax.certificateName
        )
        if reader.has(.addresses) == reader.has(.certificateName) {
            reader.complain("needs either addresses or certificate_name.")
        }
        rehearsal.connectors.append(connector)
    }
}

extension TenantFile {
    /// The name of the organisation a table belongs to; empty after a complaint.
    func tenant<Key: TenantKey>(_ reader: TenantTableReader<Key>, _ key: Key) -> String {
        let names = rehearsal.organisations.map(\.name)
        guard let name = reader.read(key, ValueSyntax.text) else {
            if names.count == 1 { return names[0] }
            if !reader.has(key), !names.isEmpty {
                reader.complain(key, "is missing.", "Name one of \(listed(names)).")
            }
            return ""
        }
        guard names.contains(name) else {
            reader.complain(
                key,
                "\(quoted(name)) is not a tenant of this file.",
                Suggestion.sentence(for: name, among: names) ?? ""
            )
            return ""
        }
        return name
    }

    /// The address that is a table's name; `nil` after a complaint.
    private func ownAddress<Key: TenantKey>(_ reader: TenantTableReader<Key>) -> String? {
        let address: String
        do throws(Objection) {
            address = try TenantSyntax.address(.text(reader.name))
        } catch {
            reader.complain("the table's name must be an address in quotes.")
            return nil
        }
        if rehearsal.organisation(of: address) == nil {
            reader.complain("no tenant has the domain of this address.")
        }
        if isTaken(address) { reader.complain("the address is one of another account.") }
        return address
    }

    private func isTaken(_ address: String) -> Bool {
        rehearsal.mailbox(address) != nil || rehearsal.highVolumeAccount(address) != nil
    }
}
