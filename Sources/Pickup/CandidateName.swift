package import Spool

/// What the name of a file in a drop folder says.
package enum CandidateName: Hashable, Sendable {
    /// Perhaps a message.
    case candidate
    /// Asks for a scan of drop folder and queue.
    case wake
    /// None of our business.
    case other

    /// The file whose appearance asks for a scan; whoever makes it removes it again.
    package static let wakeName = SpoolFolder.wakeName

    /// Classifies a name: `*.eml` in any case, unless it is one that programs give to files they
    /// are still writing.
    package static func classify(_ name: some BidirectionalCollection<UInt8>) -> CandidateName {
        if name.first == UInt8(ascii: ".") {
            return name.elementsEqual(wakeName.utf8) ? .wake : .other
        }
        // `~x.eml` is what Office programs and some editors write first; `*.tmp`, `*.part`,
        // `*.filepart` and `*.crdownload` do not end in `.eml` and need no rule of their own.
        guard name.first != UInt8(ascii: "~"), ends(name, in: ".eml"), name.count > 4 else {
            return .other
        }
        return .candidate
    }

    /// The markers that may say that a file is ready: `x.eml.ok`, then `x.ok`.
    package static func markers(of name: FileName, suffix: String) -> [FileName] {
        let suffix = Array(suffix.utf8)
        return [name.octets, Array(name.octets.dropLast(4))].compactMap {
            FileName(octets: $0 + suffix)
        }
    }

    /// The names a marker may speak of, or none when it is no marker.
    package static func marked(by name: FileName, suffix: String) -> [FileName] {
        let octets = name.octets
        guard ends(octets, in: suffix) else { return [] }
        let stem = Array(octets.dropLast(suffix.utf8.count))
        if ends(stem, in: ".eml") { return FileName(octets: stem).map { [$0] } ?? [] }
        return [".eml", ".EML", ".Eml"].compactMap { FileName(octets: stem + Array($0.utf8)) }
    }

    private static func ends(
        _ name: some BidirectionalCollection<UInt8>,
        in suffix: String
    ) -> Bool {
        name.count >= suffix.utf8.count
            && name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
                lowercase($0) == lowercase($1)
            }
    }

    private static func lowercase(_ octet: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) ? octet | 0x20 : octet
    }
}
