internal import CLinux
internal import Glibc

/// One file of a bundle, and what it was when the bundle was opened.
package struct BundleMember: Hashable, Sendable {
    /// The name its writer gave it.
    package let name: FileName
    /// What it was.
    package let facts: FileFacts
}

/// The files of a claimed bundle: what was inspected is what is sent.
///
/// Only the folder stays open. A bundle has up to hundreds of files, and many bundles are under way at
/// once; a file that is opened again is compared with what it was.
package final class BundleFiles: ClaimedContent {
    /// The files in the order they are sent: by the time they were written, then by name.
    package let members: [BundleMember]
    private let folder: Folder
    /// How many names are read at most.
    private let limit: Int

    /// Looks at everything in a folder.
    ///
    /// - Throws: ``SpoolError/Kind/notPlain(_:)`` for anything in it but regular files with one name.
    init(_ folder: Folder, limit: Int) throws(SpoolError) {
        self.folder = folder
        self.limit = limit
        var members: [BundleMember] = []
        for name in try folder.bundleNames(limit: limit + 1) {
            let path = folder.path(of: name.octets)
            guard let facts = try folder.facts(name.octets) else {
                throw SpoolError(.changed("list of files"), "read", path: path)
            }
            if let obstacle = facts.obstacle {
                throw SpoolError(.notPlain(obstacle), "read", path: path)
            }
            members.append(BundleMember(name: name, facts: facts))
        }
        self.members = members.sorted(by: Self.precedes)
    }

    /// Octets of all files together.
    package var size: Int64 { members.reduce(0) { $0 + max($1.facts.size, 0) } }

    /// Opens one file.
    ///
    /// - Throws: ``SpoolError/Kind/changed(_:)`` when it is not the one that was looked at.
    package func open(_ index: Int) throws(SpoolError) -> MessageFile {
        let member = members[index]
        let file = try MessageFile(
            descriptor: try folder.open(member.name.octets, O_RDONLY),
            path: folder.path(of: member.name.octets)
        )
        try check(member, is: file.facts)
        return file
    }

    package func checkUnchanged() throws(SpoolError) {
        let names = try folder.bundleNames(limit: limit + 1)
        guard Set(names) == Set(members.map(\.name)) else {
            throw SpoolError(.changed("list of files"), "send", path: folder.path)
        }
        for member in members {
            guard let now = try folder.facts(member.name.octets) else {
                throw SpoolError(.changed("list of files"), "send", path: folder.path)
            }
            try check(member, is: now)
        }
    }

    // A move of the folder leaves its files alone.
    package func acceptMove() throws(SpoolError) { try checkUnchanged() }

    /// The folder itself, for its barrier.
    var container: Folder { folder }

    private func check(_ member: BundleMember, is now: FileFacts) throws(SpoolError) {
        if let difference = member.facts.difference(from: now, ignoringChangeTime: false) {
            let path = folder.path(of: member.name.octets)
            throw SpoolError(.changed(difference), "send", path: path)
        }
    }

    /// Scanners number their pages: 10 comes after 9.
    private static func precedes(_ left: BundleMember, _ right: BundleMember) -> Bool {
        left.facts.modified == right.facts.modified
            ? NumberedName.precedes(left.name.octets, right.name.octets)
            : left.facts.modified < right.facts.modified
    }
}

/// The order of names that count in decimal numbers.
enum NumberedName {
    /// Whether a name comes before another; digits in a row count as one number.
    static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        var (left, right) = (left[...], right[...])
        while let first = left.first, let second = right.first {
            if isDigit(first), isDigit(second) {
                let (one, other) = (takeNumber(&left), takeNumber(&right))
                if one == other { continue }
                return one.count == other.count
                    ? one.lexicographicallyPrecedes(other) : one.count < other.count
            }
            if first != second { return first < second }
            left.removeFirst()
            right.removeFirst()
        }
        return left.count < right.count
    }

    private static func isDigit(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }

    /// The digits without leading zeros.
    private static func takeNumber(_ name: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = name.prefix(while: isDigit)
        name = name[digits.endIndex...]
        return digits.drop { $0 == UInt8(ascii: "0") }
    }
}

extension Folder {
    /// The names in a bundle, at most so many; what a crash left of a copy is none.
    func bundleNames(limit: Int) throws(SpoolError) -> [FileName] {
        var names: [FileName] = []
        try forEachName { octets, _ in
            if !TemporaryName.isTemporary(octets), let name = FileName(octets: octets) {
                names.append(name)
            }
            return names.count < limit
        }
        return names
    }

    /// Removes a bundle with its files; `false` when there was none.
    ///
    /// It loses its name first: half a bundle must never look like a message.
    func removeBundle(_ name: [UInt8]) throws(SpoolError) -> Bool {
        var hidden = name
        if let id = SpoolName(octets: name)?.id {
            hidden = TemporaryName.removed(id)
            do throws(SpoolError) {
                try move(name, to: self, as: hidden)
            } catch {
                if error.kind == .vanished { return false }
                throw error
            }
        }
        let bundle = try subfolder(hidden)
        var names: [FileName] = []
        try bundle.forEachName { octets, _ in
            if let name = FileName(octets: octets) { names.append(name) }
            return true
        }
        for name in names { try bundle.remove(name.octets) }
        return try removeFolder(hidden)
    }

    /// Removes a folder that is empty; `false` when there was none.
    @discardableResult
    func removeFolder(_ name: [UInt8]) throws(SpoolError) -> Bool {
        let result = name.withName { linux_remove_directory(descriptor, $0) }
        if result == -ENOENT { return false }
        guard result == 0 else { throw SpoolError(number: -result, "remove", path: path(of: name)) }
        sync.touch()
        return true
    }
}
