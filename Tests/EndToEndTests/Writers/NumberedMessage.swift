import Glibc
import TestSupport

/// A message of which each line says whose it is, so that a part of it or a mixture of two shows.
struct NumberedMessage: Sendable {
    let id: String
    let lineCount: Int
    /// Whether it is a multipart, which says itself where it ends.
    var isMultipart = false
    /// More octets in each line.
    var padding = 0

    /// Creates a message.
    init(id: String, lineCount: Int = 20, isMultipart: Bool = false, padding: Int = 0) {
        self.id = id
        self.lineCount = lineCount
        self.isMultipart = isMultipart
        self.padding = padding
    }

    /// The whole file.
    var text: String { header() + body() }

    /// The whole message as a server gets it.
    var wire: String { header("\r\n") + body("\r\n") }

    /// Up to and with the empty line.
    func header(_ lineEnd: String = "\n") -> String {
        [
            "From: a@example.com", "To: b@example.org", "Subject: \(id)",
            "Date: Mon, 23 Nov 2026 10:15:30 +0000", "Message-ID: <\(id)@example.com>",
            "X-Lines: \(lineCount) \(isMultipart) \(padding)", "MIME-Version: 1.0",
            "Content-Type: "
                + (isMultipart ? "multipart/mixed; boundary=\"sep\"" : "text/plain"), "", "",
        ].joined(separator: lineEnd)
    }

    /// The lines, with the multipart's frame around them.
    func body(_ lineEnd: String = "\n") -> String {
        (pieces + [""]).joined(separator: lineEnd)
    }

    /// The lines of the body without their ends.
    var pieces: [String] {
        let pad = String(repeating: ".", count: padding)
        let lines = (1...lineCount).map { "\(id) \($0) of \(lineCount)\(pad)" }
        return isMultipart
            ? ["--sep", "Content-Type: text/plain", ""] + lines + ["--sep--"] : lines
    }

    /// The message somebody received, if it is one, whole and unchanged.
    init(_ received: ReceivedMessage) throws {
        let (text, name) = (received.text, received.envelope.messageID)
        let words = text.split(separator: "\r\n", maxSplits: 8).first { $0.hasPrefix("X-Lines: ") }?
            .split(separator: " ")
        guard let words, words.count == 4, let count = Int(words[1]), let padding = Int(words[3])
        else { throw WaitError("\(name) is no numbered message: \(text.prefix(500))") }
        let id = String(name.dropFirst().prefix { $0 != "@" })
        self.init(
            id: id,
            lineCount: count,
            isMultipart: words[2] == "true",
            padding: padding
        )
        guard text == wire else {
            throw WaitError("\(name) is not as it was written: \(text.prefix(2000))")
        }
    }
}

extension RelayHarness {
    /// The ids of all numbered messages that were received, in order; throws unless each is whole and
    /// came once.
    func receivedWhole() throws -> [String] {
        let ids = try received().filter { !$0.envelope.messageID.hasPrefix("<later-") }
            .map { try NumberedMessage($0).id }
        guard Set(ids).count == ids.count else { throw WaitError("some came twice: \(ids)") }
        return ids
    }
}
