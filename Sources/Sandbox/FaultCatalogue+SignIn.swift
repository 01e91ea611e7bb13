extension FaultCatalogue {
    /// Sign-in: the texts of the reply catalogue's section of that name.
    static let signIn: [Entry] = [
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
                + " Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
            variant: "tenant"
        ),
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
                + " Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
            variant: "mailbox"
        ),
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, basic authentication is disabled.",
            variant: "basic"
        ),
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, the user credentials were incorrect."
        ),
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, user is locked by your organization's security"
                + " defaults policy. Contact your administrator.",
            variant: "locked"
        ),
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, the request did not meet the criteria to be"
                + " authenticated successfully. Contact your administrator.",
            variant: "criteria"
        ),
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, federated STS service was unreachable.",
            variant: "sts"
        ),
        Entry(
            535,
            "5.7.139",
            "Authentication unsuccessful, the federated STS URL does not support HTTPS.",
            variant: "https"
        ),
        Entry(
            535,
            "5.7.3",
            "Authentication unsuccessful"
        ),
        Entry(
            501,
            "5.5.127",
            "Invalid XOAUTH2 auth data - Token will expire soon"
        ),
        Entry(
            501,
            "5.5.124",
            "Invalid XOAUTH2 auth data"
        ),
        Entry(
            550,
            "5.7.30",
            "Basic authentication is not supported for Client Submission."
        ),
        Entry(
            454,
            "4.7.0",
            "Temporary authentication failure"
        ),
        Entry(
            504,
            "5.7.4",
            "Unrecognized authentication type"
        ),
        Entry(
            530,
            "5.7.57",
            "Client not authenticated to send mail."
        ),
        Entry(
            550,
            "5.7.1",
            "Client was not authenticated",
            variant: "client"
        ),
        Entry(
            550,
            "5.7.57",
            "SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
            row: "550-5.7.1-client"
        ),
        Entry(
            534,
            "5.7.9",
            "Authentication mechanism is too weak"
        ),
        Entry(
            538,
            "5.7.11",
            "Encryption required for requested authentication mechanism"
        ),
        Entry(
            432,
            "4.7.12",
            "A password transition is needed"
        ),
        Entry(
            535,
            "5.7.8",
            "Error: authentication failed"
        ),
    ]
}
