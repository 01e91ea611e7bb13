/// The name of a file inside one folder: octets, not text.
package struct FileName: Hashable, Sendable {
    /// The name as the file system has it, without a slash or NUL.
    package let octets: [UInt8]

    /// The longest name Linux file systems take, NAME_MAX.
    package static let maximumOctets = 255

    /// Creates a name, or returns `nil` for what cannot be one: empty, `.`, `..`, with a slash or
    /// a NUL, or longer than 255 octets.
    package init?(octets: some Collection<UInt8>) {
        guard (1...Self.maximumOctets).contains(octets.count),
            !octets.contains(0), !octets.contains(UInt8(ascii: "/")),
            !octets.elementsEqual([UInt8(ascii: ".")]),
            !octets.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")])
        else { return nil }
        self.octets = Array(octets)
    }

    /// Creates a name from text; see ``init(octets:)``.
    package init?(_ text: String) { self.init(octets: text.utf8) }

    /// Creates a name that is known to be one.
    init(unchecked octets: [UInt8]) { self.octets = octets }
}

/// The name of a claimed file, `<id>.<original name>`.
package struct SpoolName: Hashable, Sendable {
    /// The id before the dot.
    package let id: SpoolID
    /// The name as the file system has it; kept, since every call on the file asks for it.
    package let octets: [UInt8]
    /// What follows the dot: the writer's name for the file, shortened where it was too long.
    package var original: FileName {
        FileName(unchecked: Array(octets.dropFirst(SpoolID.octetCount + 1)))
    }

    /// The longest spool name we make.
    ///
    /// Four octets less than a file name may have, so that `.txt` can be added to every one.
    package static let maximumOctets = FileName.maximumOctets - 4

    /// The room that the id and its dot leave to the original name.
    static let maximumOriginalOctets = maximumOctets - SpoolID.octetCount - 1

    /// Reads a file name, or returns `nil` when it does not begin with an id and a dot.
    package init?(octets: some Collection<UInt8>) {
        let rest = octets.dropFirst(SpoolID.octetCount)
        guard rest.first == UInt8(ascii: "."),
            let id = SpoolID(octets: octets.prefix(SpoolID.octetCount)),
            octets.count <= FileName.maximumOctets,
            FileName(octets: rest.dropFirst()) != nil
        else { return nil }
        self.id = id
        self.octets = Array(octets)
    }

    /// Creates the name of a message, shortening the stem of its original name where needed.
    ///
    /// An original that ends in `.txt` gets `.eml` added: a name that ends so is always a reason,
    /// and a reason without its message is removed.
    package init(id: SpoolID, original: FileName) {
        let isText = original.octets.suffix(4).elementsEqual(".txt".utf8)
        let limit = Self.maximumOriginalOctets - (isText ? 4 : 0)
        let shortened = Self.shortened(original, to: limit)
        self.init(id: id, kept: isText ? shortened.octets + ".eml".utf8 : shortened.octets)
    }

    init(id: SpoolID, kept original: some Collection<UInt8>) {
        var octets: [UInt8] = []
        octets.reserveCapacity(SpoolID.octetCount + 1 + original.count)
        id.append(to: &octets)
        octets.append(UInt8(ascii: "."))
        octets += original
        self.id = id
        self.octets = octets
    }

    /// The name of the reason file beside a failed message.
    package var reasonOctets: [UInt8] {
        octets.prefix(Self.maximumOctets) + Array(".txt".utf8)
    }

    /// Cuts the end of the stem and keeps the extension, unless that is absurdly long itself.
    private static func shortened(_ name: FileName, to limit: Int) -> FileName {
        guard name.octets.count > limit else { return name }
        let dot = name.octets.lastIndex(of: UInt8(ascii: "."))
        let longestExtension = 17
        guard let dot, dot > 0, name.octets.count - dot <= longestExtension else {
            return FileName(unchecked: Array(name.octets.prefix(limit)))
        }
        let ending = name.octets[dot...]
        return FileName(unchecked: name.octets.prefix(limit - ending.count) + Array(ending))
    }
}

extension SpoolName: Comparable {
    /// Orders by claim.
    package static func < (left: Self, right: Self) -> Bool {
        left.id == right.id
            ? left.octets.lexicographicallyPrecedes(right.octets)
            : left.id < right.id
    }
}
