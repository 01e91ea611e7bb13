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

    /// Classifies a name by what the files of the pickup are.
    ///
    /// Names that programs give to files they are still writing are never candidates.
    package static func classify(
        _ name: some BidirectionalCollection<UInt8>,
        by rules: PickupRules = PickupRules()
    ) -> CandidateName {
        if name.first == UInt8(ascii: ".") {
            return name.elementsEqual(wakeName.utf8) ? .wake : .other
        }
        // `~x.eml` is what Office programs and some editors write first; `*.tmp` and its like do not
        // end in `.eml` and need no rule of their own.
        if name.first == UInt8(ascii: "~") { return .other }
        // The text beside a message that failed, moved back along with it.
        if MessageSpool.isReasonOfMessage(name) { return .other }
        guard rules.documents != nil else {
            return ends(name, in: ".eml") && name.count > 4 ? .candidate : .other
        }
        var unfinished = [".tmp", ".part", ".filepart", ".crdownload"]
        // A marker speaks of another file.
        if case .marker(let suffix) = rules.ready { unfinished.append(suffix) }
        // What Windows leaves in every folder it shows pictures of.
        let isClutter =
            name.count < 12 && (ends(name, in: "thumbs.db") || ends(name, in: "desktop.ini"))
        return isClutter || unfinished.contains { ends(name, in: $0) } ? .other : .candidate
    }

    /// The markers that may say that a file is ready: `x.eml.ok`, then `x.ok`.
    package static func markers(of name: FileName, suffix: String) -> [FileName] {
        let suffix = Array(suffix.utf8)
        let dot = name.octets.lastIndex(of: UInt8(ascii: ".")) ?? name.octets.count
        return [name.octets, Array(name.octets[..<dot])].compactMap {
            FileName(octets: $0 + suffix)
        }
    }

    /// The names a marker may speak of, or none when it is no marker.
    package static func marked(
        by name: FileName,
        suffix: String,
        types: [String] = ["eml"]
    ) -> [FileName] {
        let octets = name.octets
        guard ends(octets, in: suffix) else { return [] }
        let stem = Array(octets.dropLast(suffix.utf8.count))
        if types.contains(where: { ends(stem, in: ".\($0)") }) {
            return FileName(octets: stem).map { [$0] } ?? []
        }
        let spellings = types.flatMap { [$0, $0.uppercased(), $0.capitalizedFirst] }
        return spellings.compactMap { FileName(octets: stem + Array(".\($0)".utf8)) }
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

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
