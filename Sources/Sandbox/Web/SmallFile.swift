internal import Glibc

/// Reads files that are small by nature, such as certificates.
enum SmallFile {
    /// The largest file that is read.
    static let largest = 1 << 20

    /// The text of a file; `nil` when it cannot be read, is too large or not UTF-8.
    static func text(_ path: String) -> String? {
        octets(path).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The octets of a file; `nil` when it cannot be read or is larger than `limit`.
    static func octets(_ path: String, limit: Int = largest) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return octets }
            if count < 0, errno == EINTR { continue }
            guard count > 0, octets.count + count <= limit else { return nil }
            octets += chunk.prefix(count)
        }
    }
}

extension SmallFile {
    /// Removes a file that may be gone already.
    static func remove(_ path: String) { unlink(path) }

    /// Makes a folder for this user alone; `false` when it neither is nor could be made.
    static func makeFolder(_ path: String) -> Bool {
        mkdir(path, 0o700) == 0 || errno == EEXIST
    }
}

extension SmallFile {
    /// The first octets of a file; `nil` when it cannot be read.
    static func beginning(_ path: String, _ count: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: count)
        let length = read(descriptor, &octets, count)
        return length < 0 ? nil : Array(octets.prefix(length))
    }
}
