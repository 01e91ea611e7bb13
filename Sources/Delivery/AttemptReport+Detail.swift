internal import Submission

extension AttemptReport {
    /// How many octets of an attempt the history keeps.
    static let keptOctets = 2048
    /// How many recipients' replies it keeps.
    private static let keptReplies = 3

    /// How the attempt ended, in lines: the sentence or the server's reply word for word, and the
    /// replies to the first recipients it refused.
    ///
    /// `offered` are the addresses in the order of ``recipients``.
    func detail(of offered: [String]) -> String {
        var lines = [end.detail]
        var others = 0
        for (address, outcome) in zip(offered, recipients) {
            guard case .refused(let reply) = outcome else { continue }
            if lines.count <= Self.keptReplies {
                lines.append("RCPT TO:<\(address)>:\n\(reply.verbatim)")
            } else {
                others += 1
            }
        }
        if others > 0 { lines.append("… and \(others) recipients more were refused") }
        return Self.cut(lines.joined(separator: "\n"))
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > keptOctets else { return text }
        let mark = " …"
        var room = text.utf8.prefix(keptOctets - mark.utf8.count)
        // A character of several octets goes as a whole.
        while !room.isEmpty {
            if let whole = String(room) { return whole + mark }
            room = room.dropLast()
        }
        return mark
    }
}

extension AttemptReport.End {
    /// The sentence; where the server spoke, its reply in lines of its own.
    fileprivate var detail: String {
        switch self {
        case .accepted(let reply): "Accepted:\n\(reply.verbatim)"
        case .failed(.refused(let reply, let phase)):
            "The server refused while \(phase.phrase):\n\(reply.verbatim)"
        case .failed, .uncertain: sentence
        }
    }
}
