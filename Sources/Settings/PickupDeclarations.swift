/// What each key of `[pickup.NAME]` is.
enum PickupDeclarations {}

/// Where files come from and go to.
extension PickupDeclarations {
    static let path = SettingDeclaration(
        .folder,
        .required,
        "The drop folder: where other programs put their messages.",
        remark: """
            It may be missing when the daemon starts, as a network mount may be: the pickup \
            waits for it and says so.
            """,
        example: #"path = "/srv/drop/erp""#
    )

    static let route = SettingDeclaration(
        .routes,
        .required,
        "The route that sends the messages, or several in order of preference.",
        remark: """
            A later route serves while an earlier one is suspended for connection, sign-in \
            or configuration, not while it is only at its rate.
            """,
        example: #"route = ["m365", "backup"]"#
    )

    static let spool = SettingDeclaration(
        .folder,
        .phrase("the drop folder itself"),
        "The folder that holds `queue/`, `sent/`, `failed/`, `held/` and `state/`.",
        remark: """
            On another file system than the drop folder every claim becomes a copy. Two \
            pickups never share a spool.
            """,
        example: #"spool = "/var/spool/postchute/erp""#
    )

    static let kind = SettingDeclaration(
        .choice(PickupKind.self),
        .value("messages"),
        "What the files are: complete messages, `*.eml`, or documents that become messages.",
        remark: """
            Documents are what scanners save: every file but those whose name begins with a dot or \
            `~` or ends in `.tmp`, `.part`, `.filepart` or `.crdownload`. They need `from` and `to`.
            """,
        example: #"kind = "documents""#
    )

    static let recursive = SettingDeclaration(
        .flag,
        .value(false),
        "Whether subfolders of the drop folder are watched too.",
        remark: "The folders of the spool are always left out.",
        example: "recursive = true"
    )
}

/// When a file is claimed.
extension PickupDeclarations {
    static let ready = SettingDeclaration(
        .readiness,
        .value("closed"),
        """
        When a file counts as complete: nobody has it open for writing, it has its final \
        name, or a marker file stands beside it.
        """,
        remark: """
            `"renamed"` takes every file with a final name at once, so the writer must use another name \
            until it is done. `"marker:.ok"` waits for `invoice.eml.ok` or \
            `invoice.ok` beside `invoice.eml` and removes it after the claim.
            """,
        example: #"ready = "marker:.ok""#
    )

    static let settle = SettingDeclaration(
        .duration(.zero ... .seconds(600)),
        .value("1 s"),
        "How long a file written in place must be unchanged before it is claimed.",
        remark: """
            Counts only on local file systems with `ready = "closed"`; a file that arrives by \
            rename or link is taken at once.
            """,
        example: #"settle = "3 s""#
    )

    static let quiet = SettingDeclaration(
        .duration(.milliseconds(100) ... .seconds(3600)),
        .value("10 s"),
        "How long a file on a network mount must be unchanged before it is claimed.",
        remark: """
            Takes the place of `settle` wherever Linux cannot say whether somebody still \
            has the file open.
            """,
        example: #"quiet = "30 s""#
    )

    static let patience = SettingDeclaration(
        .duration(.zero ... .seconds(86_400)),
        .value("30 s"),
        "How long a message that looks cut off may wait for its missing end.",
        remark: "Afterwards `truncated` decides.",
        example: #"patience = "5 min""#
    )

    static let truncated = SettingDeclaration(
        .choice(TruncatedPolicy.self),
        .value("hold"),
        "What becomes of a message that still looks cut off: set aside in `held/`, or sent.",
        remark: """
            Cut off means a header without the empty line after it, or a multipart without \
            its closing boundary; of a document, that what its type ends with is missing.
            """,
        example: #"truncated = "send""#
    )
}

/// Who may do what.
extension PickupDeclarations {
    static let writers = SettingDeclaration(
        .choice(WriterTrust.self),
        .value("untrusted"),
        "Whether the writers could be attackers.",
        remark: """
            With `"untrusted"` a drop folder others can write to must belong to the daemon \
            and be sticky (mode 3770); anything else is refused with the cure. `"trusted"` \
            is for network mounts, whose owners and modes are made up.
            """,
        example: #"writers = "trusted""#
    )

    static let operators = SettingDeclaration(
        .word,
        .phrase("only the daemon's own user"),
        "The group whose members may read the spool and move files in it.",
        example: #"operators = "postchute-operators""#
    )
}

/// What becomes of a message.
extension PickupDeclarations {
    static let whenUncertain = SettingDeclaration(
        .choice(UncertainPolicy.self),
        .value("retry"),
        "What becomes of a message when it is unknown whether the server took it.",
        remark: """
            `"retry"` sends it once more after 15 minutes: a possible duplicate, logged as \
            such; a second uncertainty holds it. `"hold"` sets it aside at once.
            """,
        example: #"when_uncertain = "hold""#
    )

    static let giveUpAfter = SettingDeclaration(
        .duration(.seconds(1) ... .seconds(2_592_000)),
        .phrase("that of the route"),
        "How long a message of this pickup is tried before it goes to `failed/`.",
        remark: "Time during which it is paused, or its route suspended or paused, does not count.",
        example: #"give_up_after = "4 h""#
    )

    static let feedback = SettingDeclaration(
        .folder,
        .phrase("nobody is told"),
        "The folder in which writers read which of their messages were refused, and why.",
        remark: """
            One text for each message that went to `failed/` or was set aside as cut off, with \
            nothing of the message in it. The folder must exist, belong to the daemon and be \
            closed to other writers (mode 2750, group of the readers), outside all drop folders \
            and spools. Texts older than 30 days and the oldest of more than 1000 are removed.
            """,
        example: #"feedback = "/srv/drop/erp-feedback""#
    )
}
