/// The side of the service at which somebody signs in or submits by SMTP.
package enum SandboxSide: String, Hashable, Sendable, CaseIterable {
    /// Client submission, as `smtp.office365.com` on port 587.
    case submission
    /// The organisation's MX, port 25: connectors and direct send; nobody signs in.
    case relay
    /// High Volume Email, as `smtp-hve.office365.com`.
    case highVolume = "hve"
    /// Azure Communication Services, as `smtp.azurecomm.net`.
    case communication = "acs"
}

extension TenantState {
    /// Judges the credentials of a client.
    ///
    /// - Throws: The exact reason.
    package func signIn(
        _ credentials: SandboxCredentials,
        at side: SandboxSide,
        _ now: SandboxTime
    ) throws(Refusal) -> Submitter {
        if case .token(let mailbox, let token) = credentials,
            rehearsal.universalTokens.contains(token)
        {
            return submitter(named: mailbox)
        }
        switch side {
        case .submission: return try signInToMailbox(credentials, now)
        case .highVolume: return try signInToHighVolume(credentials, now)
        case .communication: return try signInToResource(credentials, now)
        case .relay: throw .wrongPassword
        }
    }

    /// The submitter of a name that needs no credentials.
    func submitter(named name: String) -> Submitter {
        guard let mailbox = rehearsal.mailbox(name) else {
            return Submitter(kind: .anybody, name: name.lowercased())
        }
        return Submitter(kind: .mailbox, name: mailbox.address)
    }

    private func signInToMailbox(
        _ credentials: SandboxCredentials,
        _ now: SandboxTime
    ) throws(Refusal) -> Submitter {
        let mailbox = rehearsal.mailbox(credentials.mailbox)
        let organisation = mailbox.flatMap { rehearsal.organisation(of: $0.address) }
        guard let mailbox, let organisation else {
            switch credentials {
            case .password: throw .wrongPassword
            case .token: throw .tokenRefused
            }
        }
        var submitter = Submitter(kind: .mailbox, name: mailbox.address)
        switch credentials {
        case .password(_, let password):
            // A policy that forbids passwords refuses them before anybody looks at them.
            if !organisation.allowsPasswords { throw .passwordsDisabled }
            guard mailbox.password == password else { throw .wrongPassword }
            if organisation.hasSecurityDefaults { throw .securityDefaults }
        case .token(_, let token):
            let grant = try grant(token, .exchange, in: organisation, now)
            submitter.lacksFullAccess = try !opens(grant, mailbox)
        }
        switch mailbox.smtpSignIn {
        case .enabled: break
        case .disabled: throw .smtpDisabledForMailbox
        case .inherit: if organisation.isSMTPSignInDisabled { throw .smtpDisabledForTenant }
        }
        return submitter
    }

    /// Whether a token that lets in also opens the mailbox.
    ///
    /// - Throws: ``Refusal/tokenRefused`` when it does not let in.
    private func opens(
        _ grant: AccessGrant,
        _ mailbox: Rehearsal.Mailbox
    ) throws(Refusal) -> Bool {
        if let user = grant.user {
            let person = rehearsal.mailbox(user)
            guard grant.scopes.contains("SMTP.Send"),
                person?.maySend(as: mailbox.address) == true
            else { throw .tokenRefused }
            return true
        }
        guard let rights = rehearsal.application(grant.clientID)?.rights else {
            throw .tokenRefused
        }
        // With the role in the token Exchange Online looks for FullAccess, whatever RBAC says.
        if grant.roles.contains("SMTP.SendAsApp") {
            return rights.fullAccess.contains(mailbox.address)
        }
        guard rights.smtpScope.contains(mailbox.address) else { throw .tokenRefused }
        return true
    }

    private func signInToHighVolume(
        _ credentials: SandboxCredentials,
        _ now: SandboxTime
    ) throws(Refusal) -> Submitter {
        let account = rehearsal.highVolumeAccount(credentials.mailbox)
        let organisation = account.flatMap { rehearsal.organisation(of: $0.address) }
        switch credentials {
        case .password(_, let password):
            guard let account, account.password == password else { throw .wrongPassword }
            return Submitter(kind: .highVolume, name: account.address)
        case .token(_, let token):
            guard let account, let organisation else { throw .tokenRefused }
            let grant = try grant(token, .exchange, in: organisation, now)
            let applications = account.allowedApplications.compactMap { rehearsal.application($0) }
            guard grant.roles.contains("Mail.Send"),
                applications.contains(where: { $0.clientID == grant.clientID })
            else { throw .tokenRefused }
            let rest = grant.expiresAt.milliseconds - now.milliseconds
            guard .milliseconds(rest) >= rehearsal.limits.highVolumeTokenRest else {
                throw .tokenExpiresSoon
            }
            return Submitter(kind: .highVolume, name: account.address)
        }
    }

    private func signInToResource(
        _ credentials: SandboxCredentials,
        _ now: SandboxTime
    ) throws(Refusal) -> Submitter {
        guard let resource = rehearsal.emailResource(userName: credentials.mailbox),
            let application = rehearsal.application(resource.application),
            let organisation = rehearsal.organisation(named: resource.tenant),
            application.isEnabled
        else { throw .tokenRefused }
        switch credentials {
        case .password(_, let password):
            guard application.clientSecrets.contains(password) else { throw .tokenRefused }
        case .token(_, let token):
            let grant = try grant(token, .communication, in: organisation, now)
            guard grant.clientID == application.clientID else { throw .tokenRefused }
        }
        return Submitter(kind: .resource, name: resource.name)
    }

    /// What a token grants to an organisation's accounts.
    private func grant(
        _ token: String,
        _ audience: AccessGrant.Audience,
        in organisation: Rehearsal.Organisation,
        _ now: SandboxTime
    ) throws(Refusal) -> AccessGrant {
        guard let grant = grant(of: token, at: now), grant.audience == audience,
            grant.tenantID == organisation.id
        else { throw .tokenRefused }
        return grant
    }
}

extension Rehearsal {
    /// The resource of Azure Communication Services with a user name, in either form.
    package func emailResource(userName: String) -> EmailResource? {
        let userName = userName.lowercased()
        return emailResources.first { resource in
            if resource.userNames.contains(userName) { return true }
            guard let application = application(resource.application),
                let organisation = organisation(named: resource.tenant)
            else { return false }
            let parts = [resource.name.lowercased(), application.clientID, organisation.id]
            return [".", "|"].contains { userName == parts.joined(separator: $0) }
        }
    }
}
