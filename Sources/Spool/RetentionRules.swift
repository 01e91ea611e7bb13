/// How long messages are kept after they were settled; `nil` keeps them for ever.
package struct RetentionRules: Hashable, Sendable {
    /// Microseconds in `sent/`, counted from the end of the day of the folder.
    package var sent: Int64?
    /// Microseconds in `failed/`, counted from when the message was first seen there.
    package var failed: Int64?
    /// Octets of all files of `sent/` together; beyond them the oldest go.
    package var sentOctets: Int64?

    /// Creates rules.
    package init(sent: Int64?, failed: Int64?, sentOctets: Int64? = nil) {
        (self.sent, self.failed, self.sentOctets) = (sent, failed, sentOctets)
    }
}

/// What retention removed.
package struct RetentionCounts: Hashable, Sendable {
    package var sent = 0
    package var failed = 0
    package var octets: Int64 = 0

    /// Creates counts of nothing.
    package init() {}
}

/// When messages of `failed/` were first seen there: `state/failed-since`.
///
/// Modification times tell of writers, change times of backups and `chmod`: neither is when a message
/// failed. One line a message: instant, inode and birth of its reason, name. A reason is made anew each
/// time a message fails, which tells a second failure from the first. A file that is lost or spoiled
/// makes every message young again: nothing is removed early.
struct FailedRecord: Hashable, Sendable {
    /// What is known of one message.
    struct Entry: Hashable, Sendable {
        /// Microseconds since 1970.
        var since: Int64
        var inode: UInt64
        var born: Int64
    }

    var entries: [[UInt8]: Entry] = [:]

    static let fileName = Array("failed-since".utf8)
    static let temporaryName = Array(".failed-since.tmp".utf8)
    static let maximumOctets = 256 << 20
    private static let heading = Array("postchute-failed-since 1".utf8)
    private static let lineFeed = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")

    init() {}

    /// Reads a record; what is no record is empty.
    init(_ octets: [UInt8]) {
        let lines = octets.split(separator: Self.lineFeed)
        guard lines.first?.elementsEqual(Self.heading) == true else { return }
        for line in lines.dropFirst() {
            let words = line.split(separator: Self.space, maxSplits: 3)
            guard words.count == 4, let since = Self.number(words[0], Int64.self), since >= 0,
                let inode = Self.number(words[1], UInt64.self),
                let born = Self.number(words[2], Int64.self)
            else { continue }
            entries[Self.unescaped(words[3])] = Entry(since: since, inode: inode, born: born)
        }
    }

    /// The record as a file, its lines in the order of the names.
    var octets: [UInt8] {
        var result = Self.heading + [Self.lineFeed]
        let names = entries.keys.sorted { $0.lexicographicallyPrecedes($1) }
        for name in names {
            guard let entry = entries[name] else { continue }
            result += "\(entry.since) \(entry.inode) \(entry.born) ".utf8
            for octet in name {
                // A name can hold everything but a slash and a NUL.
                if octet == Self.lineFeed {
                    result += "/n".utf8
                } else {
                    result.append(octet)
                }
            }
            result.append(Self.lineFeed)
        }
        return result
    }

    private static func unescaped(_ word: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var isEscape = false
        for octet in word {
            if isEscape {
                result.append(lineFeed)
                isEscape = false
            } else if octet == UInt8(ascii: "/") {
                isEscape = true
            } else {
                result.append(octet)
            }
        }
        return result
    }

    private static func number<Number: FixedWidthInteger>(
        _ octets: ArraySlice<UInt8>,
        _ type: Number.Type
    ) -> Number? {
        Number(String(decoding: octets, as: UTF8.self))
    }
}
