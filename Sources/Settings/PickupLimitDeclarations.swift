/// What a pickup may use of its routes' accounts.
extension PickupDeclarations {
    static let maxPerHour = SettingDeclaration(
        .count(1...1_000_000_000),
        .phrase("what the accounts of its routes allow"),
        "The most messages of this pickup in any hour.",
        remark: """
            So that one writer that runs wild cannot spend everybody's day. What is above waits in \
            `queue/`; the count survives a restart.
            """,
        example: "max_per_hour = 500"
    )

    static let maxRecipientsPerDay = SettingDeclaration(
        .count(1...1_000_000_000),
        .phrase("what the accounts of its routes allow"),
        "The most recipients of this pickup's messages in any 24 hours.",
        remark: "As for `max_per_hour`.",
        example: "max_recipients_per_day = 5000"
    )

    static let priority = SettingDeclaration(
        .choice(PickupPriority.self),
        .value("normal"),
        "Whose messages go first when several pickups wait for one account.",
        remark: """
            Messages of a higher priority go first, but not only they: nobody waits for ever. A \
            pickup for alarms is `"high"`, one for newsletters `"low"`.
            """,
        example: #"priority = "high""#
    )

    static let uncertainRoute = SettingDeclaration(
        .choice(UncertainRoute.self),
        .value("same"),
        "Which route a message may take after it was uncertain whether the server took it.",
        remark: """
            The second copy of a message that comes by the same route is dropped by Exchange for \
            recipients with a mailbox there; by another route it may not be. `"any"` lets the next \
            route of the list serve.
            """,
        example: #"uncertain_route = "any""#
    )
}
