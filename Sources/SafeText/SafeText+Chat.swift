// Mark-up of chats: a name or a reply must not make a link, a mention or a format.
extension SafeText {
    /// Returns the text as one line for a message of Slack, where `<…>` is a link or a mention.
    ///
    /// Slack has no escape for `*`, `_` and `~`: the message has to say `"mrkdwn": false`.
    package static func slack(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in line(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Returns the text as one line for a text run of an adaptive card.
    ///
    /// Text runs have no mark-up, and `{{DATE(…)}}` and `${…}` are functions of some clients only:
    /// they are broken in two.
    package static func card(_ text: some StringProtocol) -> String {
        var result = ""
        var last: Unicode.Scalar = " "
        for scalar in line(text).unicodeScalars {
            if scalar == "{", last == "{" || last == "$" { result += " " }
            result.unicodeScalars.append(scalar)
            last = scalar
        }
        return result
    }
}
