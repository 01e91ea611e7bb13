internal import Delivery

/// Recipients as one column keeps them: a line for each, with a line for its reply below.
///
/// A line is a sign for the outcome and the address, so that an address can be searched for from its
/// `@` to the end of the line; a reply's line begins with a tab.
enum RecipientText {
    private static let signs: [(MessageEvent.Recipient.Outcome, Character)] = [
        (.pending, "?"), (.accepted, "+"), (.refused, "-"),
    ]

    /// The recipients as text.
    static func encode(_ recipients: [MessageEvent.Recipient]) -> String {
        var text = ""
        for recipient in recipients {
            text.append(signs.first { $0.0 == recipient.outcome }?.1 ?? "?")
            text += oneLine(recipient.address) + "\n"
            if let reply = recipient.reply { text += "\t\(oneLine(reply))\n" }
        }
        return text
    }

    /// The recipients of a text; lines that are none are passed over.
    static func decode(_ text: String) -> [MessageEvent.Recipient] {
        var recipients: [MessageEvent.Recipient] = []
        for line in text.split(separator: "\n") {
            if line.first == "\t" {
                if !recipients.isEmpty {
                    recipients[recipients.count - 1].reply = String(line.dropFirst())
                }
            } else if let outcome = signs.first(where: { $0.1 == line.first })?.0 {
                recipients.append(.init(String(line.dropFirst()), outcome))
            }
        }
        return recipients
    }

    /// The text without what separates lines; scalar by scalar, since CR LF is one character.
    static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { line.append(scalar.value < 0x20 ? " " : scalar) }
        return String(line)
    }
}
