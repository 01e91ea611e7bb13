internal import Delivery
package import SafeText
internal import Spool

/// A message as it lies in a folder, for a page.
package struct ListedMessage: Hashable, Sendable {
    /// The id, or the file's name where it has none yet; made safe to show.
    package var name: String
    package var hasID: Bool
    package var pickup: String
    /// The folder as commands name it.
    package var folder: String
    package var file: String
    /// When it was claimed, or last written where it has no id yet; microseconds since 1970.
    package var since: Int64?
    package var happened: String?
}

extension ListedMessage {
    /// The message without anybody's address in it.
    package func masked(by mask: PrivacyMask) -> ListedMessage {
        var message = self
        (message.name, message.file) = (mask.text(name), mask.text(file))
        message.happened = happened.map(mask.text)
        return message
    }
}

extension MessageList {
    /// The messages, those of each folder latest first.
    package var listed: [ListedMessage] {
        rows.map { row in
            ListedMessage(
                name: row.entry.id?.text ?? row.entry.fileName.display,
                hasID: row.entry.id != nil,
                pickup: row.pickup,
                folder: row.entry.place.word,
                file: row.entry.original.display,
                since: row.since,
                happened: row.happened
            )
        }
    }
}
