internal import MailMessage
internal import Submission

/// Inspects arbitrary octets as a file: who gets it, and the header that goes out.
enum HeaderTarget {
    static func run(_ file: UnsafeRawBufferPointer) -> Int32 {
        guard let reading = Reading(file) else { return 0 }
        let message = reading.inspected
        WireForm.demandHeader(message.wireHeader)
        demandEnvelope(message.envelope, of: reading.octets)
        demandWireOfWire(WireForm.content(reading.wire(reading.outgoing.segments)), reading)
        return 0
    }

    private static func demandEnvelope(_ envelope: Envelope, of file: [UInt8]) {
        let recipients = envelope.recipients.map(\.address)
        demand(!recipients.isEmpty, "there is a recipient")
        for address in recipients + [envelope.sender].compactMap(\.self) {
            demandAddress(address)
            demandNamed(address, in: file)
        }
        // Domains compare without case.
        let keys = recipients.map { "\($0.localPart)@\($0.domain.lowercased())" }
        demand(Set(keys).count == keys.count, "nobody is a recipient twice")
    }

    private static func demandAddress(_ address: MailAddress) {
        for octet in address.text.utf8 {
            demand(octet >= 0x20 && octet != 0x7F, "no control character is in an address")
        }
        let isQuoted = address.localPart.utf8.first == UInt8(ascii: "\"")
        let marks = isQuoted ? address.domain : address.text
        demand(!marks.utf8.contains { "<> ".utf8.contains($0) }, "no address leaves its brackets")
    }

    /// Nobody gets a message whose file does not name him.
    private static func demandNamed(_ address: MailAddress, in file: [UInt8]) {
        // White space inside an address literal is not part of it.
        if address.domain.contains("[") { return }
        for label in address.domain.utf8.split(separator: UInt8(ascii: ".")) {
            let octets = Array(label)
            demand(
                file.indices.contains { file[$0...].starts(with: octets) },
                "\(address.text) is named by the file"
            )
        }
    }

    /// What a server keeps, dropped as a file, goes out as it is.
    private static func demandWireOfWire(_ content: [UInt8], _ first: Reading) {
        // Text that no encoding could be found for is tried again; and the removed lines may have
        // named the only recipients.
        guard !first.inspected.headerHas8Bit, let second = Reading(content) else { return }
        let again = WireForm.content(second.wire(second.outgoing.segments))
        demand(again == content, "the wire of the wire is itself: \(difference(content, again))")
        let repairs = second.outgoing.repairs.map(\.rawValue)
        demand(repairs.isEmpty, "the wire needs no repair, not \(repairs)")
        // An added Message-ID is whole, one of the file is cut for people.
        let (old, new) = (first.inspected.messageID, second.inspected.messageID)
        demand([old, DisplayText.decode(old.utf8)].contains(new), "the Message-ID stays")
    }

    /// The first line in which two contents differ.
    private static func difference(_ first: [UInt8], _ second: [UInt8]) -> String {
        let lines = [first, second].map {
            $0.split(separator: 0x0A, omittingEmptySubsequences: false)
        }
        let pair = zip(lines[0], lines[1]).first { $0 != $1 }
        return [pair?.0 ?? [], pair?.1 ?? []].map {
            String(decoding: $0, as: UTF8.self).debugDescription
        }.joined(separator: " and ")
    }
}
