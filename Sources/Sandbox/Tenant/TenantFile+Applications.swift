internal import Settings

extension TenantFile {
    mutating func readApplication(_ reader: TenantTableReader<ApplicationKey>) {
        let clientID = reader.require(.clientID, TenantSyntax.guid) ?? ""
        if !clientID.isEmpty, let other = rehearsal.application(clientID) {
            reader.complain(.clientID, "is the client id of \(quoted(other.name)) as well.")
        }
        var application = Rehearsal.Application(
            name: reader.name,
            tenant: tenant(reader, .tenant),
            clientID: clientID
        )
        readCredentials(&application, reader)
        reader.read(.enabled, ValueSyntax.flag).map { application.isEnabled = $0 }
        reader.read(.consented, ValueSyntax.flag).map { application.isConsented = $0 }
        application.rights = rights(reader)
        rehearsal.applications.append(application)
    }

    private func readCredentials(
        _ application: inout Rehearsal.Application,
        _ reader: TenantTableReader<ApplicationKey>
    ) {
        application.clientSecrets = reader.list(.clientSecrets)
        application.expiredClientSecrets = reader.list(.expiredClientSecrets)
        application.certificates = reader.list(.certificates).map {
            $0.hasPrefix("/") ? $0 : folder + $0
        }
        application.thumbprints = reader.list(.thumbprints, TenantSyntax.digest)
        application.managedIdentity = reader.read(.managedIdentity, ValueSyntax.text)
        let issuer = reader.read(.federatedIssuer, ValueSyntax.text)
        application.federation = reader.read(.federatedSubject, ValueSyntax.text).map {
            Rehearsal.Federation(issuer: issuer, subject: $0)
        }
        if issuer != nil, !reader.has(.federatedSubject) {
            reader.complain(.federatedIssuer, "does nothing without federated_subject.")
        }
        application.deviceLogin = reader.read(.deviceLogin, mailbox)
    }

    private func rights(_ reader: TenantTableReader<ApplicationKey>) -> Rehearsal.Rights {
        var rights = Rehearsal.Rights()
        reader.read(.smtpSendAsApp, ValueSyntax.flag).map { rights.smtpSendAsApp = $0 }
        rights.fullAccess = reader.list(.fullAccess, mailbox)
        rights.smtpScope = reader.list(.smtpScope, mailbox)
        reader.read(.hveMailSend, ValueSyntax.flag).map { rights.highVolumeMailSend = $0 }
        reader.read(.mailSend, ValueSyntax.flag).map { rights.mailSend = $0 }
        reader.read(.mailReadWrite, ValueSyntax.flag).map { rights.mailReadWrite = $0 }
        rights.mailSendScope = reader.list(.mailSendScope, mailbox)
        rights.mailReadWriteScope = reader.list(.mailReadWriteScope, mailbox)
        return rights
    }

    /// The primary address of a mailbox of the file.
    private func mailbox(_ content: TomlContent) throws(Objection) -> String {
        let address = try TenantSyntax.address(content)
        guard let mailbox = rehearsal.mailbox(address) else {
            throw Objection(
                "\(quoted(address)) is not a mailbox of this file.",
                Suggestion.sentence(for: address, among: rehearsal.mailboxes.map(\.address)) ?? ""
            )
        }
        return mailbox.address
    }
}
