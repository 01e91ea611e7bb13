/// The settings of a pickup whose files are documents.
enum DocumentDeclarations {
    private static let places = """
        What stands in braces is filled in: `{name}` the file, `{stem}` the file without its ending, \
        `{date}` and `{time}` of its arrival, `{pickup}`, `{subfolder}` the folder below the drop \
        folder, `{count}` how many files. `{{` is a brace.
        """

    static let to = SettingDeclaration(
        .mailboxes,
        .phrase("must be given with documents"),
        "Who gets the messages that are made of documents.",
        remark: """
            `to = ["{subfolder}"]` sends each file to the address its folder is named like; it \
            needs `recursive = true`, and `allow_to`, since whoever may create a folder chooses \
            the recipient. A folder that is no address is refused, never guessed at.
            """,
        example: #"to = ["office@contoso.com"]"#
    )

    static let cc = SettingDeclaration(
        .mailboxes,
        .phrase("nobody"),
        "Who gets a copy of the messages that are made of documents.",
        remark: "As for `to`.",
        example: #"cc = ["archive@contoso.com"]"#
    )

    static let subject = SettingDeclaration(
        .template,
        .value("{name}"),
        "The subject of the messages that are made of documents.",
        remark: places,
        example: #"subject = "Scan {stem} of {date}, {time}""#
    )

    static let body = SettingDeclaration(
        .template,
        .phrase("the files by themselves"),
        "The text of the messages that are made of documents.",
        remark: "The places of `subject` are filled in here too.",
        example: #"body = "{count} file(s) from the scanner on the 2nd floor.""#
    )

    static let types = SettingDeclaration(
        .documentTypes,
        .phrase("all but `txt`, `csv` and `xml`"),
        "Which documents are sent.",
        remark: """
            A file of another type goes to `failed/`, and so does one whose content is not what its \
            ending says: a `.pdf` that is a program. Archives are never unpacked. Text has nothing \
            to be recognised by, so it is taken only where it is named here.
            """,
        example: #"types = ["pdf", "tiff", "jpeg"]"#
    )

    static let bundle = SettingDeclaration(
        .duration(.seconds(1) ... .seconds(3600)),
        .phrase("each file is a message of its own"),
        "How long after a file the next one may come to be in the same message.",
        remark: """
            For scanners that save one file for each page: the message is sent when no further file \
            has come into the same folder for so long. It holds up to 250 files. A second file of \
            the same name begins the next message. Drop folder and spool must lie on one file system.
            """,
        example: #"bundle = "10 s""#
    )

    static let timezone = SettingDeclaration(
        .timeZone,
        .phrase("the time zone of this system"),
        "The time zone of `{date}` and `{time}`.",
        remark: "The names are those of `/usr/share/zoneinfo`.",
        example: #"timezone = "Europe/Berlin""#
    )
}
