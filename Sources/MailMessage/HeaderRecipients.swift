package import Submission

/// Whom the To and Cc fields of a header name: those a service without an envelope would serve.
package struct HeaderRecipients: Hashable, Sendable {
    /// The mailboxes in the order of the header, groups flattened, each once.
    ///
    /// Case makes no difference, in local parts neither: Exchange knows none.
    package private(set) var addresses: [MailAddress] = []
    /// Whether every address could be read; else somebody may be meant who is not among
    /// ``addresses``.
    package private(set) var isReadable = true

    /// Reads a header with CRLF line ends; what follows its empty line does not matter.
    package init(of header: some Sequence<UInt8>) {
        var seen: Set<String> = []
        for body in Self.fields(of: header) {
            guard let list = try? AddressParser.list(body) else {
                isReadable = false
                continue
            }
            for address in list.addresses where seen.insert(address.text.lowercased()).inserted {
                addresses.append(address)
            }
        }
    }

    /// The bodies of the fields, folds as spaces.
    private static func fields(of header: some Sequence<UInt8>) -> [[UInt8]] {
        var bodies: [[UInt8]] = []
        var isWanted = false
        for line in lines(of: header) {
            if let first = line.first, isSpace(first) {
                if isWanted, let last = bodies.indices.last { bodies[last] += [0x20] + line }
                continue
            }
            isWanted = false
            guard let (end, colon) = fieldNameEnd(line) else { continue }
            let name = String(decoding: line[..<end], as: UTF8.self).lowercased()
            guard name == "to" || name == "cc" else { continue }
            isWanted = true
            bodies.append(Array(line[(colon + 1)...]))
        }
        return bodies
    }

    /// The lines up to the empty one, without their ends.
    private static func lines(of header: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for octet in header where octet != LineEnd.cr {
            if octet != LineEnd.lf {
                line.append(octet)
            } else if line.isEmpty {
                return lines
            } else {
                lines.append(line)
                line.removeAll()
            }
        }
        return lines
    }
}

extension OutgoingMessage {
    /// Whom the header names as it goes out; reckoned each time, since few routes ask.
    package var headerRecipients: HeaderRecipients {
        // The header is the first segment of every content, that of documents too.
        guard case .literal(let header) = segments.first else { return HeaderRecipients(of: []) }
        return HeaderRecipients(of: header)
    }
}
