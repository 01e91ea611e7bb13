package import Submission

extension VerifyStep {
    /// Nobody said which mailbox must be refused.
    package static let outOfScopeNotNamed = VerifyStep(
        .outOfScope,
        .skipped,
        "Not tried: name a mailbox that the application must not use with --out-of-scope ADDRESS."
    )

    /// The application reaches a mailbox that it must not reach.
    package static func reachesTooFar(_ mailbox: String) -> VerifyStep {
        VerifyStep(
            .outOfScope,
            .failed(
                advice: "Limit the application to its mailboxes with RBAC for Applications"
                    + " (New-ManagementScope, New-ManagementRoleAssignment), and remove permissions"
                    + " given in Microsoft Entra: they reach every mailbox.",
                .configuration
            ),
            "The application can sign in as \(mailbox), too: its rights reach beyond the mailboxes"
                + " it is for."
        )
    }

    /// The application may not use a mailbox, as is right; quotes what was answered.
    package static func staysWithinScope(_ mailbox: String, _ refusal: ServiceRefusal) -> VerifyStep
    {
        VerifyStep(
            .outOfScope,
            .passed,
            "Graph does not let the application send as \(mailbox): \(refusal.summary)".asSentence
        )
    }
}
