internal import Submission

extension SignInErrors {
    /// The table as `docs/sign-in-errors.md` has it; a test compares the two.
    package static func renderCatalogue() -> String {
        introduction
            + "| Error | What happened | Class | What to do |\n|---|---|---|---|\n"
            + rows.map { cells($0) + "\n" }.joined()
    }

    private static let introduction = """
        # Errors of the sign-in and what to do

        Made from the table in `Sources/AccessTokens/SignInErrors+Rows.swift`; do not edit by hand.

        Microsoft's sign-in answers with a number such as `AADSTS7000222`. The log and the reason of a
        suspended route quote it together with the trace and correlation ids that Microsoft's support
        asks for. While a sign-in is refused mail stays queued, and the waiting does not count towards
        giving up. What is *temporary* is tried again by itself after one second, then after twice as
        long each time up to five minutes; the rest when the route is probed; what is marked *on settings change* only
        when the settings change or `postchute resume` is called, because repeated sign-ins lock accounts.


        """

    private static func cells(_ row: SignInErrorRow) -> String {
        let names = row.codes.map { "AADSTS\($0)" } + (row.error.isEmpty ? [] : ["`\(row.error)`"])
        let probing = row.probing == .onSettingsChange ? ", on settings change" : ""
        return "| \(names.joined(separator: ", ")) | \(capitalised(row.meaning)) "
            + "| \(row.category.rawValue)\(probing) | \(row.advice) |"
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}
