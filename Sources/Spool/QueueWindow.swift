/// Names of waiting messages in the order they are to be taken, packed.
///
/// Sixteen octets for the id, four for a position and the original name itself: about 35 octets a
/// message, so that a million waiting files cost little memory.
package struct QueueWindow: Sendable {
    /// How many names fit.
    package static let maximumCount = 1_000_000
    /// How many octets of original names fit, whatever their number.
    package static let maximumOctets = 48 << 20

    private struct Entry {
        var microseconds: Int64
        var random: UInt64
        var offset: UInt32
    }

    private var entries: [Entry] = []
    private var head = 0
    /// For each entry one octet of length and the original name.
    private var names: [UInt8] = []
    /// Octets of `names` that belong to entries already taken.
    private var takenOctets = 0

    /// Creates an empty window.
    package init() {}

    /// How many messages wait in the window.
    package var count: Int { entries.count - head }
    /// Whether none does.
    package var isEmpty: Bool { count == 0 }

    /// The id of the first message.
    package var firstID: SpoolID? {
        guard head < entries.count else { return nil }
        let entry = entries[head]
        return SpoolID(microseconds: entry.microseconds, random: entry.random)
    }

    /// Octets of memory the window holds on to.
    package var memoryOctets: Int {
        entries.capacity * MemoryLayout<Entry>.stride + names.capacity
    }

    /// Adds a message at the end; `false` when the window is full.
    package mutating func append(_ name: SpoolName) -> Bool {
        name.octets.withUnsafeBytes { append(octets: $0, id: name.id) }
    }

    /// Adds a message by its file name.
    mutating func append(octets: UnsafeRawBufferPointer, id: SpoolID) -> Bool {
        let original = UnsafeRawBufferPointer(rebasing: octets.dropFirst(SpoolID.octetCount + 1))
        return append(original, id)
    }

    private mutating func append(_ original: UnsafeRawBufferPointer, _ id: SpoolID) -> Bool {
        guard count < Self.maximumCount, let length = UInt8(exactly: original.count),
            names.count - takenOctets + original.count < Self.maximumOctets
        else { return false }
        compactIfWorthwhile()
        let offset = UInt32(names.count)
        entries.append(Entry(microseconds: id.microseconds, random: id.random, offset: offset))
        names.append(length)
        names.append(contentsOf: original)
        return true
    }

    /// Takes the first message.
    package mutating func popFirst() -> SpoolName? {
        guard head < entries.count else { return nil }
        let entry = entries[head]
        head += 1
        let name = name(of: entry)
        takenOctets += 1 + Int(names[Int(entry.offset)])
        if head == entries.count { self = QueueWindow() }
        return name
    }

    private func name(of entry: Entry) -> SpoolName {
        let start = Int(entry.offset)
        let length = Int(names[start])
        return SpoolName(
            id: SpoolID(microseconds: entry.microseconds, random: entry.random),
            kept: names[(start + 1)..<(start + 1 + length)]
        )
    }

    /// Orders what waits by claim: a folder is read in no order.
    package mutating func sort() {
        let isSorted = (head + 1..<max(entries.count, head + 1)).allSatisfy {
            !Self.precedes(entries[$0], entries[$0 - 1])
        }
        if isSorted { return }
        entries[head...].sort(by: Self.precedes)
    }

    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        (left.microseconds, left.random) < (right.microseconds, right.random)
    }

    /// Gives back the room of taken entries once they are the larger part; a window that is always
    /// refilled before it is empty would grow without end.
    private mutating func compactIfWorthwhile() {
        guard head > 4096, head > entries.count / 2 else { return }
        var packed: [UInt8] = []
        packed.reserveCapacity(names.count - takenOctets)
        entries.removeFirst(head)
        head = 0
        for index in entries.indices {
            let start = Int(entries[index].offset)
            entries[index].offset = UInt32(packed.count)
            packed += names[start...(start + Int(names[start]))]
        }
        names = packed
        takenOctets = 0
    }
}
