internal import MailMessage

/// What the keys about a pickup's messages are.
enum PickupMessageDeclarations {}

/// Who sends and who receives.
extension PickupMessageDeclarations {
    static let envelope = SettingDeclaration(
        .choice(EnvelopeRules.Origin.self),
        .value("auto"),
        "Where sender and recipients stand in a file.",
        remark: """
            `"auto"` takes X-Sender and X-Receiver where they stand above every other field, else \
            From, Sender, To, Cc and Bcc. `"headers"` never looks at X-Sender and X-Receiver; \
            `"replay"` refuses a file that does not begin with them.
            """,
        example: #"envelope = "headers""#
    )

    static let resent = SettingDeclaration(
        .choice(EnvelopeRules.Resent.self),
        .value("ignore"),
        "Whether the topmost block of Resent- fields says who sends and who receives.",
        remark: "Messages without Resent-To, Resent-Cc and Resent-Bcc are sent as ever.",
        example: #"resent = "use""#
    )

    static let from = SettingDeclaration(
        .sender,
        .phrase("`\"keep\"`; must be given with documents"),
        "Whether From of a message stays, or `default_from` takes its place; who sends documents.",
        remark: """
            Documents need an address here, with or without a name: `"Scanner <scanner@contoso.com>"`. \
            With `"replace"` the old From becomes Reply-To, unless the message has one; `default_from` \
            sends every message. A DKIM signature over From does not survive that.
            """,
        example: #"from = "replace""#
    )

    static let defaultFrom = SettingDeclaration(
        .address,
        .phrase("a message without sender is refused"),
        "The sender of messages that name none.",
        example: #"default_from = "erp@contoso.com""#
    )

    static let defaultTo = SettingDeclaration(
        .addresses,
        .phrase("a message without recipient is refused"),
        "The recipients of messages that name none.",
        example: #"default_to = ["office@contoso.com"]"#
    )

    static let defaultDomain = SettingDeclaration(
        .domain,
        .phrase("an address without domain is refused"),
        "The domain of addresses without one: `bob` becomes `bob@contoso.com`.",
        remark: """
            The header is completed too. `Doe, Bob <bob@contoso.com>` is still refused: it is one \
            person whose name lacks its quotation marks.
            """,
        example: #"default_domain = "contoso.com""#
    )

    static let alwaysBcc = SettingDeclaration(
        .addresses,
        .phrase("nobody"),
        "Who gets every message besides its own recipients.",
        example: #"always_bcc = "archive@contoso.com""#
    )

    static let redirectTo = SettingDeclaration(
        .address,
        .phrase("messages go to their recipients"),
        "Who gets every message in place of its recipients, for a rehearsal.",
        remark: "The header field X-Postchute-Envelope tells who would have got it.",
        example: #"redirect_to = "tester@contoso.com""#
    )

    static let allowFrom = SettingDeclaration(
        .patterns,
        .phrase("everybody"),
        "Who may send: addresses, domains, or `*.domain` for all names below one.",
        remark: """
            Checks the envelope's sender, From, Sender, Resent-From and Resent-Sender. A message of \
            anybody else goes to `failed/`. It must be given where a route is `"connector"` or \
            `"direct-send"`: Microsoft does not look at the sender there.
            """,
        example: #"allow_from = ["erp@contoso.com", "shop.contoso.com"]"#
    )

    static let allowTo = SettingDeclaration(
        .patterns,
        .phrase("everybody"),
        "Who may receive: addresses, domains, or `*.domain` for all names below one.",
        remark:
            "One other recipient, and the message goes to `failed/` without being sent to anybody.",
        example: #"allow_to = ["contoso.com", "*.contoso.com"]"#
    )
}

/// What may be in a file, and what is repaired.
extension PickupMessageDeclarations {
    static let noRepair = SettingDeclaration(
        .words(Repair.allCases.filter(\.canBeSwitchedOff).map(\.rawValue)),
        .phrase("everything is repaired"),
        "Repairs that are not made.",
        remark: """
            A message that cannot be sent without one goes to `failed/` and the reason names it. \
            Without `date`, `message-id`, `mime-version`, `content-type`, `header-text` or `header-fold` \
            it goes out as it is. [messages.md](messages.md) says what each one does.
            """,
        example: #"no_repair = ["utf-16", "long-lines"]"#
    )

    static let charset = SettingDeclaration(
        .choice(Charsets.names),
        .value("windows-1252"),
        "What header text and bodies outside ASCII are written in when they are not UTF-8.",
        example: #"charset = "iso-8859-2""#
    )

    static let dotStuffed = SettingDeclaration(
        .flag,
        .value(false),
        "Whether lines that begin with a dot have one too many, as writers of old .NET leave them.",
        remark: """
            .NET Framework and .NET Core before 3.0 write so, and the SMTP service of IIS expected it. \
            A line with nothing but a dot ends the message.
            """,
        example: "dot_stuffed = true"
    )

    static let maxSize = SettingDeclaration(
        .size(1024...1_073_741_824),
        .value("35 MB"),
        "The largest message, counted as it goes out.",
        remark: "35 MB is what a mailbox may send by default; Exchange Online allows up to 150 MB.",
        example: #"max_size = "150 MB""#
    )
}

/// The character sets that a file without a label can be in: those of one octet a letter, whose text
/// can be cut anywhere.
enum Charsets {
    static let names =
        (1250...1258).map { "windows-\($0)" }
        + (1...16).filter { $0 != 12 }.map { "iso-8859-\($0)" }
        + ["koi8-r", "koi8-u", "ibm437", "ibm850", "ibm852", "macintosh"]
}
