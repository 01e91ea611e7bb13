/// What a person calls messages by, and which of these words a message answers to: the beginning of
/// its id, its file name, or the writer's name for it.
///
/// Asking is as quick for a thousand words as for one, so that a folder is read once for all of them.
struct MessageWords {
    /// Positions of the words that are a whole name.
    private var names: [[UInt8]: [Int]] = [:]
    /// Positions of the words that may begin an id.
    private var beginnings: [[UInt8]: [Int]] = [:]
    private var lengths: Set<Int> = []

    /// Takes the words; an empty one means no message.
    init(_ words: [[UInt8]]) {
        for (position, word) in words.enumerated() where !word.isEmpty {
            names[word, default: []].append(position)
            // The writer's name may have been too long to keep.
            if let kept = Self.kept(word), kept != word {
                names[kept, default: []].append(position)
            }
            guard word.count <= SpoolID.octetCount else { continue }
            beginnings[word, default: []].append(position)
            lengths.insert(word.count)
        }
    }

    private static func kept(_ word: [UInt8]) -> [UInt8]? {
        FileName(octets: word).map {
            SpoolName(id: SpoolID(microseconds: 0, random: 0), original: $0).original.octets
        }
    }

    /// The positions of the words that the message answers to, each once, in no order.
    func positions(of entry: SpoolEntry) -> Set<Int> {
        var positions = Set(names[entry.fileName.octets] ?? [])
        positions.formUnion(names[entry.original.octets] ?? [])
        guard let id = entry.id?.octets else { return positions }
        for length in lengths { positions.formUnion(beginnings[Array(id.prefix(length))] ?? []) }
        return positions
    }
}
