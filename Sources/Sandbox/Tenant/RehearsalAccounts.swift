extension Rehearsal {
    /// Something that submits: a person's, a shared or a robot's mailbox.
    package struct Mailbox: Hashable, Sendable {
        /// `Set-CASMailbox -SmtpClientAuthenticationDisabled`.
        package enum SMTPSignIn: String, Hashable, Sendable, CaseIterable {
            /// As the organisation says.
            case inherit
            case enabled
            case disabled
        }

        /// The primary address.
        package var address: String
        /// Further addresses of its own.
        package var aliases: [String] = []
        /// `nil` when nobody can sign in with a password.
        package var password: String?
        package var smtpSignIn = SMTPSignIn.inherit
        /// Whether it has a paid licence, for the limit of external recipients.
        package var isLicensed = true
        /// The largest message it may send, in octets; `nil` for that of the limits.
        package var maximumOctets: Int?
        /// The most recipients of one message; `nil` for that of the limits.
        package var maximumRecipients: Int?
        /// Addresses it may also send as (`Add-RecipientPermission … SendAs`).
        package var sendAs: [String] = []
        /// Whether its quota is used up, so that nothing can be put into Sent Items.
        package var isFull = false

        /// Creates a mailbox nobody can sign in to with a password.
        package init(address: String) {
            self.address = address.lowercased()
        }

        /// Its address and its aliases.
        package var addresses: [String] { [address] + aliases }

        /// Whether an address is its own, or one it has the right to send as.
        package func maySend(as sender: String) -> Bool {
            let sender = sender.lowercased()
            return addresses.contains(sender) || sendAs.contains(sender)
        }
    }

    /// An account for High Volume Email (`New-MailUser -HVEAccount`).
    package struct HighVolumeAccount: Hashable, Sendable {
        package var address: String
        /// `nil` when nobody can sign in with a password.
        package var password: String?
        /// Applications that may sign in as it, by name or client id (`Add-HVEAppAccess`).
        package var allowedApplications: [String] = []

        /// Creates an account nobody can sign in to.
        package init(address: String) {
            self.address = address.lowercased()
        }
    }

    /// A resource of Azure Communication Services that sends mail.
    package struct EmailResource: Hashable, Sendable {
        /// The resource's name, which begins the composite user name.
        package var name: String
        /// The name of its organisation.
        package var tenant: String
        /// The application that may use it, by name or client id.
        package var application: String
        /// SMTP user names of its own, in lowercase.
        package var userNames: [String] = []
        /// The addresses it may send from.
        package var senders: [String] = []

        /// Creates a resource that may send from nowhere.
        package init(name: String, tenant: String, application: String) {
            self.name = name
            self.tenant = tenant
            self.application = application
        }
    }
}
