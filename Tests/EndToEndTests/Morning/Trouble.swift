/// Something an operator finds in the morning, in the words in which every place tells it.
struct Trouble: Sendable {
    /// The condition and what it is about.
    let key: String
    let severity: String
    /// What the sentence begins with, and what it ends with where something changes between.
    let sentence: String
    var end = ""
    let advice: String
    /// Whether it happened, and does not last.
    var isIncident = false

    /// Whether a sentence is the one.
    func isTold(by told: String) -> Bool { told.hasPrefix(sentence) && told.hasSuffix(end) }

    /// A night's trouble, with the disk of `scans` at a path.
    static func all(disk: String) -> [Trouble] {
        [secret, failed, duplicate, rate] + [
            Trouble(
                key: "disk-low/\(disk)",
                severity: "critical",
                sentence: "Spool of scans: The disk of \(disk) has only ",
                end: " of 3072 KB free; nothing is submitted until there is more.",
                advice: makeRoom
            ),
            Trouble(
                key: "pickup-suspended/scans",
                severity: "critical",
                sentence: "Pickup scans is suspended: The disk of \(disk) has only ",
                end: " of 3072 KB free; nothing is submitted until there is more.",
                advice: makeRoom
            ),
        ]
    }

    static let secret = Trouble(
        key: "route-suspended/lab",
        severity: "critical",
        sentence:
            "Route lab is suspended: The sign-in of identity 'contoso' was refused: the client"
            + " secret has expired (AADSTS7000222, trace ",
        end: "Z).",
        advice:
            "\(newSecret) Messages wait meanwhile, and nothing is lost. To have Postchute look at"
            + " once: postchute resume --route lab"
    )
    static let newSecret =
        "Make a new secret in the app registration, put its Value into client_secret_file, and set"
        + " client_secret_expires."

    static let failed = Trouble(
        key: "message-failed/orders",
        severity: "critical",
        sentence: "3 messages of pickup orders failed.",
        advice: "Read the .txt file beside each message in failed/ and put right what it says; then"
            + " move the message back to the drop folder, or run postchute retry with its id.",
        isIncident: true
    )

    static let duplicate = Trouble(
        key: "possible-duplicate/orders",
        severity: "warning",
        sentence: "1 message of pickup orders may have been sent, and nobody knows: a possible"
            + " duplicate.",
        advice: "Postchute sends it once more after 15 minutes, with the same Message-ID, unless"
            + " when_uncertain says to set it aside. If a second copy would do harm, run postchute hold"
            + " with its id before that, and ask a recipient or look for its Message-ID (postchute"
            + " show) in the message trace. Then run postchute remove if it arrived, postchute release"
            + " if not.",
        isIncident: true
    )

    static let rate = Trouble(
        key: "pickup-rate/batch",
        severity: "warning",
        sentence: "Pickup batch has used up its limit of 5 messages in an hour; the rest waits.",
        advice: setAside
    )
    static let setAside =
        "Find out why the program writes so many messages. If they should not go, stop it and set"
        + " them aside: postchute hold --all --pickup batch. If they should, raise max_per_hour or"
        + " max_recipients_per_day of the pickup and reload."

    static let makeRoom =
        "Make room: remove what is old in sent/ and failed/, or enlarge the file system. Mail goes on"
        + " by itself then."
}
