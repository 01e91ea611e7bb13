internal import MailMessage

/// Looks through the parts of arbitrary octets, encodes those that need it, and looks at the end of
/// the file as a pickup does.
enum MIMETarget {
    static func run(_ file: UnsafeRawBufferPointer) -> Int32 {
        demandEnd(file)
        demandContent(file, MessageRules())
        var rules = MessageRules()
        rules.isDotStuffed = true
        demandContent(file, rules)
        return 0
    }

    private static func demandContent(_ file: UnsafeRawBufferPointer, _ rules: MessageRules) {
        let whole = Reading(file, rules: rules)
        let cut = Reading(file, rules: rules, cut: true)
        demand((whole == nil) == (cut == nil), "chunks refuse nothing")
        guard let whole, let cut else { return }
        demand(whole.octets == cut.octets, "chunks do not change the text")
        let outgoing = whole.outgoing
        demand(outgoing.segments == cut.outgoing.segments, "chunks do not move parts")
        demand(outgoing.octets == cut.outgoing.octets, "chunks do not change the size")
        demand(outgoing.has8Bit == cut.outgoing.has8Bit, "chunks hide no octet above 127")
        demand(outgoing.repairs == cut.outgoing.repairs, "chunks repair nothing")
        demand(outgoing.sevenBit == cut.outgoing.sevenBit, "chunks encode nothing")
        let wire = whole.wire(outgoing.segments)
        demand(wire == whole.wire(outgoing.segments, cut: true), "chunks do not change the wire")
        demandAnnounced(outgoing, wire)
        if let sevenBit = outgoing.sevenBit { demandSevenBit(sevenBit, of: whole) }
    }

    /// What is announced before the content is what follows.
    private static func demandAnnounced(_ outgoing: OutgoingMessage, _ wire: [UInt8]) {
        let content = WireForm.content(wire)
        let size = outgoing.octets ?? content.count
        demand(size == content.count, "\(size) octets were announced, \(content.count) sent")
        demand(outgoing.has8Bit || !content.contains { $0 > 0x7F }, "8-bit content is announced")
        demand(!content.contains(0), "no NUL goes out")
    }

    private static func demandSevenBit(_ sevenBit: SevenBitContent, of reading: Reading) {
        let wire = reading.wire(sevenBit.segments)
        demand(wire == reading.wire(sevenBit.segments, cut: true), "chunks do not change it")
        let content = WireForm.content(wire)
        demand(!content.contains { $0 > 0x7F }, "no octet above 127 is left")
        // It is an estimate, and three octets for one are the worst case.
        demand(content.count <= 3 * sevenBit.octets, "\(content.count) octets are no surprise")
    }

    private static func demandEnd(_ file: UnsafeRawBufferPointer) {
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        let whole = Completeness.check(head: file, tail: empty, isWholeFile: true)
        let ends = Completeness.check(head: file, tail: file, isWholeFile: false)
        if whole == .complete { demand(ends == .complete, "a complete file has a complete end") }
        guard case .missingClosingBoundary(let boundary) = whole,
            // It is text for a person: what was no UTF-8 is lost.
            !boundary.contains("\u{FFFD}")
        else { return }
        let closed = Array(file) + Array("\r\n--\(boundary)--\r\n".utf8)
        demand(
            closed.withUnsafeBytes { Completeness.check(head: $0, tail: $0, isWholeFile: true) }
                == .complete,
            "the missing line completes the file"
        )
    }
}
