/// One record of the watch helper's output.
///
/// The form is described at the head of `postchute-watch`: a letter, fields without TAB, and last a
/// path that reaches to the NUL, whatever octets it has.
package enum WatchRecord: Hashable, Sendable {
    /// Every folder was tried once.
    case ready
    /// Something happened to an entry of a folder.
    case event(WatchEvents, folder: [UInt8], name: [UInt8])
    /// Events were lost.
    case overflow
    /// A folder of ours is gone or was replaced.
    case folderGone([UInt8])
    /// A folder that could not be watched is watched now.
    case folderBack([UInt8])
    /// A folder cannot be watched; the number is an errno.
    case unwatched([UInt8], number: Int32)

    /// Reads one record without its NUL, or returns `nil` for what is none.
    package init?(_ octets: ArraySlice<UInt8>) {
        let fields = octets.split(
            separator: UInt8(ascii: "\t"),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard let kind = fields.first, kind.count == 1, let letter = kind.first else { return nil }
        let rest = fields.dropFirst().first
        switch (letter, rest) {
        case (UInt8(ascii: "R"), nil): self = .ready
        case (UInt8(ascii: "O"), nil): self = .overflow
        case (UInt8(ascii: "G"), let path?): self = .folderGone(Array(path))
        case (UInt8(ascii: "B"), let path?): self = .folderBack(Array(path))
        case (UInt8(ascii: "E"), let rest?): self.init(event: rest)
        case (UInt8(ascii: "F"), let rest?): self.init(failure: rest)
        default: return nil
        }
    }

    private init?(event octets: ArraySlice<UInt8>) {
        guard let (words, path) = Self.fieldAndPath(octets),
            let slash = path.lastIndex(of: UInt8(ascii: "/"))
        else { return nil }
        self = .event(
            WatchEvents(words: words),
            folder: Array(path[..<slash]),
            name: Array(path[(slash + 1)...])
        )
    }

    private init?(failure octets: ArraySlice<UInt8>) {
        guard let (digits, path) = Self.fieldAndPath(octets),
            let number = Int32(String(decoding: digits, as: UTF8.self))
        else { return nil }
        self = .unwatched(Array(path), number: number)
    }

    private static func fieldAndPath(
        _ octets: ArraySlice<UInt8>
    ) -> (field: ArraySlice<UInt8>, path: ArraySlice<UInt8>)? {
        guard let tab = octets.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
        return (octets[..<tab], octets[(tab + 1)...])
    }
}

/// What happened, of the things inotify can say that matter here.
package struct WatchEvents: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let created = Self(rawValue: 1)
    package static let movedIn = Self(rawValue: 2)
    package static let closedAfterWriting = Self(rawValue: 4)
    package static let attributes = Self(rawValue: 8)
    package static let isFolder = Self(rawValue: 16)

    /// Reads inotify's names, such as `CREATE,ISDIR`; others are skipped.
    init(words: ArraySlice<UInt8>) {
        self = []
        for word in words.split(separator: UInt8(ascii: ",")) {
            switch String(decoding: word, as: UTF8.self) {
            case "CREATE": insert(.created)
            case "MOVED_TO": insert(.movedIn)
            case "CLOSE_WRITE": insert(.closedAfterWriting)
            case "ATTRIB": insert(.attributes)
            case "ISDIR": insert(.isFolder)
            default: continue
            }
        }
    }
}

/// Cuts the helper's output into records, however the pipe cuts it.
package struct WatchRecordParser: Sendable {
    /// The output is not the helper's: a record without end, or one of no known kind.
    package struct Garbage: Error, Hashable, Sendable {
        /// What it means, to follow "the watch helper is away:".
        package let sentence = "it printed something that is no record"
    }

    /// The longest record: an event with the longest path and all its words.
    static let maximumOctets = 8192

    private var partial: [UInt8] = []

    /// Creates a parser at the beginning of a record.
    package init() {}

    /// Consumes output and hands over each record it completes.
    package mutating func read(
        _ octets: some Sequence<UInt8>,
        _ body: (WatchRecord) -> Void
    ) throws(Garbage) {
        for octet in octets {
            guard octet == 0 else {
                guard partial.count < Self.maximumOctets else { throw Garbage() }
                partial.append(octet)
                continue
            }
            guard let record = WatchRecord(partial[...]) else { throw Garbage() }
            partial.removeAll(keepingCapacity: true)
            body(record)
        }
    }
}
