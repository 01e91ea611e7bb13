internal import SMTPProtocol
internal import Submission

/// Reads arbitrary octets as what a server says.
enum ReplyTarget {
    /// What was read, without what was known to follow: that depends on the network.
    private struct Reading: Equatable {
        var replies: [Reply] = []
        var defect: ReplyDefect?
    }

    static func run(_ stream: UnsafeRawBufferPointer) -> Int32 {
        let whole = read([stream])
        demand(whole == read(pieces(stream)), "where the network cuts makes no difference")
        let lineFeeds = stream.count { $0 == 0x0A }
        demand(whole.replies.count <= lineFeeds, "no reply without its line")
        for reply in whole.replies { demandReply(reply) }
        if let defect = whole.defect {
            demand(defect.sentence.utf8.count <= 1000, "a sentence is short")
        }
        return 0
    }

    private static func read(_ chunks: [UnsafeRawBufferPointer]) -> Reading {
        var reader = ReplyReader()
        var reading = Reading()
        for chunk in chunks {
            var offset = 0
            while let event = reader.next(in: chunk, from: &offset) {
                demand(reading.defect == nil, "nothing is read after a defect")
                switch event {
                case .reply(let reply, _): reading.replies.append(reply)
                case .malformed(let defect): reading.defect = defect
                }
            }
            demand(offset == chunk.count, "every octet is taken")
        }
        return reading
    }

    private static func demandReply(_ reply: Reply) {
        let limits = ReplyLimits()
        demand((200...599).contains(reply.code.value), "a code is one of RFC 5321")
        demand((1...limits.lines).contains(reply.lines.count), "a reply has its lines")
        demand(!reply.lines.contains { $0.utf8.contains(0x0A) }, "a line is one line")
        var text = ""
        for line in reply.lines.dropLast() { text += "\(reply.code.value)-\(line)\r\n" }
        text += "\(reply.code.value) \(reply.lines.last ?? "")\r\n"
        // Octets that were no UTF-8 have become longer.
        guard text.utf8.count <= limits.lineOctets else { return }
        let again = Array(text.utf8).withUnsafeBytes { read([$0]) }
        demand(again == Reading(replies: [reply]), "a reply written out reads back")
    }
}
