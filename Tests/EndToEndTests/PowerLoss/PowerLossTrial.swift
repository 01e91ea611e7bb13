import Glibc
import TestSupport

/// The run that is recorded: which messages, and what the server makes of them.
struct PowerLossTrial: Sendable {
    /// The messages, with `width` of the ordinary ones.
    let messages: [TrialMessage]

    /// Creates a trial.
    init(width: Int) {
        let ordinary = (1...width).flatMap { number in
            [
                TrialMessage("n\(number)"), TrialMessage("c\(number)", .careful),
                TrialMessage("f\(number)", .far),
            ]
        }
        let long = String(repeating: "x", count: 240)
        let line = String(repeating: "y", count: 75) + "\n"
        let special = TrialPickup.allCases.flatMap { pickup in
            let tag = pickup.rawValue.prefix(1)
            return [
                TrialMessage("deferred\(tag)", pickup),
                TrialMessage("refused\(tag)", pickup),
                TrialMessage("parts\(tag)", pickup, header: Self.parts("parts\(tag)")),
                TrialMessage("mixed\(tag)", pickup, header: Self.mixed("mixed\(tag)")),
                TrialMessage("later\(tag)", pickup, header: Self.later("later\(tag)")),
                TrialMessage("unknown\(tag)", pickup),
                TrialMessage("long\(tag)", pickup, name: "long\(tag)-\(long).eml"),
                TrialMessage(
                    "large\(tag)",
                    pickup,
                    body: String(repeating: line, count: 1000)
                ),
                TrialMessage("nobody\(tag)", pickup, header: "To: b@example.org\n"),
                TrialMessage("open\(tag)", pickup, header: Self.unfinished("open\(tag)")),
            ]
        }
        messages = ordinary + special
    }

    private static func parts(_ key: String) -> String {
        "From: \(key)@example.com\nTo: b@example.org, c@example.org, d@example.org\n"
    }

    private static func mixed(_ key: String) -> String {
        "From: \(key)@example.com\nTo: b@example.org, 550-5.1.10@fault.test\n"
    }

    /// A message one of whose recipients has to wait.
    private static func later(_ key: String) -> String {
        "From: \(key)@example.com\nTo: b@example.org, once.rcpt.451-4.7.0@fault.test\n"
    }

    /// A message whose last boundary has not been written.
    private static func unfinished(_ key: String) -> String {
        "From: \(key)@example.com\nTo: b@example.org\nMIME-Version: 1.0\n"
            + "Content-Type: multipart/mixed; boundary=edge\n"
    }

    /// What the server makes of them.
    static let script = """
        at dot from deferred*@example.com reply "451 4.7.0 Temporary server error." times 3
        at dot from refused*@example.com reply "554 5.6.0 Corrupt message content"
        at dot from unknown*@example.com close times 3
        at dot delay 2ms
        """

    /// The settings of the recording; `{disk}` is a folder on another file system.
    static func tables(disk: String) -> String {
        """
        [pickup.near]
        path = '{root}/near'
        route = 'lab'
        settle = '100ms'
        patience = '1s'

        [pickup.careful]
        path = '{root}/careful'
        route = 'lab'
        settle = '100ms'
        patience = '1s'
        when_uncertain = 'hold'

        [pickup.far]
        path = '{root}/far'
        spool = '\(disk)/spool'
        route = 'lab'
        settle = '100ms'
        patience = '1s'
        """
    }
}
