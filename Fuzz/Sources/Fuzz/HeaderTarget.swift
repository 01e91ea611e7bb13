internal import MailMessage
internal import Submission

/// Inspects arbitrary octets as a file, and encodes what comes of it.
enum HeaderTarget {
    static func run(_ file: UnsafeRawBufferPointer) -> Int32 {
        guard let message = WireForm.inspected(file) else { return 0 }
        demand(message.bodyOffset <= file.count, "the body begins within the file")
        demandHeader(message.wireHeader)
        demandEnvelope(message.envelope, of: file)
        let body = UnsafeRawBufferPointer(rebasing: file[message.bodyOffset...])
        let wire = message.wireHeader.withUnsafeBytes { WireForm.encoded([$0, body]) }
        let inPieces = message.wireHeader.withUnsafeBytes {
            WireForm.encoded(pieces($0) + pieces(body))
        }
        demand(wire == inPieces, "where chunks end makes no difference")
        demandWireOfWire(WireForm.content(wire), message)
        return 0
    }

    private static func demandHeader(_ header: [UInt8]) {
        WireForm.demandLineEnds(header)
        demand(header.suffix(2).elementsEqual("\r\n".utf8), "an empty line ends the header")
        let hidden = ["bcc", "resent-bcc", "x-receiver"]
        for line in header.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            demand(!hidden.contains(String(name.prefix { $0 > " " })), "no Bcc goes out")
        }
    }

    private static func demandEnvelope(_ envelope: Envelope, of file: UnsafeRawBufferPointer) {
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
    private static func demandNamed(_ address: MailAddress, in file: UnsafeRawBufferPointer) {
        let domain = address.domain.filter { !"[]".contains($0) }
        for label in domain.utf8.split(separator: UInt8(ascii: ".")) {
            demand(contains(Array(label), file), "\(address.text) is named by the file")
        }
    }

    private static func contains(_ label: [UInt8], _ file: UnsafeRawBufferPointer) -> Bool {
        // White space inside an address literal is not part of it.
        if file.contains(UInt8(ascii: "[")) { return true }
        guard label.count <= file.count else { return false }
        return (0...(file.count - label.count)).contains { start in
            file[start..<(start + label.count)].elementsEqual(label)
        }
    }

    /// What a server keeps, dropped as a file, goes out as it is.
    private static func demandWireOfWire(_ content: [UInt8], _ first: InspectedMessage) {
        // The removed lines may have named the only recipients.
        guard let second = WireForm.inspected(content) else { return }
        demand(second.wireHeader == first.wireHeader, "the header of the wire is its own")
        demand(second.repairs.isEmpty, "the wire needs no repair")
        // An added one is whole, one of the file is cut for people.
        let shown = DisplayText.decode(first.messageID.utf8)
        demand([first.messageID, shown].contains(second.messageID), "the Message-ID stays")
    }
}
