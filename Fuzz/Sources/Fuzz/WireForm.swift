/// What may be between `354` and its reply, and what may never be.
enum WireForm {
    /// The content a server keeps of octets on the wire, each line checked on the way.
    static func content(_ wire: [UInt8]) -> [UInt8] {
        demand(wire.suffix(3).elementsEqual(".\r\n".utf8), "the final dot ends the content")
        demandLineEnds(wire)
        var content: [UInt8] = []
        var start = 0
        let end = wire.count - 3
        while start < end, let feed = wire[start...].firstIndex(of: 0x0A) {
            var line = wire[start...feed]
            if line.first == UInt8(ascii: ".") {
                line = line.dropFirst()
                demand(line.first == UInt8(ascii: "."), "no line but the last is a dot alone")
            }
            // RFC 5321 §4.5.3.1.6: 1000 octets with CRLF.
            demand(line.count <= 1000, "no line is longer than a server must take")
            content += line
            start = feed + 1
        }
        demand(start == end, "the final dot stands on a line of its own")
        return content
    }

    /// No bare CR and no bare LF.
    static func demandLineEnds(_ octets: [UInt8]) {
        var previous: UInt8 = 0
        for octet in octets {
            demand((octet == 0x0A) == (previous == 0x0D), "CR and LF stand only together")
            previous = octet
        }
        demand(previous != 0x0D, "no CR ends the octets")
    }

    /// A header for a server: whole lines, its empty line, nothing of a Bcc.
    static func demandHeader(_ header: [UInt8]) {
        demandLineEnds(header)
        demand(header.suffix(2).elementsEqual("\r\n".utf8), "an empty line ends the header")
        let hidden = ["bcc", "resent-bcc", "x-receiver"]
        let lines = header.dropLast(2).split(separator: 0x0A, omittingEmptySubsequences: false)
        // What is signed stays as it is.
        let isSigned = lines.contains {
            let name = String(decoding: $0.prefix(14), as: UTF8.self).lowercased()
            return name == "dkim-signature" || name.hasPrefix("arc-")
        }
        for line in lines.dropLast() {
            demand(
                isSigned ? line.count > 1 : line.contains { ![0x20, 0x09, 0x0D].contains($0) },
                "no empty line stands within the header"
            )
            let name = line.prefix { $0 != UInt8(ascii: ":") && $0 > 0x20 }
            let key = String(decoding: name, as: UTF8.self).lowercased()
            demand(!hidden.contains(key), "no Bcc goes out")
        }
    }
}
